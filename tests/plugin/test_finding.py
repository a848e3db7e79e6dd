"""Which plugins there are, why one cannot run, and what approval is of."""

from __future__ import annotations

import json
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.plugin import finding, trust

GOOD = """
id = "heat"
api = 1
version = "1.2"
entry = "heat"
reads = ["buildings", "roads"]
optional = ["roads"]
[title]
en = "Heat"
uk = "Тепло"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's own folder."""
    monkeypatch.setenv("VIDBUDOVA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def put(home: Path, manifest: str, name: str = "heat") -> Path:
    folder = home / "plugins" / name
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(manifest, encoding="utf-8")
    (folder / "__init__.py").write_text("raise SystemExit('code was run')", encoding="utf-8")
    return folder


def test_that_a_plugin_waits_for_approval_and_for_another_after_each_change(home: Path) -> None:
    folder = put(home, GOOD)
    found = finding.find("heat")
    assert found is not None and found.state == "unapproved" and found.title["uk"] == "Тепло"
    with pytest.raises(UserError, match="Nobody has approved"):
        finding.ready("heat")
    assert finding.approve(found).state == "ready"
    assert finding.ready("heat").reads == ("buildings", "roads")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert finding.ready("heat").sha256 == found.sha256
    (folder / "__init__.py").write_text("pass", encoding="utf-8")
    assert finding.find("heat").state == "unapproved"  # type: ignore[union-attr]
    (folder / "__init__.py").write_text("raise SystemExit('code was run')", encoding="utf-8")
    assert finding.find("heat").state == "ready"  # type: ignore[union-attr]
    trust.withdraw(found.sha256)
    assert finding.find("heat").state == "unapproved"  # type: ignore[union-attr]


def test_that_a_renamed_file_counts_as_a_change(home: Path) -> None:
    folder = put(home, GOOD)
    (folder / "a.txt").write_text("1", encoding="utf-8")
    before = trust.folder_sha256(folder)
    (folder / "a.txt").rename(folder / "b.txt")
    assert trust.folder_sha256(folder) != before


def test_that_a_damaged_list_of_approvals_approves_nothing(home: Path) -> None:
    put(home, GOOD)
    finding.approve(finding.find("heat"))  # type: ignore[arg-type]
    (home / trust.APPROVED).write_text("[", encoding="utf-8")
    assert finding.find("heat").state == "unapproved"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "state", "word"),
    [
        (("api = 1", "api = 2"), "newer", "2"),
        (("api = 1", "api = 'one'"), "broken", "api"),
        (("api = 1", ""), "broken", "api"),
        (('"buildings"', '"castles"'), "broken", "castles"),
        (('optional = ["roads"]', 'optional = ["rail"]'), "broken", "rail"),
        (('id = "heat"', 'id = "../heat"'), "broken", "id"),
        (('entry = "heat"', 'entry = "os.path"'), "broken", "entry"),
        (("[title]", "needs = ['no_such_library_here']\n[title]"), "lacks-library", "no_such_library_here"),
        (("[title]", "[title"), "broken", "TOML"),
        (('en = "Heat"', ""), "broken", "title"),
        (("[title]", 'writes = ["observations"]\n[title]'), "broken", "observations"),
    ],
)
def test_that_a_plugin_that_cannot_run_is_listed_with_its_reason(
    home: Path, change: tuple[str, str], state: str, word: str
) -> None:
    put(home, GOOD.replace(*change))
    put(home, GOOD.replace('"heat"', '"other"', 1), "other")
    found = {one.folder.name: one for one in finding.listed() if not one.ours}
    assert found["heat"].state == state and word in found["heat"].reason
    assert found["other"].state == "unapproved"


def test_that_a_library_that_the_plugin_brings_is_there(home: Path) -> None:
    folder = put(home, GOOD.replace("[title]", "needs = ['brought']\n[title]"))
    assert finding.find("heat").state == "lacks-library"  # type: ignore[union-attr]
    (folder / "vendor").mkdir()
    for name, state in (
        ("brought.cpython-27m-other.so", "lacks-library"), (f"brought{EXTENSION_SUFFIXES[0]}", "unapproved"),
        ("brought.py", "unapproved"),
    ):  # fmt: skip
        (folder / "vendor" / name).write_text("", encoding="utf-8")
        assert finding.find("heat").state == state  # type: ignore[union-attr]
        (folder / "vendor" / name).unlink()


def test_that_a_link_out_of_the_folder_is_no_plugin(home: Path, tmp_path: Path) -> None:
    folder = put(home, GOOD)
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    (folder / "data").symlink_to(tmp_path / "secret")
    assert finding.at(folder).state == "broken"


def test_that_two_plugins_of_one_id_do_not_hide_each_other(home: Path) -> None:
    put(home, GOOD)
    put(home, GOOD, "twin")
    found = [one for one in finding.listed() if not one.ours]
    assert sorted(one.state for one in found) == ["broken", "unapproved"]
    assert any("heat" in one.reason for one in found)


def test_that_a_build_knows_its_own_plugins_by_their_checksum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDBUDOVA_HOME", str(tmp_path / "home"))
    folder = put(tmp_path, GOOD)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    assert finding.ready("heat").ours
    monkeypatch.setattr(paths, "is_frozen", lambda: True)
    assert finding.at(folder).state == "unapproved"
    (tmp_path / trust.SHIPPED).write_text(json.dumps(trust.checksums(tmp_path / "plugins")), encoding="utf-8")
    assert finding.ready("heat").ours
    (folder / "__init__.py").write_text("other", encoding="utf-8")
    assert finding.at(folder).state == "unapproved"
