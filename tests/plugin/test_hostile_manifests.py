"""Manifests and folders that nobody would write on purpose, or only on purpose: listed with a reason."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plugin_folder import MANIFEST, write

from vidbudova.errors import UserError
from vidbudova.plugin import (
    finding,
    manifest,
    parameters,
    trust,
)

WHOLE = MANIFEST.format(id="good-one", entry="good")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's settings folder, empty."""
    monkeypatch.setenv("VIDBUDOVA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def told(text: str | bytes, folder: Path) -> str:
    """What is wrong with a manifest."""
    folder.mkdir(exist_ok=True)
    (folder / "plugin.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(manifest.ManifestError) as error:
        manifest.read(folder)
    assert 10 < len(str(error.value)) < 400 and "\n" not in str(error.value)
    return str(error.value)


NO_TOML = {
    "empty": b"",
    "binary": bytes(range(256)),
    "utf-16": WHOLE.encode("utf-16"),
    "json": b'{"id": "good-one"}',
    "deep lists": b"x = " + b"[" * 60_000 + b"]" * 60_000,
    "deep tables": b"x = " + b"{a=" * 30_000 + b"1" + b"}" * 30_000,
    "deep key": WHOLE.encode() + b"\n" + b"a." * 60_000 + b"b = 1",
    "deep title": b"title." + b"a." * 60_000 + b"b = 1\nid = 'x'",
    "deep reads": WHOLE.replace('reads = ["buildings", "damage_marks"]', "reads." + "a." * 60_000 + "b = 1").encode(),
    "a number of 10,000 digits": b"api = " + b"9" * 10_000,
    "no such date": b"version = 2022-99-99",
    "too large": WHOLE.encode() + b"#" * manifest.MOST_BYTES,
    "twice": b"id = 'a'\nid = 'b'",
    "escapes": b'id = "\\ud800"',
}


@pytest.mark.parametrize("text", NO_TOML.values(), ids=NO_TOML)
def test_that_a_file_that_is_no_manifest_is_said_to_be_none(tmp_path: Path, text: bytes) -> None:
    told(text, tmp_path / "bad")


def test_that_a_key_that_nobody_knows_may_be_there(tmp_path: Path) -> None:
    for n in (1, manifest.MOST_DOTS):
        (tmp_path / "plugin.toml").write_text(f"{WHOLE}\n[{'a.' * n}b]\nc = 1\n", encoding="utf-8")
        assert manifest.read(tmp_path).id == "good-one"


def test_that_a_manifest_made_to_take_long_does_not(tmp_path: Path) -> None:
    bombs = [
        "\n".join(f"[{'.'.join(f'k{n}' for n in range(50))}.t{i}]" for i in range(1000)),
        "\n".join(f"k{i} = [{'1,' * 40}]" for i in range(2500)),
        "x = [" + "{a.b.c.d.e.f = 1},\n" * 12_000 + "]",
        "\n".join(f"[{'a.' * 200}t{n}]" for n in range(600)),
        "x = [" + "[{" + "a." * 190 + "b = [\n" * 250 + "1",
        "[[parameters]]\nname = 'a'\ntype = 'text'\n" * 5000,
        "reads = [" + "'buildings'," * 19_000 + "]",
        'id = "' + "a-" * 100_000 + '"',
    ]
    began = time.process_time()
    for n, text in enumerate(bombs):
        told(text[: manifest.MOST_BYTES], tmp_path / str(n))
    assert time.process_time() - began < 60, "seconds, where it must not be minutes"


WRONG = [
    ("id", "Good"),
    ("id", "a--b"), ("id", "-a"), ("id", "a" * 51), ("id", "дім"), ("id", "a\n"), ("id", 1), ("id", ["a"]),
    ("api", 0), ("api", -1), ("api", True), ("api", 1.0), ("api", "1"),
    ("version", ""), ("version", 1.0), ("version", "1\n2"), ("version", "v" * 51),
    ("entry", "os.path"), ("entry", "../x"), ("entry", ""), ("entry", "a-b"),
    ("reads", "buildings"), ("reads", ["castles"]), ("reads", ["buildings", "buildings"]), ("reads", [1]),
    ("reads", ["vb_change"]), ("reads", ["sqlite_master"]), ("reads", [["buildings"]]), ("reads", {"a": 1}),
    ("optional", ["roads"]), ("writes", ["observations"]), ("writes", ["vb_cell"]), ("writes", [None]),
    ("needs", "numpy"), ("needs", [""]), ("files", ["share"]), ("explore", 1), ("explore", "yes"),
    ("title", ""), ("title", {}), ("title", {"uk": "Лише"}), ("title", {"en": 1}), ("title", {"en": "a", "xx": "b"}),
    ("title", ["a"]), ("title", {"en": "a" * 2001}), ("about", 5), ("about", {"en": " "}),
    ("parameters", {"name": "a"}), ("parameters", ["a"]), ("parameters", [{}] * 501), ("results", [{}]),
    ("results", [{"name": "a", "kind": "movie"}]), ("results", [{"name": "A", "kind": "table"}]),
    ("results", [{"name": "a", "kind": "table"}] * 2), ("results", [{"name": "a", "kind": "table", "unit": 1}]),
    ("results", [{"name": "a", "kind": ["table"]}]),
]  # fmt: skip

PARAMETER = [
    {"type": "colour"},
    {"type": ["number"]},
    {"type": {"a": 1}},
    {"type": "choice"},
    {"type": "choice", "choices": []},
    {"type": "choice", "choices": ["a"], "default": "b"},
    {"type": "choice", "choices": [1], "default": 1},
    {"type": "number", "choices": ["a"]},
    {"type": "choice", "choices": ["a"], "choice_titles": {"b": "B"}},
    {"type": "choice", "choices": ["a"], "choice_titles": "a"},
    {"type": "choice", "choices": ["a"], "choice_titles": {"a": 1}},
    {"type": "number", "default": True},
    {"type": "number", "default": "1"},
    {"type": "number", "default": float("nan")},
    {"type": "number", "default": float("inf")},
    {"type": "number", "minimum": float("inf")},
    {"type": "number", "minimum": "0"},
    {"type": "number", "default": 5, "minimum": 6},
    {"type": "number", "minimum": 2, "maximum": 1},
    {"type": "number", "minimum": 10**400},
    {"type": "number", "default": 10**400},
    {"type": "integer", "default": 1.5},
    {"type": "integer", "default": 10**400},
    {"type": "boolean", "default": 1},
    {"type": "text", "default": 5},
    {"type": "text", "default": "x" * 10_001},
    {"type": "file", "default": "/etc/passwd"},
    {"type": "file", "endings": "csv"},
    {"type": "ids", "default": "a"},
    {"type": "ids", "default": [1]},
    {"type": "ids", "of": "castles"},
    {"type": "ids", "of": ["buildings"]},
    {"type": "ids", "of": {"a": 1}},
    {"type": "ids", "of": 5},
    {"type": "text", "unit": 5},
    {"type": "text", "name": "Gap"},
    {"type": "text", "name": ""},
    {"type": "text", "name": 5},
    {"type": "text", "title": {}},
]


@pytest.mark.parametrize(("key", "value"), WRONG, ids=lambda one: repr(one)[:40])
def test_that_a_key_that_cannot_be_so_is_named(key: str, value: Any) -> None:
    import tomllib

    words = "a|name|kind|unit|results" if key == "results" else key.rstrip("s")
    with pytest.raises(manifest.ManifestError, match=f"“.*({words}).*”"):
        manifest.manifest_of(tomllib.loads(WHOLE) | {key: value})


@pytest.mark.parametrize("value", PARAMETER, ids=lambda one: repr(one)[:60])
def test_that_a_parameter_that_cannot_be_so_is_refused(value: dict[str, Any]) -> None:
    import tomllib

    with pytest.raises(manifest.ManifestError):
        manifest.manifest_of(tomllib.loads(WHOLE) | {"parameters": [{"name": "a"} | value]})


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["number", "choice", "ids", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "type",
                    "title",
                    "en",
                    "default",
                    "choices",
                    "choice_titles",
                    "of",
                    "unit",
                    "kind",
                    "minimum",
                    "endings",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*(key for key, _value in WRONG), "parameters", "results"]), ANYTHING, max_size=3)
)
def test_that_whatever_a_manifest_says_is_understood_or_refused(said: dict[str, Any]) -> None:
    import tomllib

    whole = tomllib.loads(WHOLE)
    with contextlib.suppress(manifest.ManifestError):
        assert manifest.manifest_of(whole | said).id


@settings(max_examples=200, deadline=None)
@given(value=ANYTHING, kind=st.sampled_from(["number", "integer", "boolean", "text", "file", "ids", "choice"]))
def test_that_whatever_a_person_gives_is_taken_or_refused(value: Any, kind: str) -> None:
    import tomllib

    one = {"name": "a", "type": kind} | ({"choices": ["a", "b"]} if kind == "choice" else {})
    told = manifest.manifest_of(tomllib.loads(WHOLE) | {"parameters": [one]})
    try:
        given_back = parameters.checked(told.parameters, {"a": value})
    except UserError as error:
        assert error.key == "plugin-parameter"
    else:
        assert json.dumps(given_back, allow_nan=False)


def test_that_a_number_of_400_digits_is_refused() -> None:
    import tomllib

    for kind in ("number", "integer"):
        told = manifest.manifest_of(tomllib.loads(WHOLE) | {"parameters": [{"name": "a", "type": kind}]})
        with pytest.raises(UserError):
            parameters.checked(told.parameters, {"a": 10**400})


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text are there on Linux alone")
def test_that_a_name_that_is_no_text_stops_nothing(home: Path) -> None:
    folder = write(home / "plugins" / "good")
    (Path(os.fsdecode(bytes(folder) + b"/\xff.py"))).write_text("", encoding="utf-8")
    Path(os.fsdecode(bytes(home / "plugins") + b"/\xfe")).mkdir()
    (found,) = [one for one in finding.listed() if not one.ours]
    assert found.state in ("broken", "unapproved")


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes among files")
def test_that_a_pipe_is_not_waited_for(home: Path) -> None:
    folder = write(home / "plugins" / "good")
    os.mkfifo(folder / "data")
    assert finding.at(folder).state == "broken"
    (folder / "data").unlink()
    (folder / "plugin.toml").unlink()
    os.mkfifo(folder / "plugin.toml")
    assert [one for one in finding.listed() if not one.ours] == []


def test_that_things_beside_plugins_are_none(home: Path) -> None:
    write(home / "plugins" / "good")
    write(home / "plugins" / ".installing-x")
    write(home / "plugins" / "_old")
    (home / "plugins" / "notes.txt").write_text("x", encoding="utf-8")
    (home / "plugins" / "empty").mkdir()
    (home / "plugins" / "odd" / "plugin.toml").mkdir(parents=True)
    assert [one.id for one in finding.listed() if not one.ours] == ["good-one"]


def test_that_a_folder_that_is_no_folder_stops_nothing(home: Path) -> None:
    home.mkdir()
    (home / "plugins").write_text("x", encoding="utf-8")
    assert [one for one in finding.listed() if not one.ours] == []


def test_that_approving_one_does_not_approve_a_copy_that_differs(home: Path) -> None:
    folder = write(home / "plugins" / "good")
    finding.approve(finding.at(folder))
    for change in ("plugin.toml", "__init__.py"):
        held = (folder / change).read_bytes()
        (folder / change).write_bytes(held + b"\n# changed")
        assert finding.at(folder).state == "unapproved"
        (folder / change).write_bytes(held)
    (folder / "sub").mkdir()
    (folder / "sub" / "more.py").write_text("", encoding="utf-8")
    assert finding.at(folder).state == "unapproved"
    assert finding.at(folder).sha256 != trust.folder_sha256(folder.parent)


@pytest.mark.parametrize("list_", ["[]", "5", '"x"', "null", '{"a": 1}', "\x00", "{"])
def test_that_any_list_of_approvals_is_read(home: Path, list_: str) -> None:
    folder = write(home / "plugins" / "good")
    (home / trust.APPROVED).write_text(list_, encoding="utf-8")
    assert finding.approve(finding.at(folder)).state == "ready"
