"""A result made ready to be drawn: which lines, areas, points and numbered places it has, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes, from_geometries
from vidbudova.model.weaving import taken
from vidbudova.scene.land import road_widths
from vidbudova.scene.result_legend import numbers, rows_of
from vidbudova.scene.result_lines import Course, Heights, Lines, courses, lines_from, middles
from vidbudova.scene.solids import Floats, Ints

if TYPE_CHECKING:
    from vidbudova.plugin.result import ResultTable
    from vidbudova.scene.city import City
    from vidbudova.scene.relief import Relief

FULL_WIDTH = 0.98
"""The share of rows that are narrower than the full width; the few above it are not wider."""
EVEN = 0.3
LEAST = 0.02


@dataclass(frozen=True, slots=True)
class Drawing:
    """A result made ready to be drawn; it can be made off the main thread.

    lines, points, areas : what has such a shape; `courses` are the lines at their levels, on `heights`;
    `row_of_point` and `row_of_area` name the rows of the table.
    places : (k, 2) of numbered places, and their rows and numbers. relief : the ground that it was made for.
    row_of_building : (m,) the row about each building of the city, -1 for none; empty if it is not about their colours.
    """

    table: ResultTable
    lines: Lines
    heights: Heights
    courses: tuple[Course, ...]
    points: Shapes
    row_of_point: Ints
    areas: Shapes
    row_of_area: Ints
    places: Floats
    row_of_place: Ints
    words: tuple[str, ...]
    relief: Relief | None
    row_of_building: Ints


def prepare(table: ResultTable, city: City) -> Drawing:
    """What a result looks like on a city; rows without a shape of their own have that of the row they are about."""
    shapes = _geometries(table, city)
    kinds = shapely.get_type_id(shapes)
    relief, roads = city.relief, city.table("roads")
    widths = road_widths(roads)
    lines = lines_from(*_as_lines(table, shapes, kinds), _weights(table, roads, widths))
    heights = Heights(roads, widths, None if relief is None else lambda xy: relief.height(xy) - relief.lowest_m)
    x0, y0, x1, y1 = city.bounds
    made = courses(lines, heights, np.array([x0 + x1, y0 + y1]) / 2)
    points, of_points = _some(shapes, np.isin(kinds, (0, 4)))
    areas, of_areas = _areas(table, shapes, np.isin(kinds, (3, 6)))
    places, rows, words = _numbered(table, lines, points, of_points)
    if len(places):
        points, of_points = taken(points, np.zeros(len(points), bool)), of_points[:0]
    of_buildings = rows_of(table, city.table("buildings").ids) if colours_buildings(table) else np.zeros(0, np.int64)
    return Drawing(
        table, lines, heights, made, points, of_points, areas, of_areas, places, rows, words, relief, of_buildings
    )


def colours_buildings(table: ResultTable | None) -> bool:
    """Whether a result is shown by the colours of the buildings."""
    return table is not None and table.about == "buildings" and table.style is not None


def _geometries(table: ResultTable, city: City) -> NDArray[np.object_]:
    """(n,) shapes of the rows, None where there is none."""
    frame, none = table.frame, np.full(len(table.frame), None, object)
    if table.style is None or colours_buildings(table):
        return none
    name = getattr(frame, "_geometry_column_name", None)
    if name is not None and name in frame:
        return np.asarray(frame[name].to_numpy(), object)
    if not table.about or "id" not in frame:
        return none
    shapes = city.table(table.about)
    row_of = {str(id): n for n, id in enumerate(shapes.ids.tolist())}
    rows = [row_of.get(str(id), -1) for id in frame["id"].tolist()]
    return np.array([_line(shapes, row) if row >= 0 else None for row in rows] or none, object)


def _line(shapes: Shapes, row: int) -> shapely.Geometry:
    """The lines, or the point, of a feature."""
    offsets = shapes.part_offsets
    parts = [shapes.xy[offsets[k] : offsets[k + 1]] for k in range(*shapes.feature_offsets[row : row + 2])]
    if parts and len(parts[0]) == 1:
        return shapely.MultiPoint(np.concatenate(parts))
    return shapely.MultiLineString([part for part in parts if len(part) > 1])


def _some(shapes: NDArray[np.object_], chosen: NDArray[np.bool_]) -> tuple[Shapes, Ints]:
    rows = np.flatnonzero(chosen)
    return from_geometries(rows.astype(str).astype(object), shapes[rows]), rows


def _as_lines(
    table: ResultTable, shapes: NDArray[np.object_], kinds: NDArray[Any]
) -> tuple[Shapes, Ints, Floats, Floats]:
    style = table.style
    found = np.isin(kinds, (1, 5))
    share = np.full(len(shapes), EVEN)
    speed = np.zeros(len(shapes))
    if style is not None and found.any():
        by = style.width or (style.column if style.kind == "difference" else "")
        if by in table.frame:
            share, carries = _shares(numbers(table.frame[by].to_numpy()), found)
            found &= carries
        if style.speed in table.frame:
            speed = np.nan_to_num(numbers(table.frame[style.speed].to_numpy()))
    rows = np.flatnonzero(found)
    made = from_geometries(rows.astype(object), shapes[rows])
    lines = (made, np.arange(len(rows)), share[rows], speed[rows])
    return lines if len(rows) == len(shapes) else _of_rows(lines, rows, len(shapes))


def _of_rows(lines: tuple[Shapes, Ints, Floats, Floats], rows: Ints, count: int) -> tuple[Shapes, Ints, Floats, Floats]:
    """The same with features that have no lines between them, so that a feature is a row of the table."""
    made, _some_rows, share, speed = lines
    offsets = np.zeros(count + 1, np.int64)
    offsets[rows + 1] = np.diff(made.feature_offsets)
    wide, quick = np.zeros(count), np.zeros(count)
    wide[rows], quick[rows] = share, speed
    whole = Shapes(np.arange(count).astype(object), made.xy, made.part_offsets, np.cumsum(offsets), made.is_hole, {})
    return whole, rows, wide, quick


def _weights(table: ResultTable, roads: Shapes, widths: Floats) -> Floats:
    """(n,) how much the road of each row matters, by its width; 0 where it has none."""
    frame = table.frame
    if table.about != "roads" or "id" not in frame:
        return np.zeros(len(frame))
    width_of = dict(zip(map(str, roads.ids.tolist()), widths.tolist(), strict=True))
    return np.array([width_of.get(str(id), 0.0) for id in frame["id"].tolist()], np.float64)


def _shares(values: Floats, found: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """Widths from 0 to 1, and which rows carry anything."""
    size = np.abs(np.nan_to_num(values))
    carries = size > 0
    some = size[found & carries]
    full = float(np.quantile(some, FULL_WIDTH)) if len(some) else 1.0
    return np.clip(size / max(full, 1e-12), LEAST, 1.0), carries


def _areas(table: ResultTable, shapes: NDArray[np.object_], chosen: NDArray[np.bool_]) -> tuple[Shapes, Ints]:
    """Areas; of isochrones that lie in each other only what the smaller ones leave, so that none is painted twice."""
    rows = np.flatnonzero(chosen)
    if table.style is None or table.style.kind != "isochrones" or not len(rows):
        return _some(shapes, chosen)
    minutes = numbers(table.frame[table.style.column].to_numpy())[rows]
    left, inner = shapes.copy(), None
    for value in sorted(set(minutes[np.isfinite(minutes)].tolist())):
        same = rows[minutes == value]
        whole = shapely.union_all(shapely.make_valid(shapes[same]))
        if inner is not None:
            left[same] = shapely.difference(shapely.make_valid(shapes[same]), inner)
        inner = whole if inner is None else shapely.union(inner, whole)
    return _some(left, chosen & np.isin(shapely.get_type_id(left), (3, 6, 7)))


def _numbered(
    table: ResultTable, lines: Lines, points: Shapes, of_points: Ints
) -> tuple[Floats, Ints, tuple[str, ...]]:
    style = table.style
    if style is None or style.kind != "order":
        return np.zeros((0, 2)), np.zeros(0, np.int64), ()
    on_lines, of_lines = middles(lines) if len(lines) else (np.zeros((0, 2)), np.zeros(0, np.int64))
    first = points.part_offsets[points.feature_offsets[:-1]] if len(points) else np.zeros(0, np.int64)
    places, rows = np.concatenate([on_lines, points.xy[first]]), np.concatenate([of_lines, of_points])
    values = numbers(table.frame[style.column].to_numpy())[rows] if style.column in table.frame else rows + 1.0
    order = np.argsort(np.where(np.isfinite(values), values, np.inf), kind="stable")
    order = order[np.isfinite(values[order])]
    return places[order], rows[order], tuple(f"{values[k]:g}" for k in order.tolist())
