"""A small district made for the tests: slabs, a block with a courtyard, houses, a river, a bridge, trees."""

from __future__ import annotations

import numpy as np
import shapely

from vidbudova.model.shapes import Shapes, from_geometries
from vidbudova.scene.city import City, bounds_of

AT = np.array([410_000.0, 5_540_000.0])


def rectangle(x: float, y: float, width: float, depth: float, turn: float = 0.0) -> shapely.Polygon:
    ring = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * 0.5 * np.array([width, depth])
    c, s = np.cos(turn), np.sin(turn)
    return shapely.Polygon(ring @ np.array([[c, s], [-s, c]]) + [x, y] + AT)


def shapes(prefix: str, geometries: list[shapely.Geometry], rows: list[dict[str, object]]) -> Shapes:
    names = sorted({name for row in rows for name in row})
    columns = {name: np.array([row.get(name) for row in rows], object) for name in names}
    ids = np.array([f"{prefix}{k}" for k in range(len(geometries))], object)
    return from_geometries(ids, np.array(geometries, object), columns)


def buildings() -> tuple[list[shapely.Geometry], list[dict[str, object]]]:
    found: list[tuple[shapely.Geometry, dict[str, object]]] = []
    for k in range(5):
        found.append((rectangle(-200 + 70 * k, -80, 14, 76, 0.1), {"use": "apartments", "levels": 9}))
        found.append((rectangle(-200 + 90 * k, 40, 76, 14), {"use": "apartments", "levels": 5}))
    yard = rectangle(180, -60, 100, 90).difference(rectangle(180, -60, 74, 64))
    found.append((yard, {"use": "apartments", "levels": 4}))
    for k in range(24):
        x, y = -220 + 36 * (k % 12), 110 + 34 * (k // 12)
        found.append(
            (
                rectangle(x, y, 11, 8, 0.2 * k),
                {"use": "house", "levels": 1, "roof_shape": ("gabled", "hipped", "shed")[k % 3]},
            )
        )
    tower = shapely.Point(*(AT + [250, 80])).buffer(9, quad_segs=3)
    found.append((tower, {"height_m": 24.0, "roof_shape": "dome", "roof_height_m": 8.0}))
    found.append((rectangle(230, 150, 20, 20), {"height_m": 15.0, "min_height_m": 6.0, "roof_shape": "pyramidal"}))
    return [g for g, _ in found], [row for _, row in found]


def district() -> City:
    """The district as a City; 37 buildings."""
    geometries, rows = buildings()
    lines = [
        [(-300, 0), (300, 0)],
        [(0, -300), (0, 190)],
        [(-300, 90), (300, 90)],
        [(0, 190), (0, 290)],
        [(0, 290), (0, 360)],
    ]
    roads = [shapely.LineString(np.array(line, float) + AT) for line in lines]
    kinds = [
        {"class": "primary"},
        {"class": "secondary"},
        {"class": "residential"},
        {"class": "secondary", "bridge": True},
        {"class": "secondary"},
    ]
    river = shapely.LineString(np.array([(-600, 230), (0, 240), (600, 225)], float) + AT).buffer(35)
    park = rectangle(-120, 320, 240, 90)
    wire = shapely.LineString(np.array([(-400, -200), (-100, -190), (300, -220)], float) + AT)
    tables = {
        "buildings": shapes("b", geometries, rows),
        "roads": shapes("r", roads, kinds),
        "water": shapes("w", [river], [{"kind": "river"}]),
        "landuse": shapes("l", [park], [{"kind": "park"}]),
        "rail": shapes(
            "x", [shapely.LineString(np.array([(-400, -260), (400, -260)], float) + AT)], [{"kind": "rail"}]
        ),
        "trees": shapes(
            "t", [shapely.Point(*(AT + [x, 15.0])) for x in range(-250, 250, 18)], [{"height_m": 8.0}] * 28
        ),
        "power_lines": shapes("p", [wire], [{"kind": "line", "voltage_v": 110_000.0}]),
    }
    return City(tables, bounds_of(tables))
