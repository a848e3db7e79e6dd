"""Values for a run: what may be given, what is filled in, and what is refused with a sentence."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from vidbudova.errors import UserError
from vidbudova.plugin import manifest
from vidbudova.plugin.parameters import checked

BASE = {"id": "p", "api": 1, "version": "1", "entry": "p", "title": "P"}


def made(**parameter: Any) -> tuple[manifest.Parameter, ...]:
    return manifest.manifest_of(BASE | {"parameters": [{"name": "x"} | parameter]}).parameters


def test_that_defaults_are_filled_in_and_whole_numbers_become_real_ones() -> None:
    number = made(type="number", default=1, minimum=0, maximum=10)
    assert checked(number, {}) == {"x": 1.0} and isinstance(checked(number, {"x": 3})["x"], float)
    assert checked(made(type="integer", default=2), {"x": 4.0}) == {"x": 4}
    assert checked(made(type="file"), {}) == {"x": ""}
    assert checked(made(type="ids"), {"x": ("a", "b")}) == {"x": ["a", "b"]}


@pytest.mark.parametrize(
    ("parameter", "value", "word"),
    [
        ({"type": "number", "minimum": 1e-12}, 0, "1e-12"),
        ({"type": "number", "maximum": 5, "unit": "km"}, 5.1, "5 km"),
        ({"type": "number"}, math.nan, "number"),
        ({"type": "number"}, "3", "number"),
        ({"type": "number"}, True, "number"),
        ({"type": "number"}, None, "needed"),
        ({"type": "integer"}, 1.5, "whole"),
        ({"type": "choice", "choices": ["a", "b"]}, "c", "a, b"),
        ({"type": "boolean", "default": True}, 1, "yes"),
        ({"type": "text"}, 5, "text"),
        ({"type": "text"}, "x" * 10_001, "10"),
        ({"type": "file"}, "/no/such/file", "file"),
        ({"type": "file"}, "a\0b", "file"),
        ({"type": "ids"}, ["a", 1], "ids"),
        ({"type": "ids"}, "a", "ids"),
    ],
)
def test_that_a_value_that_cannot_be_is_refused_with_a_sentence(
    parameter: dict[str, Any], value: Any, word: str
) -> None:
    with pytest.raises(UserError) as refused:
        checked(made(**parameter), {"x": value})
    assert refused.value.key == "plugin-parameter" and word in refused.value.values["reason"]


def test_that_a_file_has_one_of_the_endings(tmp_path: Path) -> None:
    parameters = made(type="file", endings=["csv", "omx"])
    (tmp_path / "trips.CSV").write_text("a", encoding="utf-8")
    (tmp_path / "trips.txt").write_text("a", encoding="utf-8")
    assert checked(parameters, {"x": str(tmp_path / "trips.CSV")})["x"].endswith("trips.CSV")
    with pytest.raises(UserError):
        checked(parameters, {"x": str(tmp_path / "trips.txt")})


def test_that_an_unknown_name_is_refused() -> None:
    with pytest.raises(UserError):
        checked(made(type="text"), {"y": "1"})


@pytest.mark.parametrize(
    "parameter",
    [
        {"type": "number", "default": 11, "maximum": 10},
        {"type": "number", "default": "1"},
        {"type": "choice", "choices": ["a"], "default": "b"},
        {"type": "choice"},
        {"type": "text", "choices": ["a"]},
        {"type": "file", "default": "/etc/passwd"},
        {"type": "number", "minimum": math.inf},
        {"type": "colour"},
        {"type": "text", "title": {"uk": "лише українською"}},
        {"type": "choice", "choices": ["a"], "choice_titles": {"b": {"en": "B"}}},
    ],
)
def test_that_a_manifest_with_such_a_parameter_is_broken(parameter: dict[str, Any]) -> None:
    with pytest.raises(manifest.ManifestError):
        made(**parameter)
