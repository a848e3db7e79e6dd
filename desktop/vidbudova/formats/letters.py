"""Broken letters: text that was read in the wrong encoding before it came here, and how to put it right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

LOST = "\ufffd"
_SUSPECT = re.compile(
    "[\u00c0-\u00ff\u2013-\u203a\u0152-\u017e\u0192\u02c6\u02dc\u20ac\u2122\u0080-\u009f][\u0080-\u00ff\u2010-\u203a]"
    "|[\u0420\u0421][\u00a0-\u00bf\u0400-\u045f\u2010-\u2122]"
)
_WAYS = (("cp1252", "utf-8"), ("latin-1", "utf-8"), ("cp1251", "utf-8"), ("latin-1", "cp1251"), ("cp866", "utf-8"))
"""(how it was read, how it should have been)."""
LEAST = 0.6


def repaired(text: str) -> str | None:
    """The text as it was meant, or None when nothing seems wrong with it."""
    if not _SUSPECT.search(text):
        return None
    before = goodness(text)
    for read, meant in _WAYS:
        try:
            made = text.encode(read).decode(meant)
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        after = goodness(made)
        if after >= LEAST and after > before + 0.3 and LOST not in made:
            return made
    return None


def goodness(text: str) -> float:
    """How much of what is not ASCII is a plain Ukrainian word: capitals only at the beginning, known letters."""
    strange = [at for at, letter in enumerate(text) if letter > "\x7f"]
    if not strange:
        return 1.0
    good = sum(_is_plain(text, at) for at in strange)
    return good / len(strange)


def _is_plain(text: str, at: int) -> bool:
    letter = text[at]
    if letter in "«»“”’–—№°²³":
        return True
    if letter not in _CYRILLIC:
        return False
    begins = at == 0 or not text[at - 1].isalpha()
    return letter.islower() or begins or (at > 0 and text[at - 1].isupper())


_CYRILLIC = frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэъёАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯЫЭЪЁ")


def repair(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes with every broken name and text put right."""
    return {_right(name): _right(value) if isinstance(value, str) else value for name, value in attributes.items()}


def _right(text: str) -> str:
    made = repaired(text)
    return text if made is None else made


def broken(rows: Iterable[Mapping[str, Any]]) -> tuple[int, int, list[tuple[str, str]]]:
    """(rows with broken text that can be put right, rows with letters that are lost, examples before and after)."""
    wrong = lost = 0
    examples: list[tuple[str, str]] = []
    for row in rows:
        texts = [value for value in row.values() if isinstance(value, str)]
        lost += any(LOST in text for text in texts)
        found = next(((text, made) for text in texts if (made := repaired(text)) is not None), None)
        if found is not None:
            wrong += 1
            examples += [found] if len(examples) < 3 else []
    return wrong, lost, examples
