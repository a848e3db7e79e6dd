"""UNOSAT damage assessments, whatever carries them: one observation a site or cell, one sighting a date.

Known layouts: `Main_Damage_Site_Class`, `SensorDate` with `_2` … `_14` for later dates (codes); the same cut to ten
letters by Shapefile, with `d_` before columns whose codes were written out (`d_Main_Dam`, `d_Main_D_1`: texts); and
`class_2022_03_14` with `date_1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from vidbudova.formats import values
from vidbudova.formats.features import Attributes
from vidbudova.formats.scale_files import load_scales
from vidbudova.model.scales import Step

SCALE = "unosat"
EVIDENCE = "satellite"
CUT = 10
"""Letters of a Shapefile column name."""

_CLASS = "main_damage_site_class"
_SHORTEST = {_CLASS: 6, "sensordate": 8, "damage_status": 8, "confidenceid": 6}
_DATED = re.compile(r"^(?:damage_?)?class_?(\d{4})_?(\d{2})_?(\d{2})$")
_CELL = re.compile(r"_rda(?:_|$)|grid|\bcells?\b|500\s?m", re.I)


@dataclass(frozen=True, slots=True)
class Pass:
    """The columns of one date; "" where there is none. `nominal` is the date in the column's own name."""

    raw: str
    day: str = ""
    status: str = ""
    confidence: str = ""
    nominal: str = ""


@lru_cache(maxsize=256)
def _step(raw: str) -> Step | None:
    return load_scales().by_id[SCALE].find(raw)


def passes(columns: Iterable[str]) -> list[Pass]:
    """The dates of a layer by its columns, the earliest first; [] if it is no UNOSAT layer."""
    names = tuple(columns)
    return _numbered(names) or _dated(names)


def _numbered(names: tuple[str, ...]) -> list[Pass]:
    classes = _series(names, _CLASS)
    days, states = _series(names, "sensordate"), _series(names, "damage_status")
    sure = _series(names, "confidenceid")
    if len(states) == 1 < len(classes):
        states = {max(classes): next(iter(states.values()))}
    return [Pass(classes[n], days.get(n, ""), states.get(n, ""), sure.get(n, "")) for n in sorted(classes)]


def _series(names: tuple[str, ...], full: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for name in names:
        lower = name.lower()
        decoded = lower.startswith("d_") and full != "sensordate"
        matched = re.fullmatch(r"(.+?)(?:_(\d{1,2}))?", lower[2:] if decoded else lower)
        if matched is None:
            continue
        stem, digits = matched[1], matched[2]
        if stem == full:
            found.setdefault(int(digits or 1), name)
        elif full.startswith(stem) and len(name) == CUT and len(stem) >= _least(full, digits):
            found.setdefault(int(digits or 0) + 1, name)
    return found


def _least(full: str, digits: str | None) -> int:
    """A second column of the same ten letters loses two or three more of them to its number."""
    return _SHORTEST[full] - (len(digits) + 1 if digits and full != "sensordate" else 0)


def _dated(names: tuple[str, ...]) -> list[Pass]:
    found = sorted(
        (date(*map(int, matched.groups())).isoformat(), name)
        for name in names
        if (matched := _DATED.match(name.lower())) and _is_day(matched)
    )
    lower = {name.lower(): name for name in names}
    made = []
    for n, (nominal, raw) in enumerate(found, 1):
        status = lower.get("change", "") if n == len(found) > 1 else ""
        confidence = lower.get(f"confidence_{n}", "") or lower.get("confidence", "")
        made.append(Pass(raw, lower.get(f"date_{n}", ""), status, confidence, nominal))
    return made


def _is_day(matched: re.Match[str]) -> bool:
    return values.day("-".join(matched.groups())) is not None


def read(
    found: list[Pass], attributes: Attributes, layer: str, dimension: int
) -> tuple[dict[str, Any], list[dict[str, Any]], list[tuple[str, str]]]:
    """The observation of one site, its sightings in order of date, and notes on what is not known."""
    notes: list[tuple[str, str]] = []
    sightings = []
    for one in found:
        raw = values.text(attributes.get(one.raw))
        if raw is None:
            continue
        if _step(raw) is None:
            notes.append(("class-unknown", raw))
        seen_on = values.day(attributes.get(one.day)) or one.nominal or None
        if seen_on is None:
            notes.append(("date-missing", raw))
        status = values.text(attributes.get(one.status)) if one.status else None
        sightings.append({"observed_on": seen_on, "raw": raw, "grade": reading(raw), "status": status})
    return _observation(found, attributes, sightings, layer, dimension), sightings, notes


def _observation(
    found: list[Pass], attributes: Attributes, sightings: list[dict[str, Any]], layer: str, dimension: int
) -> dict[str, Any]:
    last = sightings[-1] if sightings else {}
    lower = {name.lower(): value for name, value in attributes.items()}
    site = next((values.text(lower[n]) for n in ("d_siteid", "site", "siteid") if n in lower), None)
    confidence = next((values.text(attributes.get(p.confidence)) for p in reversed(found) if p.confidence), None)
    return {
        "site": site,
        "target": target([s["raw"] for s in sightings], layer, dimension),
        "evidence": EVIDENCE,
        "scale": SCALE,
        "latest_raw": last.get("raw"),
        "latest_grade": last.get("grade"),
        "latest_on": last.get("observed_on"),
        "confidence": confidence,
    }


@lru_cache(maxsize=256)
def reading(raw: str) -> str | None:
    """What a class says on our scale from a satellite (0, P, 2, 3, 5), or None where the crosswalk allows nothing."""
    return load_scales().reading(raw, SCALE, EVIDENCE) or None


def target(raws: list[str], layer: str, dimension: int) -> str:
    """What was looked at: a building, the ground (craters), a cell of a survey grid or another area."""
    steps = [step for raw in raws if (step := _step(raw))]
    if dimension == 2:
        return "cell" if _CELL.search(layer) or any(step.target == "cell" for step in steps) else "area"
    return "ground" if steps and steps[-1].target == "ground" else "building"
