"""The doctor's look at staged rows: heights that no house has, and things far from all others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from vidbudova.formats.findings import Finding
from vidbudova.formats.mends import FOOT_M, Mends
from vidbudova.formats.report import EXAMPLES, Job
from vidbudova.formats.staging import Staging
from vidbudova.model.crs import Floats
from vidbudova.model.schema import TABLES

TALLEST_M = 330.0
"""Higher is no house of a city (the highest of Ukraine has 168 m, of Europe 462 m)."""
STOREY_M = (1.8, 8.0)
"""Height a storey outside of this does not fit the storeys."""
FEET_A_STOREY = (8.5, 14.0)
"""Heights of this a storey are feet, if they are so on most houses."""
FEW = 20
FAR_M = 20_000.0
TIMES_FURTHER = 10.0

Row = Sequence[Any]


# -- heights ------------------------------------------------------------------------------------------------------

def heights(staging: Staging, mends: Mends, job: Job) -> list[Finding]:
    """Heights that cannot be; they are replaced where that was asked for."""
    if "buildings" not in staging.counts:
        return []
    if "height-feet" in mends:
        in_metres(staging)
    found = []
    if (feet := in_feet(staging)) is not None:
        found.append(feet)
    for code, doubt in _DOUBTS.items():
        rows = staging.query(f"SELECT id, source_id, height_m, levels, geom FROM buildings WHERE {doubt}")
        if not rows or (feet is not None and code == "height-levels-disagree"):
            continue
        if "heights-from-storeys" in mends:
            _replace(staging, rows, job)
        else:
            found.append(Finding(code, len(rows), _told(rows), ("heights-from-storeys",), extent(rows)))
    return found


_TAGGED = "height_source = 'tagged'"
_DOUBTS = {
    "height-absurd": f"{_TAGGED} AND height_m > {TALLEST_M}",
    "height-levels-disagree": f"{_TAGGED} AND height_m <= {TALLEST_M} AND levels >= 1 AND NOT "
    f"(height_m - coalesce(min_height_m, 0)) / levels BETWEEN {STOREY_M[0]} AND {STOREY_M[1]}",
}


def _told(rows: Sequence[Row]) -> list[str]:
    return [
        f"{name}: {height:g} m" + (f", {levels:g} storeys" if levels else "")
        for _id, name, height, levels, _geom in rows[:EXAMPLES]
    ]


def _replace(staging: Staging, rows: Sequence[Row], job: Job) -> None:
    made = [
        (levels * job.storey_height_m, "derived", id) if levels else (job.default_height_m, "assumed", id)
        for id, _name, _height, levels, _geom in rows
    ]
    staging.update("UPDATE buildings SET height_m = ?, height_source = ? WHERE id = ?", made)


def in_feet(staging: Staging) -> Finding | None:
    """Whether most heights are three times what their storeys have."""
    where = f"{_TAGGED} AND levels >= 2 AND height_m > 0"
    low, high = FEET_A_STOREY
    fits = f"sum(height_m / levels BETWEEN {low} AND {high})"
    count, fitting = staging.query(f"SELECT count(*), {fits} FROM buildings WHERE {where}")[0]
    if count < FEW or fitting < 0.7 * count:
        return None
    rows = staging.query(
        f"SELECT id, source_id, height_m, levels, geom FROM buildings WHERE {where} LIMIT {EXAMPLES}"
    )
    return Finding("heights-in-feet", int(fitting), _told(rows), ("height-feet",), extent(rows))


def in_metres(staging: Staging) -> None:
    """Take all given heights as feet."""
    for name in ("height_m", "min_height_m", "roof_height_m"):
        staging.update(f"UPDATE buildings SET {name} = round({name} * ?, 3) WHERE {_TAGGED}", [(FOOT_M,)])


# -- places -------------------------------------------------------------------------------------------------------

def far(staging: Staging, centres: Floats, mends: Mends) -> tuple[list[Finding], int]:
    """Things far from all others, and how many of them were set aside, where that was asked for."""
    if not len(centres):
        return [], 0
    middle, reach = rest(centres)
    if not (np.hypot(*(centres - middle).T) > reach).any():
        return [], 0
    rows = [
        (table, *row) for table in list(staging.counts) if table in _SHAPED
        for row in _outside(staging, table, middle, reach)
    ]  # fmt: skip
    if not rows:
        return [], 0
    if "leave-out-far" in mends:
        return [], _set_aside(staging, rows)
    told = [str(row[2] or row[1]) for row in rows[:EXAMPLES]]
    where = extent([(row[3],) for row in rows])
    return [Finding("far-from-rest", len(rows), told, ("leave-out-far",), where, {"km": round(reach / 1000.0)})], 0


_SHAPED = frozenset(t.name for t in TABLES.values() if t.geometry) - {"quarantine"}


def rest(centres: Floats) -> tuple[Floats, float]:
    """The middle of most things, and how far from it something may still be one of them, in metres."""
    middle = np.median(centres, axis=0)
    usual = float(np.quantile(np.hypot(*(centres - middle).T), 0.9)) if len(centres) >= 10 else np.inf
    return middle, max(FAR_M, TIMES_FURTHER * usual)


def _outside(staging: Staging, table: str, middle: Floats, reach: float) -> list[Row]:
    rows = staging.query(f'SELECT id, source_id, geom, attributes FROM "{table}" WHERE geom IS NOT NULL')
    boxes = shapely.bounds(shapely.from_wkb(np.array([row[2] for row in rows], object)))
    away = np.hypot(*((boxes[:, :2] + boxes[:, 2:]) / 2 - middle).T) > reach
    return [rows[at] for at in np.flatnonzero(away).tolist()]


def _set_aside(staging: Staging, rows: Sequence[Row]) -> int:
    """Move rows to quarantine, rows of one feature together; gives how many features."""
    moved: dict[tuple[str, bytes], dict[str, Any]] = {}
    for table, id, source_id, geom, attributes in rows:
        staging.update(f'DELETE FROM "{table}" WHERE id = ?', [(id,)])
        staging.counts[table] -= 1
        if table == "observations":
            (gone,) = staging.query("SELECT count(*) FROM sightings WHERE observation = ?", (id,))[0]
            staging.update("DELETE FROM sightings WHERE observation = ?", [(id,)])
            staging.counts["sightings"] -= gone
        said = {"id": id, "geom": geom, "code": "left-out", "reason": "left-out", "source_id": source_id}
        moved.setdefault((source_id, geom), {**said, "attributes": attributes})
    staging.add("quarantine", list(moved.values()))
    return len(moved)


def set_aside(staging: Staging) -> dict[str, tuple[float, float, float, float] | None]:
    """Where the rows in quarantine lie, by code."""
    if "quarantine" not in staging.counts:
        return {}
    rows = staging.query("SELECT code, geom FROM quarantine WHERE geom IS NOT NULL")
    by_code: dict[str, list[Row]] = {}
    for code, geom in rows:
        by_code.setdefault(code, []).append((geom,))
    return {code: extent(listed) for code, listed in by_code.items()}


def extent(rows: Sequence[Row]) -> tuple[float, float, float, float] | None:
    """The box around rows whose last value is a geometry."""
    shapes = shapely.from_wkb(np.array([row[-1] for row in rows if row[-1] is not None], object))
    box = shapely.total_bounds(shapes)
    return (float(box[0]), float(box[1]), float(box[2]), float(box[3])) if np.isfinite(box).all() else None
