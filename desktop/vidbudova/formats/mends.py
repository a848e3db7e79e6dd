"""Mends: what a person can say of a file to put it right. Nothing of it is ever done without being asked for."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from vidbudova.errors import UserError
from vidbudova.text import _, mark

FOOT_M = 0.3048
US_FOOT_M = 1200.0 / 3937.0
UNITS_M: MappingProxyType[str, float] = MappingProxyType(
    {"feet": FOOT_M, "us-feet": US_FOOT_M, "inches": 0.0254, "millimetres": 0.001, "centimetres": 0.01}
)
"""Mend -> how many metres its unit has (international foot: by agreement of 1959; US survey foot: 1200/3937 m)."""

WORDS: MappingProxyType[str, str] = MappingProxyType(
    {
        "swap-axes": mark("Swap the two axes"),
        "as-degrees": mark("Take the numbers as longitude and latitude"),
        "feet": mark("Take the numbers as feet"),
        "us-feet": mark("Take the numbers as US survey feet"),
        "inches": mark("Take the numbers as inches"),
        "millimetres": mark("Take the numbers as millimetres"),
        "centimetres": mark("Take the numbers as centimetres"),
        "height-feet": mark("Take the heights as feet"),
        "heights-from-storeys": mark("Take heights from the storeys"),
        "shift-heights": mark("Move all heights by {value} m"),
        "leave-out-far": mark("Set them aside"),
        "keep-duplicates": mark("Bring them in all the same"),
        "encoding": mark("Read the text as {value}"),
        "repair-text": mark("Put the letters right"),
    }
)
"""Mend -> what the button says."""

WITH_VALUE = frozenset({"encoding", "shift-heights"})
ENCODINGS = ("utf-8", "cp1251", "cp866", "koi8-u", "cp1252", "cp1250", "utf-16")


class Mends:
    """What was asked for, by name, with a value where one belongs to it."""

    def __init__(self, asked: Iterable[str] = ()) -> None:
        self.values: dict[str, str] = {}
        for one in asked:
            name, _is, value = one.partition("=")
            if name not in WORDS or (name in WITH_VALUE) != bool(value) or not _fits(name, value):
                raise UserError("mend-unknown", mend=one, mends=", ".join(sorted(WORDS)))
            self.values[name] = value

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str) -> str:
        """The value of a mend, or ""."""
        return self.values.get(name, "")

    @property
    def unit_m(self) -> float:
        """Metres in the unit that the coordinates are to be taken in."""
        return next((size for name, size in UNITS_M.items() if name in self.values), 1.0)


def _fits(name: str, value: str) -> bool:
    if name == "encoding":
        return value.lower() in ENCODINGS
    if name == "shift-heights":
        try:
            return abs(float(value)) < 10_000
        except ValueError:
            return False
    return True


def words(mend: str, sample: str = "") -> str:
    """What a button for a mend says; `sample` is how the text would read."""
    name, _is, value = mend.partition("=")
    said = _(WORDS[name]).format(value=value)
    return f"{said}: “{sample}”" if sample else said
