"""The city as the scene takes it: shapes per table and the bounds of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes, from_geometries
from vidbudova.scene import base_files, city_file, city_tables
from vidbudova.scene.built import Built, Surfaces, built_of, opened
from vidbudova.scene.city_tables import Tables
from vidbudova.scene.cloud import Cloud, clouds
from vidbudova.scene.footing import grounds
from vidbudova.scene.growth import Growth
from vidbudova.scene.imagery import Sheet
from vidbudova.scene.relief import Relief
from vidbudova.scene.solids import Solids

if TYPE_CHECKING:
    from vidbudova.session import Session

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class City:
    """Shapes by table name (those of MIXED by kind of geometry: power_points, power_lines …), and their bounds.

    solids : what the buildings are as solids, where it was worked out already (off the main thread).
    relief : the ground's heights; None for level ground at 0. ground_m : (n,) what each building stands on, where it
    was worked out already. imagery : pictures from above. built, backdrops : surfaces of
    models. unkept : what `keep` should write. growth : where the trees stand, where it was worked out
    already.
    """

    shapes: Mapping[str, Shapes] = field(default_factory=dict)
    bounds: Bounds = (0.0, 0.0, 1000.0, 1000.0)
    solids: Solids | None = None
    relief: Relief | None = None
    ground_m: NDArray[np.float64] | None = None
    imagery: tuple[Sheet, ...] = ()
    built: Built | None = None
    backdrops: tuple[Surfaces, ...] = ()
    unkept: Tables | None = None
    clouds: tuple[Cloud, ...] = ()
    growth: Growth | None = None

    def table(self, name: str) -> Shapes:
        """The shapes of a table; none if the city has no such table."""
        return self.shapes.get(name) or nothing()


def nothing() -> Shapes:
    """No shapes at all."""
    return from_geometries(np.empty(0, object), np.empty(0, object))


def load(session: Session) -> City:
    """The city of a session, for `Scene.set_city`; off the main thread if it is large."""
    claim = city_file.claimed(session)
    try:
        found = _city(session, claim.tables)
    except Exception:
        if claim.holds():
            raise
    else:
        if claim.holds():
            return found
    return _city(session, city_tables.read(session))


def _city(session: Session, found: Tables) -> City:
    relief = base_files.relief(session, found.shapes["water"])
    bounds = bounds_of(found.shapes) if relief is None or any(map(len, found.shapes.values())) else relief.bounds
    ground = None if relief is None else grounds(found.solids, relief)
    unkept = found if found.due else None
    imagery = base_files.imagery(session)
    built = built_of(opened(session, "buildings"), found.shapes["buildings"].ids, found.solids)
    backdrops = tuple(file for _row, file in opened(session, "backdrop"))
    scans = clouds(session)
    if (scans or backdrops) and relief is None and not any(map(len, found.shapes.values())):
        bounds = around([*(cloud.bounds for cloud in scans), *(file.bounds for file in backdrops)])
    return City(
        found.shapes, bounds, found.solids, relief, ground, imagery, built, backdrops, unkept, scans, found.growth
    )


def keep(session: Session, city: City) -> None:
    """Write what was read of a large city beside its project, so that it opens at once the next time."""
    if city.unkept is not None:
        city_file.keep(session, city.unkept)


def around(boxes: Sequence[Bounds]) -> Bounds:
    """The bounds of several."""
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def bounds_of(shapes: Mapping[str, Shapes]) -> Bounds:
    """Bounds of the buildings, or of everything where there are none."""
    some = [shapes["buildings"]] if len(shapes.get("buildings", ())) else [s for s in shapes.values() if len(s.xy)]
    if not some:
        return City().bounds
    low = np.min([s.xy.min(axis=0) for s in some], axis=0)
    high = np.max([s.xy.max(axis=0) for s in some], axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
