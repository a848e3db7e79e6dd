"""Flat things on the ground: land use, water, roads and rail; by tile, each on its own layer of depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes
from vidbudova.scene.dressing import has_own, tints
from vidbudova.scene.ribbons import lines_of, ribbons
from vidbudova.scene.solids import Floats, Ints, bounds_by_feature, real, truths, vertex_offsets, words
from vidbudova.scene.style import Colour, Style
from vidbudova.scene.surface import Look, Surface
from vidbudova.scene.thinning import thinned, thinned_areas
from vidbudova.scene.tiles import Band, Bands, Grid, grid_of
from vidbudova.scene.walls import triangulated

LAND_TILE_M = 1600.0
LAND_FAR = 110.0
"""How many times its width away a green area is still worth drawing."""
ROUND_M = 250.0
"""From here on no one sees whether the ends of roads are round."""
WHOLE = ("body", "cast")
"""What of a standing thing is drawn: itself, and the shadow it casts."""
DASH_M, DASH_EVERY_M, DASH_HALF_M, DASH_CLEAR_M = 3.0, 9.0, 0.14, 9.0
Painted = tuple[Floats, NDArray[np.int32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Coat:
    """One flat layer: its look (depth), the features it draws, and from how near to how far it is worth drawing."""

    look: str
    rows: Ints
    paint: Callable[[Ints], Painted]
    farthest_m: float = 1e9
    nearest_m: float = 0.0


class Reach(NamedTuple):
    """From how near to how far lines are drawn, and by how much they may be off."""

    farthest_m: float
    nearest_m: float = 0.0
    tolerance_m: float = 0.0


NEAR = Reach(ROUND_M)


class Ground(NamedTuple):
    """Where flat things are drawn: the renderer, the looks, and the origin of local coordinates."""

    renderer: Any
    looks: Mapping[str, Look]
    origin: Floats


def flat(ground: Ground, shapes: Shapes, coats: list[Coat], tile_m: float = LAND_TILE_M) -> Bands:
    """The coats of one table, by tile."""
    low, high = bounds_by_feature(shapes, vertex_offsets(shapes))
    low, high = low - ground.origin, high - ground.origin
    grids = [grid_of(low[c.rows], high[c.rows], np.zeros(len(c.rows)), tile_m) for c in coats]
    return Bands([_band(ground, c, g) for c, g in zip(coats, grids, strict=True)])


def _band(ground: Ground, coat: Coat, grid: Grid) -> Band:
    def make(tile: int) -> list[Surface]:
        points, triangles, colour = coat.paint(coat.rows[grid.rows(tile)])
        if not len(triangles):
            return []
        position = (grid.bounds[tile, :2] + grid.bounds[tile, 2:]) / 2
        local = np.c_[points - ground.origin - position, np.zeros(len(points))].astype(np.float32)
        place = (float(position[0]), float(position[1]), 0.0)
        return [Surface(ground.renderer, ground.looks[coat.look], local, triangles, {"colour": colour}, place)]

    return Band(grid, make, coat.nearest_m, coat.farthest_m)


def areas(
    shapes: Shapes, colour: Callable[[int], Sequence[float]], tolerance_m: float = 0.0
) -> Callable[[Ints], Painted]:
    """Paints areas, each in the colour of its row; their outlines may be off by a tolerance."""

    def paint(rows: Ints) -> Painted:
        points: list[Floats] = [np.zeros((0, 2))]
        triangles: list[NDArray[np.int32]] = [np.zeros((0, 3), np.int32)]
        colours: list[NDArray[np.float32]] = [np.zeros((0, 4), np.float32)]
        seen, drawn = 0, thinned_areas(shapes, rows, tolerance_m) if tolerance_m else shapes
        for place, row in enumerate(rows.tolist()):
            tone = np.array([*colour(row), 1.0][:4], np.float32)
            for xy, found in triangulated(drawn, place if tolerance_m else row):
                points.append(xy)
                triangles.append(found + np.int32(seen))
                colours.append(np.tile(tone, (len(xy), 1)))
                seen += len(xy)
        return np.concatenate(points), np.concatenate(triangles), np.concatenate(colours)

    return paint


def bands(
    shapes: Shapes, half_m: Floats, colour: NDArray[np.float32], tolerance_m: float = 0.0
) -> Callable[[Ints], Painted]:
    """Paints lines as ribbons; half_m and colour have one entry a feature. With a tolerance their ends are square."""
    round_ends = tolerance_m == 0.0

    def paint(rows: Ints) -> Painted:
        xy, offsets, of = lines_of(shapes, rows)
        if tolerance_m:
            xy, offsets = thinned(xy, offsets, tolerance_m)
        points, triangles, line = ribbons(xy, offsets, half_m[of], round_ends)
        return points, triangles, colour[of[line]]

    return paint


def outlines(shapes: Shapes, half_m: float, colour: Colour) -> Callable[[Ints], Painted]:
    """Paints the rings of areas as ribbons, closed."""

    def paint(rows: Ints) -> Painted:
        first, last = shapes.feature_offsets[rows], shapes.feature_offsets[rows + 1]
        rings = [
            shapes.xy[shapes.part_offsets[r] : shapes.part_offsets[r + 1]]
            for f, e in zip(first, last, strict=True)
            for r in range(f, e)
        ]
        rings = [np.concatenate([r, r[:1]]) for r in rings if len(r) >= 3]
        if not rings:
            return np.zeros((0, 2)), np.zeros((0, 3), np.int32), np.zeros((0, 3), np.float32)
        offsets = np.r_[0, np.cumsum([len(r) for r in rings])]
        points, triangles, _ = ribbons(np.concatenate(rings), offsets, np.full(len(rings), half_m))
        return points, triangles, np.tile(np.array(colour, np.float32), (len(points), 1))

    return paint


WIDTHS_M = {
    "motorway": 22.0,
    "trunk": 18.0,
    "primary": 15.0,
    "secondary": 12.0,
    "tertiary": 9.5,
    "residential": 6.5,
    "living_street": 5.5,
    "service": 4.0,
    "pedestrian": 5.0,
    "footway": 2.0,
    "cycleway": 2.2,
    "path": 1.6,
    "steps": 2.0,
    "track": 3.0,
    "other": 4.0,
}
MAJOR = ("motorway", "trunk", "primary", "secondary")
STREETS = ("tertiary", "residential", "living_street", "pedestrian")


def road_widths(roads: Shapes) -> Floats:
    """Width of each road: as given, by lanes, or by class."""
    lanes, stated = real(roads, "lanes"), real(roads, "width_m")
    classes = roads.columns.get("class")
    kinds = [""] * len(roads) if classes is None else classes.tolist()
    usual = np.array([WIDTHS_M.get(k, 4.0) for k in kinds])
    return np.where(stated > 0, stated, np.where(lanes > 0, np.maximum(lanes * 3.4 + 1.0, 3.0), usual))


def road_coats(roads: Shapes, style: Style) -> list[Coat]:
    """Casing, surface and paths of what lies on the ground."""
    kind = words(roads, "class")
    open_air = ~truths(roads, "tunnel") & ~truths(roads, "bridge")
    half = road_widths(roads) / 2
    major, street = np.isin(kind, MAJOR), np.isin(kind, STREETS)
    small = ~major & ~street & np.isin(kind, ("service", "track", "other", ""))
    paths = ~major & ~street & ~small
    tone = np.where(major[:, None], style["road_major"], np.where(paths[:, None], style["path"], style["road"])).astype(
        np.float32
    )
    tone = tints(roads, tone)
    casing = tints(roads, style["road_casing"])
    casing[:, :3] = style["road_casing"]

    def coat(look: str, mask: NDArray[np.bool_], extra_m: float, colour: NDArray[np.float32], reach: Reach) -> Coat:
        paint = bands(roads, half + extra_m, colour, reach.tolerance_m)
        return Coat(look, np.flatnonzero(mask & open_air), paint, reach.farthest_m, reach.nearest_m)

    return [
        Coat(
            "mark", np.flatnonzero((major | (kind == "tertiary")) & open_air), dashes(roads, style["road_mark"]), 520.0
        ),
        coat("path", paths, 0.0, tone, Reach(900.0)),
        coat("casing", major | street, 0.7, casing, Reach(1500.0, 0.0, 0.2)),
        coat("casing", small, 0.4, casing, Reach(ROUND_M, 0.0, 0.2)),
        coat("road", major | street, 0.0, tone, NEAR),
        coat("road", major | street, 0.0, tone, Reach(3000.0, ROUND_M, 0.5)),
        coat("road", street, 0.0, tone, Reach(7000.0, 3000.0, 3.0)),
        coat("road", major, 0.0, tone, Reach(12_000.0, 3000.0, 3.0)),
        coat("road", major, 0.0, tone, Reach(45_000.0, 12_000.0, 12.0)),
        coat("road", small, 0.0, tone, Reach(2500.0, 0.0, 0.4)),
    ]


def dashes(roads: Shapes, colour: Colour) -> Callable[[Ints], Painted]:
    """Paints a broken line along the middle of roads."""

    def paint(rows: Ints) -> Painted:
        xy, offsets, _ = lines_of(roads, rows)
        pieces = [dashed(xy[a:b]) for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
        quads = np.concatenate(pieces) if pieces else np.zeros((0, 4, 2))
        triangles = np.array([0, 1, 2, 0, 2, 3]) + 4 * np.arange(len(quads))[:, None]
        return (
            quads.reshape(-1, 2),
            triangles.reshape(-1, 3).astype(np.int32),
            np.tile(np.array(colour, np.float32), (4 * len(quads), 1)),
        )

    return paint


def dashed(line: Floats) -> Floats:
    """(d, 4, 2) corners of dashes along a line, clear of its ends."""
    step = np.linalg.norm(np.diff(line, axis=0), axis=1)
    along = np.r_[0.0, np.cumsum(step)]
    start = np.arange(DASH_CLEAR_M, along[-1] - DASH_CLEAR_M - DASH_M, DASH_EVERY_M)
    ends = [np.c_[np.interp(s, along, line[:, 0]), np.interp(s, along, line[:, 1])] for s in (start, start + DASH_M)]
    way = ends[1] - ends[0]
    side = np.c_[-way[:, 1], way[:, 0]] / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9) * DASH_HALF_M
    return np.stack([ends[0] + side, ends[0] - side, ends[1] - side, ends[1] + side], axis=1)


def land_coats(landuse: Shapes, style: Style) -> list[Coat]:
    """Land use that has a tone of its own; larger areas first, so that what lies inside stays seen."""
    kind = words(landuse, "kind")
    known = np.array([style.landuse(k) is not None for k in kind.tolist()], bool) | has_own(landuse)
    usual = np.array([style.landuse(k) or style["ground"] for k in kind.tolist()], np.float32).reshape(-1, 3)
    colour = tints(landuse, usual)

    def tone(tolerance_m: float) -> Callable[[Ints], Painted]:
        return areas(landuse, lambda row: tuple(colour[row].tolist()), tolerance_m)

    low, high = bounds_by_feature(landuse, vertex_offsets(landuse))
    size = (high - low).prod(1) if len(landuse) else np.zeros(0)
    steps = [0.0, 3e3, 3e4, 4e5, np.inf]
    return [
        Coat(f"land{k}", np.flatnonzero(known & (size >= a) & (size < b)), tone(tolerance), far, near)
        for k, (b, a) in enumerate(zip(steps[:0:-1], steps[-2::-1], strict=True))
        for near, far, tolerance in _reaches(LAND_FAR * float(np.sqrt(b)))
    ]


def _reaches(farthest_m: float) -> list[tuple[float, float, float]]:
    """From, to and tolerance of green areas that are drawn up to a distance."""
    steps = [(0.0, 0.0), (2500.0, 2.0), (9000.0, 8.0)]
    ends = [*(at for at, _tolerance in steps[1:]), np.inf]
    return [(at, min(end, farthest_m), t) for (at, t), end in zip(steps, ends, strict=True) if at < farthest_m]


def water_coats(water: Shapes, style: Style) -> list[Coat]:
    """Water with a paler line along its shore."""
    every, colour = np.arange(len(water)), tints(water, style["water"])
    solid = every[colour[:, 3] > 0.99]
    return [
        Coat("shore", solid, outlines(water, 3.0, style["shore"])),
        Coat("water", every, areas(water, lambda row: tuple(colour[row].tolist()))),
    ]


def waterway_coats(waterways: Shapes, style: Style) -> list[Coat]:
    """Rivers and streams known only by their centre lines."""
    kind = words(waterways, "kind")
    half = np.array([{"river": 9.0, "canal": 5.0}.get(k, 1.6) for k in kind.tolist()])
    colour = tints(waterways, style["water"])
    return [Coat("water", np.arange(len(waterways)), bands(waterways, half, colour, 0.3))]


def rail_coats(rail: Shapes, style: Style) -> list[Coat]:
    """A bed with two rails drawn as one darker line."""
    open_air = np.flatnonzero(~truths(rail, "tunnel") & ~truths(rail, "bridge"))
    count = len(rail)

    def toned(name: str) -> NDArray[np.float32]:
        return tints(rail, style[name])

    return [
        Coat("bed", open_air, bands(rail, np.full(count, 2.2), toned("rail_bed"), 0.1), 3000.0),
        Coat("rail", open_air, bands(rail, np.full(count, 0.8), toned("rail"), 0.1), 3000.0),
        Coat("rail", open_air, bands(rail, np.full(count, 0.8), toned("rail"), 3.0), 1e9, 3000.0),
    ]
