"""The city as the scene takes it: shapes per table and the bounds of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes, from_geometries
from vidbudova.scene.imagery import Sheet
from vidbudova.scene.relief import Relief
from vidbudova.scene.solids import Solids, solids_of

if TYPE_CHECKING:
    from vidbudova.session import Session

Bounds = tuple[float, float, float, float]

COLUMNS: dict[str, tuple[str, ...]] = {
    "buildings": ("use", "levels", "height_m", "min_height_m", "roof_shape", "roof_height_m", "part_of"),
    "roads": ("class", "lanes", "bridge", "tunnel", "level", "width_m"),
    "rail": ("kind", "bridge", "tunnel", "level"),
    "water": ("kind",),
    "waterways": ("kind",),
    "landuse": ("kind",),
    "trees": ("height_m",),
    "power": ("kind", "voltage_v"),
    "places": ("kind", "name"),
    "features": ("kind",),
}
"""What the scene needs of each table."""

MIXED = ("power", "features")
"""Tables whose shapes are of several kinds: in a City they are `<table>_points`, `_lines` and `_areas`."""

KINDS = {0: "points", 4: "points", 1: "lines", 5: "lines", 2: "lines", 3: "areas", 6: "areas"}


@dataclass(frozen=True, slots=True)
class City:
    """Shapes by table name (those of MIXED by kind of geometry: power_points, power_lines …), and their bounds.

    solids : what the buildings are as solids, where it was worked out already (off the main thread).
    relief : the ground's heights; None for level ground at 0. ground_m : (n,) what each building stands on, where it
    was worked out already. imagery : pictures from above.
    """

    shapes: Mapping[str, Shapes] = field(default_factory=dict)
    bounds: Bounds = (0.0, 0.0, 1000.0, 1000.0)
    solids: Solids | None = None
    relief: Relief | None = None
    ground_m: NDArray[np.float64] | None = None
    imagery: tuple[Sheet, ...] = ()

    def table(self, name: str) -> Shapes:
        """The shapes of a table; none if the city has no such table."""
        return self.shapes.get(name) or nothing()


def nothing() -> Shapes:
    """No shapes at all."""
    return from_geometries(np.empty(0, object), np.empty(0, object))


def split(
    ids: NDArray[np.object_], geometries: NDArray[np.object_], columns: Mapping[str, NDArray[np.generic]] | None = None
) -> dict[str, Shapes]:
    """Points, lines and areas of one mixed table, each with its rows of the columns."""
    kinds = np.array([KINDS.get(int(k), "") for k in shapely.get_type_id(geometries)], object)
    return {
        kind: from_geometries(ids[rows], geometries[rows], {n: c[rows] for n, c in (columns or {}).items()})
        for kind in ("points", "lines", "areas")
        for rows in [np.flatnonzero(kinds == kind)]
    }


def load(session: Session) -> City:
    """The city of a session, for `Scene.set_city`; off the main thread if it is large."""
    shapes = {name: session.shapes(name, columns) for name, columns in COLUMNS.items() if name not in MIXED}
    for name in MIXED:
        shapes |= mixed(session, name)
    return City(shapes, bounds_of(shapes), solids_of(shapes["buildings"]))


def mixed(session: Session, table: str) -> dict[str, Shapes]:
    """Points, lines and areas of a table with all of them."""
    ids, geometries = session.geometries(table)
    there = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    ids, geometries = ids[there], geometries[there]
    values = session.columns(table, ("id", *COLUMNS[table]))
    place = {key: row for row, key in enumerate(values["id"].tolist())}
    rows = np.array([place[key] for key in ids.tolist()], np.int64)
    columns = {name: values[name][rows] for name in COLUMNS[table]}
    return {f"{table}_{kind}": found for kind, found in split(ids, geometries, columns).items()}


def bounds_of(shapes: Mapping[str, Shapes]) -> Bounds:
    """Bounds of the buildings, or of everything where there are none."""
    some = [shapes["buildings"]] if len(shapes.get("buildings", ())) else [s for s in shapes.values() if len(s.xy)]
    if not some:
        return City().bounds
    low = np.min([s.xy.min(axis=0) for s in some], axis=0)
    high = np.max([s.xy.max(axis=0) for s in some], axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
