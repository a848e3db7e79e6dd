"""Other features, and places: discs, thin lines and translucent areas, and what a pixel hits of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from vidbudova.scene.camera import Camera, Size
from vidbudova.scene.city import City
from vidbudova.scene.dressing import tints
from vidbudova.scene.ground_pick import dot, lines_tree
from vidbudova.scene.marks import Marks
from vidbudova.scene.pick import Pick
from vidbudova.scene.ribbons import lines_of
from vidbudova.scene.solids import Floats, Ints, polygon_of, vertex_offsets
from vidbudova.scene.style import Style

LINE_REACH_PX = 5.0


class Features:
    """The discs, lines and areas of one city."""

    def __init__(self, city: City, above: Callable[[Floats], Floats]) -> None:
        self.points, self.lines, self.areas = (city.table(f"features_{k}") for k in ("points", "lines", "areas"))
        self.places = city.table("places")
        self.pins = np.c_[self.points.xy, above(self.points.xy)]
        self.place_pins = np.c_[self.places.xy, above(self.places.xy)]
        self._trees: tuple[tuple[shapely.STRtree, Ints], shapely.STRtree] | None = None

    def lay(self, marks: Marks, style: Style) -> None:
        """Draw them."""
        over, tone = marks.overlay, style["feature"]
        found = over.filled(self.areas, tints(self.areas, tone), "feature") if len(self.areas) else []
        xy, offsets, of = lines_of(self.lines, np.arange(len(self.lines)))
        if len(xy):
            found += over.lines(xy, offsets, tints(self.lines, tone)[of], "feature_line")
        of = np.repeat(np.arange(len(self.points)), np.diff(vertex_offsets(self.points)))
        plain = np.zeros(len(self.pins), bool)
        marks.lay("features", found + over.dots(self.pins, tints(self.points, tone)[of], plain, "pin"))
        of = np.repeat(np.arange(len(self.places)), np.diff(vertex_offsets(self.places)))
        plain = np.zeros(len(self.place_pins), bool)
        marks.lay("places", over.dots(self.place_pins, tints(self.places, style["place"])[of], plain, "place"))

    def disc(self, kind: str, camera: Camera, x: float, y: float, size: Size) -> Pick | None:
        """The feature or place whose disc is under a pixel."""
        points, pins = (self.points, self.pins) if kind == "feature" else (self.places, self.place_pins)
        return dot(points, pins, camera, x, y, size, kind)

    def on_ground(self, place: tuple[float, float, float], pixel_m: float) -> str:
        """The id of the line or smallest area at a place on the ground, "" for none."""
        if self._trees is None:
            outlines = [polygon_of(self.areas, row) for row in range(len(self.areas))]
            self._trees = lines_tree(self.lines), shapely.STRtree(outlines)
        (lines, of), areas = self._trees
        point = shapely.Point(place[:2])
        near = lines.query(point, predicate="dwithin", distance=LINE_REACH_PX * pixel_m)
        if len(near):
            return str(self.lines.ids[of[near[shapely.distance(lines.geometries[near], point).argmin()]]])
        inside = areas.query(point, predicate="intersects")
        if len(inside):
            return str(self.areas.ids[inside[shapely.area(areas.geometries[inside]).argmin()]])
        return ""
