"""Installing a plugin: whole or not at all, whatever the folder or the zip is."""

from __future__ import annotations

import os
import shutil
import stat
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugin_folder import write

from vidbudova.errors import UserError
from vidbudova.plugin import finding, installing, trust, unpacking

Make = Callable[..., Path]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folder of plugins, which is not there yet."""
    monkeypatch.setenv("VIDBUDOVA_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "plugins"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A plugin as its author has it."""
    return write(tmp_path / "good")


def zip_of(path: Path, members: dict[str, str | bytes], kind: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip with members in that order."""
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, kind
            archive.writestr(info, data)
    return path


def files_of(folder: Path) -> dict[str, bytes]:
    """Everything below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def refused(source: Path) -> str:
    """The reason for which nothing was installed."""
    own = finding.own_folder()
    before = files_of(own) if own.exists() else {}
    with pytest.raises(UserError) as error:
        installing.install(source)
    assert error.value.key == "plugin-not-installed"
    assert (files_of(own) if own.exists() else {}) == before
    assert not own.exists() or not list(own.glob(".*")), "nothing half done stays"
    return str(error.value)


def test_that_a_folder_is_installed_without_leftovers(own: Path, good: Path) -> None:
    for name in ("__pycache__/x.cpython-311.pyc", ".git/config", "sub/__pycache__/y.pyc", ".hidden", "sub/data.csv"):
        (good / name).parent.mkdir(parents=True, exist_ok=True)
        (good / name).write_bytes(b"x")
    done = installing.install(good)
    assert (done.plugin.id, done.plugin.state, done.before) == ("good-one", "unapproved", "")
    assert sorted(files_of(own)) == [f"good-one/{name}" for name in ("__init__.py", "plugin.toml", "sub/data.csv")]


def test_that_the_folder_around_it_does_as_well(own: Path, good: Path) -> None:
    (good.parent / "around").mkdir()
    good.rename(good.parent / "around" / "inner")
    assert installing.install(good.parent / "around").plugin.id == "good-one"


def test_that_a_zip_is_installed_with_or_without_a_top_folder(own: Path, good: Path, tmp_path: Path) -> None:
    members: dict[str, str | bytes] = dict(files_of(good))
    installing.install(zip_of(tmp_path / "flat.zip", members))
    flat = files_of(own / "good-one")
    deep = {f"good-one-main/{name}": data for name, data in members.items()} | {
        "__MACOSX/._x": "",
        "good-one-main/": "",
    }
    installing.install(zip_of(tmp_path / "deep.zip", deep))
    assert files_of(own / "good-one") == flat == members


def test_that_a_newer_one_replaces_the_older_and_its_approval(own: Path, good: Path) -> None:
    first = finding.approve(installing.install(good).plugin)
    assert first.state == "ready"
    text = (good / "plugin.toml").read_text(encoding="utf-8").replace('version = "1.0"', 'version = "2.0"')
    (good / "plugin.toml").write_text(text, encoding="utf-8")
    (good / "gone.py").write_text("", encoding="utf-8")
    done = installing.install(good)
    assert (done.before, done.plugin.version, done.plugin.state) == ("1.0", "2.0", "unapproved")
    assert not trust.is_approved(first.sha256)
    (good / "gone.py").unlink()
    installing.install(good)
    assert not (own / "good-one" / "gone.py").exists()


def test_that_the_same_one_again_stays_approved(own: Path, good: Path) -> None:
    finding.approve(installing.install(good).plugin)
    assert installing.install(good).plugin.state == "ready"


def test_that_an_older_one_stays_where_the_new_one_cannot_be_put(
    own: Path, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installing.install(good)
    before = files_of(own)
    rename, target = Path.rename, own / "good-one"

    def fail(path: Path, to: Path) -> Path:
        if Path(to) == target and path.name == "new":
            raise OSError(28, "No space left on device")
        return rename(path, to)

    (good / "more.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(Path, "rename", fail)
    assert "No space left" in refused(good)
    assert files_of(own) == before


def killed_at(step: int, source: Path) -> bool:
    """Install in a process that dies at a step; whether it died."""
    child = os.fork()
    if child == 0:
        left = iter(range(step))

        def counted(work: Callable[..., object]) -> Callable[..., object]:
            def counting(*given: object, **named: object) -> object:
                if next(left, None) is None:
                    os._exit(9)
                return work(*given, **named)

            return counting

        unpacking._pour = counted(unpacking._pour)  # type: ignore[assignment]
        Path.rename = counted(Path.rename)  # type: ignore[method-assign,assignment]
        try:
            installing.install(source)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not copied there")
def test_that_a_program_that_is_killed_leaves_the_older_one_or_the_new_one(own: Path, good: Path) -> None:
    old = installing.install(good).plugin.sha256
    (good / "more.py").write_text("x = 1\n", encoding="utf-8")
    new, seen, step = trust.folder_sha256(good), set(), 0
    while killed_at(step, good):
        for left in own.glob(".*"):
            os.utime(left, (0, 0))
        installing._tidy(own)
        (found,) = [one for one in finding.listed() if not one.ours]
        assert found.sha256 in (old, new) and sorted(one.name for one in own.iterdir()) == ["good-one"]
        seen.add(found.sha256)
        step += 1
    assert step == 5 and seen == {old}, "three files and two renames"
    assert finding.find("good-one").sha256 == new  # type: ignore[union-attr]


def test_that_a_damaged_one_in_its_place_is_replaced(own: Path, good: Path) -> None:
    installing.install(good)
    (own / "good-one" / "plugin.toml").write_text("[[[", encoding="utf-8")
    assert installing.install(good).plugin.state == "unapproved"
    assert len(finding.listed()) == len([p for p in finding.listed() if p.ours]) + 1


def test_that_a_plugin_of_ours_is_not_replaced(
    own: Path, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(good, tmp_path / "program" / "plugins" / "good")
    monkeypatch.setattr(trust.paths, "root", lambda: tmp_path / "program")
    assert "good-one" in refused(good)
    with pytest.raises(UserError) as error:
        installing.remove("good-one")
    assert error.value.key == "plugin-ours"


def test_that_a_removed_one_is_gone_with_its_approval(own: Path, good: Path) -> None:
    plugin = finding.approve(installing.install(good).plugin)
    installing.remove("good-one")
    assert finding.find("good-one") is None and list(own.iterdir()) == []
    assert not trust.is_approved(plugin.sha256)
    with pytest.raises(UserError) as error:
        installing.remove("good-one")
    assert error.value.key == "plugin-unknown"


def test_that_what_is_not_there_is_said(own: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        installing.install(tmp_path / "nowhere")
    assert error.value.key == "file-missing"


LEADING_OUT = [
    "../evil.py",
    "a/../../evil.py",
    "/etc/evil.py",
    "C:/evil.py",
    "a\\..\\..\\evil.py",
    "//host/evil.py",
    "./x.py",
]
IMPOSSIBLE = [
    "con.py",
    "a/NUL",
    "aux",
    "name. ",
    "what?.py",
    "a:b.py",
    "x" * 101,
    "a/" * 90 + "b",
    "a//b.py",
    "tab\t.py",
]


@pytest.mark.parametrize("name", [*LEADING_OUT, *IMPOSSIBLE])
def test_that_a_name_that_leads_out_or_that_some_system_cannot_have_is_refused(
    own: Path, good: Path, tmp_path: Path, name: str
) -> None:
    members: dict[str, str | bytes] = {**files_of(good), name: "evil = True"}
    refused(zip_of(tmp_path / "evil.zip", members))
    assert not list(tmp_path.rglob("evil.py"))


@pytest.mark.parametrize(
    "names", [("Data.py", "data.py"), ("a/x", "A/y"), ("a", "a/b"), ("a/b", "a"), ("é", "e\u0301")]
)
def test_that_names_that_are_one_on_some_systems_are_refused(
    own: Path, good: Path, tmp_path: Path, names: tuple[str, str]
) -> None:
    assert "two files" in refused(zip_of(tmp_path / "twice.zip", {**files_of(good), **dict.fromkeys(names, "x")}))


def test_that_links_are_refused(own: Path, good: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(zip_of(tmp_path / "link.zip", dict(files_of(good))), "a") as archive:
        info = zipfile.ZipInfo("secret.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "link" in refused(tmp_path / "link.zip")
    if sys.platform != "win32":
        (good / "outside").symlink_to(tmp_path)
        assert "link" in refused(good)
        (good / "outside").unlink()
        os.mkfifo(good / "pipe")
        refused(good)


def test_that_a_locked_zip_is_refused(own: Path, good: Path, tmp_path: Path) -> None:
    path = zip_of(tmp_path / "locked.zip", dict(files_of(good)))
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            flags = struct.unpack_from("<H", data, start + at)[0]
            struct.pack_into("<H", data, start + at, flags | 1)
            start = data.find(mark, start + 4)
    path.write_bytes(data)
    assert "password" in refused(path)


def test_that_a_bomb_is_refused_before_it_swells(
    own: Path, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_BYTES", 3 << 20)
    bomb = zip_of(tmp_path / "bomb.zip", {**files_of(good), "zeros.bin": bytes(16 << 20)})
    assert bomb.stat().st_size < 1 << 20
    assert "larger than 3 MB" in refused(bomb)
    (good / "zeros.bin").write_bytes(bytes(4 << 20))
    assert "larger than 3 MB" in refused(good)


def test_that_more_files_than_any_plugin_has_are_refused(
    own: Path, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "MOST_FILES", 20)
    many: dict[str, str | bytes] = {f"part{n}.py": "" for n in range(20)}
    assert "more than 20 files" in refused(zip_of(tmp_path / "many.zip", {**files_of(good), **many}))


@pytest.mark.parametrize("kind", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_that_rare_ways_of_packing_are_refused(own: Path, good: Path, tmp_path: Path, kind: int) -> None:
    assert "packed" in refused(zip_of(tmp_path / "rare.zip", dict(files_of(good)), kind))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (('id = "good-one"', 'id = "../evil"'), "id"),
        (("api = 1", "api = 99"), "newer"),
        (("api = 1", 'api = "1"'), "api"),
        (('entry = "good"', 'entry = "os.path"'), "entry"),
    ],
)
def test_that_a_plugin_that_cannot_be_read_is_not_installed(
    own: Path, good: Path, change: tuple[str, str], word: str
) -> None:
    file = good / "plugin.toml"
    text = file.read_text(encoding="utf-8")
    assert change[0] in text
    file.write_text(text.replace(*change), encoding="utf-8")
    assert word in refused(good)


def test_that_other_files_and_folders_are_refused(own: Path, good: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all", encoding="utf-8")
    assert "neither" in refused(tmp_path / "letter.txt")
    (tmp_path / "empty").mkdir()
    assert "plugin.toml" in refused(tmp_path / "empty")
    refused(zip_of(tmp_path / "empty.zip", {}))
    for name in ("one", "two"):
        shutil.copytree(good, tmp_path / "both" / name)
    assert "several" in refused(tmp_path / "both")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.booleans())
def test_that_a_damaged_zip_is_installed_whole_or_refused(
    own: Path, good: Path, tmp_path: Path, at: int, byte: int, cut: bool
) -> None:
    data = bytearray(zip_of(tmp_path / "good.zip", dict(files_of(good))).read_bytes())
    at %= len(data)
    damaged = data[:at] if cut else data[:at] + bytes([byte]) + data[at + 1 :]
    (tmp_path / "damaged.zip").write_bytes(damaged)
    shutil.rmtree(own, ignore_errors=True)
    try:
        installing.install(tmp_path / "damaged.zip")
    except UserError as error:
        assert error.key == "plugin-not-installed"
        assert files_of(own) == {} if own.exists() else True
    else:
        assert [one.id for one in finding.listed() if not one.ours] == ["good-one"]
