"""`vidbudova plugins`: what a person and a program are told of plugins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from plugin_folder import write

from vidbudova import cli
from vidbudova.plugin import finding


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's settings folder, empty."""
    monkeypatch.setenv("VIDBUDOVA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def asked(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> Any:
    """What a command answers to a program."""
    assert cli.main([*map(str, words), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def not_ours(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that a person installed."""
    return [one for one in listed if not one["ours"]]


def test_that_the_list_has_what_the_contract_says(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not_ours(asked(capsys, "plugins")) == []
    asked(capsys, "plugins", "install", write(tmp_path / "good"))
    (one,) = not_ours(asked(capsys, "plugins"))
    assert {name: one[name] for name in ("id", "name", "version", "state", "reads", "writes")} == {
        "id": "good-one", "name": "Good one", "version": "1.0", "state": "unapproved",
        "reads": ["buildings", "damage_marks"], "writes": ["damage_marks"],
    }  # fmt: skip
    assert one["parameters"][0]["name"] == "share" and one["parameters"][0]["maximum"] == 1
    assert "approved" in one["reason"]
    assert asked(capsys, "plugins", "list") == asked(capsys, "plugins")


def test_that_a_broken_one_is_listed_beside_the_good(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "plugins", "install", write(tmp_path / "good"))
    (home / "plugins" / "bad").mkdir()
    (home / "plugins" / "bad" / "plugin.toml").write_text("id = [", encoding="utf-8")
    states = {one["id"]: one["state"] for one in not_ours(asked(capsys, "plugins"))}
    assert states == {"good-one": "unapproved", "bad": "broken"}
    shown = asked(capsys, "plugins", "show", "bad")
    assert shown["results"] == [] and "TOML" in shown["reason"]
    assert asked(capsys, "plugins", "approve", "bad", code=61)["error"]["key"] == "plugin-not-ready"


def test_that_approving_says_what_it_reads_and_that_python_is_no_sandbox(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "plugins", "install", write(tmp_path / "good"))
    assert cli.main(["plugins", "approve", "good-one"]) == 0
    told = capsys.readouterr()
    for words in ("Reads: Buildings, Damage marks if there are any", "propose changes to: Damage marks", "no sandbox"):
        assert words in told.err
    assert "may run" in told.out
    assert finding.ready("good-one").version == "1.0"


def test_that_a_plugin_goes_and_an_unknown_one_is_said(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "plugins", "install", write(tmp_path / "good"))
    assert asked(capsys, "plugins", "remove", "good-one") == {"id": "good-one", "version": "1.0"}
    for word in ("remove", "show", "approve"):
        assert asked(capsys, "plugins", word, "good-one", code=60)["error"]["key"] == "plugin-unknown"
    wrong = asked(capsys, "plugins", "install", Path(__file__), code=63)
    assert wrong["error"]["key"] == "plugin-not-installed" and "test_plugins.py" in wrong["error"]["message"]


def test_that_a_new_one_is_made_checked_installed_and_approved(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = asked(capsys, "plugins", "new", "Warm rooms", "--in", tmp_path)
    assert (made["id"], Path(made["folder"])) == ("warm-rooms", tmp_path / "warm_rooms")
    assert asked(capsys, "plugins", "check", made["folder"])["problems"] == []
    asked(capsys, "plugins", "install", made["folder"])
    assert asked(capsys, "plugins", "approve", "warm-rooms")["state"] == "ready"
    (tmp_path / "warm_rooms" / "__init__.py").write_text("import PySide6\n", encoding="utf-8")
    said = asked(capsys, "plugins", "check", made["folder"], code=66)["error"]
    assert said["key"] == "plugin-breaks-word" and "cannot open windows" in said["message"]


def test_that_a_word_there_is_not_is_wrong_usage(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plugins", "fly"]) == 2
    assert "fly" in capsys.readouterr().err
