"""The figures of `capacity.toml`: what streets carry where the data do not say, and the rules for damage."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OURS = Path(__file__).parent / "capacity.toml"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class ClassNorm:
    """What one class of road has where the data do not say: lanes a direction, vehicles an hour and lane, km/h."""

    cars: bool
    lanes: float
    capacity: float
    speed: float
    source: str


NO_CARS = ClassNorm(False, 1.0, 0.0, 5.0, "")


@dataclass(frozen=True)
class Norms:
    """All of the table.

    Attributes
    ----------
    classes : norm of each class of road; a class that is not there is not for cars.
    told : the sections as the file has them: formula, signals, lane, debris, craters, bridges, works, implicit.
    """

    classes: Mapping[str, ClassNorm]
    told: Mapping[str, Any]

    def of(self, name: str) -> ClassNorm:
        """The norm of a class."""
        return self.classes.get(name, NO_CARS)

    def implied_km_h(self, country: str, kind: str) -> float:
        """Limit that a rule of a country stands for; nan if the table does not know the rule."""
        rules = self.told["implicit"]
        found = rules.get(country.upper(), {}).get(kind, rules["any"].get(kind))
        return float("nan") if found is None else float(found)

    def reach_m(self, height_m: Floats, level: str = "likely") -> Floats:
        """How far debris lies from the wall of collapsed buildings (n,), metres; heights that are nan are assumed."""
        rule = self.told["debris"]
        height = np.where(height_m > 0, height_m, rule["unknown_height_m"])
        share = np.interp(height, rule["height_m"], rule["high" if level == "high" else "likely"])
        return np.asarray(height * share * (rule["low_of_likely"] if level == "low" else 1.0), np.float64)


@cache
def ours() -> Norms:
    """The table as it comes with the plugin."""
    return read(OURS)


def read(path: Path) -> Norms:
    """A table that a person has edited.

    Raises
    ------
    ValueError
        If it is no TOML, lacks a section, or a number makes no sense; the sentence names the place.
    """
    told = tomllib.loads(path.read_text("utf-8"))
    for section in ("classes", "formula", "signals", "lane", "debris", "craters", "bridges", "works", "implicit"):
        if section not in told:
            raise ValueError(f"{path.name} has no section [{section}]")
    if UNKNOWN not in told["classes"]:
        raise ValueError(f"{path.name} has no section [classes.{UNKNOWN}]")
    return Norms({name: _norm(path.name, name, row) for name, row in told["classes"].items()}, told)


def _norm(file: str, name: str, row: Mapping[str, Any]) -> ClassNorm:
    for word in ("lanes", "capacity", "speed"):
        number = row.get(word)
        if not isinstance(number, int | float) or not 0 < number < 100_000:
            raise ValueError(f"{file}: [classes.{name}] {word} is a number above 0, not {number!r}")
    return ClassNorm(
        bool(row.get("cars", True)),
        float(row["lanes"]),
        float(row["capacity"]),
        float(row["speed"]),
        str(row.get("source", "")),
    )
