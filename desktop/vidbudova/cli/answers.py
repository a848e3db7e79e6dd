"""What every command answers: a JSON object for programs, lines for people, progress and messages beside them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely

from vidbudova import text
from vidbudova.errors import UserError
from vidbudova.model.change import Value
from vidbudova.model.schema import GEOM

DONE = 0
WRONG_USAGE = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command gives back: `body` for --json, `lines` else; `exit_code` where it is done but not well."""

    body: Any
    lines: Sequence[str] = field(default_factory=tuple)
    exit_code: int = DONE


def give(answer: Answer, as_json: bool) -> int:
    """Write an answer on standard output."""
    if as_json:
        print(json.dumps(answer.body, ensure_ascii=False, allow_nan=False))  # noqa: T201
    else:
        for line in answer.lines:
            print(line)  # noqa: T201
    return answer.exit_code


def say(sentence: str) -> None:
    """Tell a person something, beside the answer."""
    print(sentence, file=sys.stderr)  # noqa: T201


def refuse(error: UserError, as_json: bool) -> int:
    """Tell what went wrong, what was kept and what to do next."""
    for sentence in spoken(error).values():
        say(sentence)
    if as_json:
        give(Answer({"error": error_body(error)}), as_json)
    return error.exit_code


def error_body(error: UserError) -> dict[str, Any]:
    """A mendable error as programs read it, with what may be answered where it is a question."""
    body: dict[str, Any] = {"key": error.key, **spoken(error)}
    return body | ({"candidates": error.values["candidates"]} if "candidates" in error.values else {})


def spoken(error: UserError) -> dict[str, str]:
    """The three sentences of an error in the reader's language."""
    trouble = error.trouble
    said = {"message": trouble.message, "kept": trouble.kept, "next": trouble.next}
    return {name: text._(sentence).format(**error.values) for name, sentence in said.items()}


def plain(fields: dict[str, Value] | None) -> dict[str, Any] | None:
    """Fields of a row as JSON has them: outlines as WKT, sets as lists, other bytes by their size."""
    if fields is None:
        return None
    return {name: _plain(name, value) for name, value in fields.items()}


def _plain(name: str, value: Value) -> Any:
    if isinstance(value, bytes):
        return shapely.to_wkt(shapely.from_wkb(value)) if name == GEOM else f"{len(value)} bytes"
    return sorted(value) if isinstance(value, (frozenset, set)) else value


class Progress:
    """Tells how far long work is, on standard error: a running line on a terminal, every tenth elsewhere."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._told = ""

    def __call__(self, share: float, what: str = "") -> None:
        percent = int(min(max(share, 0.0), 1.0) * 100)
        line = f"{percent if self._live else percent // 10 * 10:3d} % {what}".rstrip()
        if line == self._told:
            return
        self._told = line
        if self._live:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)  # noqa: T201
        else:
            say(line)

    def end(self) -> None:
        """Leave the running line."""
        if self._live and self._told:
            print(file=sys.stderr)  # noqa: T201
