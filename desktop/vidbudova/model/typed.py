"""Numbers typed while drawing: a length and a bearing, key by key, without a text field taking the keyboard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

FIELDS = ("length", "bearing")
LONGEST = 12


@dataclass(frozen=True, slots=True)
class Typed:
    """What has been typed so far.

    Attributes
    ----------
    length, bearing : the two texts (metres; degrees clockwise from north).
    field : which of them the next key goes to.
    """

    length: str = ""
    bearing: str = ""
    field: Literal["length", "bearing"] = "length"

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been typed."""
        return not self.length and not self.bearing

    @property
    def length_m(self) -> float | None:
        """The length in metres; None while it is empty, unfinished or not above zero."""
        value = _parsed(self.length)
        return value if value is not None and value > 0 else None

    @property
    def bearing_deg(self) -> float | None:
        """The bearing in degrees clockwise from north, 0 ≤ bearing < 360; None while it is empty or unfinished."""
        value = _parsed(self.bearing)
        # A tiny negative bearing rounds up to 360 itself, so the remainder is taken twice.
        return None if value is None else value % 360 % 360


def press(typed: Typed, key: str) -> Typed | None:
    """The state after a key, or None if the key is not part of a number (digits, point, comma, a leading minus)."""
    text = typed.length if typed.field == "length" else typed.bearing
    key = "." if key == "," else key
    if not _fits(text, key, typed.field == "bearing"):
        return None
    return _with(typed, text + key)


def back(typed: Typed) -> Typed:
    """The state with the last character taken back; an emptied bearing gives the keyboard back to the length."""
    text = typed.length if typed.field == "length" else typed.bearing
    if not text and typed.field == "bearing":
        return replace(typed, field="length")
    return _with(typed, text[:-1])


def tab(typed: Typed) -> Typed:
    """The state with the other of the two numbers under the keys."""
    return replace(typed, field="bearing" if typed.field == "length" else "length")


def _with(typed: Typed, text: str) -> Typed:
    return replace(typed, length=text) if typed.field == "length" else replace(typed, bearing=text)


def _fits(text: str, key: str, signed: bool) -> bool:
    if len(key) != 1 or len(text) >= LONGEST:
        return False
    if key == ".":
        return "." not in text
    if key == "-":
        return signed and not text
    return key in "0123456789"


def _parsed(text: str) -> float | None:
    return float(text) if any(c.isdigit() for c in text) else None
