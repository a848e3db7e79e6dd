"""Geometry straight from its bytes is the same as by way of shapely."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from vidbudova.model import wkb
from vidbudova.model.shapes import from_geometries


def many(odd: dict[int, bytes | None]) -> np.ndarray:
    rng = np.random.default_rng(2)
    listed: list[bytes | None] = []
    for k in range(60):
        corners = shapely.Point(rng.uniform(0, 1e6, 2)).buffer(5.0, quad_segs=1 + k % 3)
        listed.append(shapely.to_wkb(shapely.multipolygons([corners if k % 2 else corners.reverse()]), byte_order=1))
    found = np.empty(60, object)
    found[:] = [odd.get(k, w) for k, w in enumerate(listed)]
    return found


def hollow() -> shapely.Geometry:
    return shapely.box(0, 0, 9, 9) - shapely.box(2, 2, 4, 4)


ODD: dict[str, bytes | None] = {
    "nothing": None,
    "an empty one": shapely.to_wkb(shapely.MultiPolygon(), byte_order=1),
    "a courtyard": shapely.to_wkb(shapely.multipolygons([hollow()]), byte_order=1),
    "two wings": shapely.to_wkb(shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(3, 0, 4, 1)]), byte_order=1),
    "the other byte order": shapely.to_wkb(shapely.multipolygons([shapely.box(0, 0, 1, 1)]), byte_order=0),
    "a line": shapely.to_wkb(shapely.LineString([(0, 0), (1, 1)]), byte_order=1),
}


@pytest.mark.parametrize("name", [*ODD, "only plain ones"])
def test_that_flat_arrays_are_the_same_either_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wkb, "PLAIN", 1)
    given = many({0: ODD[name], 31: ODD[name]} if name in ODD else {})
    ids, columns = np.array([str(k) for k in range(60)], object), {"height_m": np.arange(60.0)}
    found, wanted = wkb.from_wkb(ids, given, columns), from_geometries(ids, shapely.from_wkb(given), columns)
    for part in ("ids", "xy", "part_offsets", "feature_offsets", "is_hole"):
        assert np.array_equal(getattr(found, part), getattr(wanted, part)), part
    assert found.columns.keys() == wanted.columns.keys()


def test_that_bytes_that_say_more_points_than_there_are_do_not_go_past_shapely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wkb, "PLAIN", 1)
    given = many({})
    given[5] = given[5][: len(given[5]) - 16]
    with pytest.raises(shapely.GEOSException):
        wkb.from_wkb(np.array([str(k) for k in range(60)], object), given)
