"""Heaps: as much rubble as the estimate says, closed, on any footprint, and on the ground."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from scene.district import AT, rectangle, shapes

from vidbudova.model.rubble import Factors, gross_volume_m3, rubble_m3
from vidbudova.scene.heaps import factors, rubble, rubble_volume_m3
from vidbudova.scene.mesh import Mesh
from vidbudova.scene.solids import Solids, solids_of
from vidbudova.session.rubble import all_factors

FOOTPRINTS = {
    "slab": rectangle(0, 0, 76, 14, 0.3),
    "tower": rectangle(0, 0, 20, 20),
    "courtyard": rectangle(0, 0, 60, 40).difference(rectangle(0, 0, 30, 16)),
    "hook": shapely.union_all([rectangle(0, 0, 40, 10), rectangle(-15, 15, 10, 40)]),
    "house": rectangle(0, 0, 11, 8, 1.0),
    "garage": rectangle(0, 0, 3, 5),
    "sliver": rectangle(0, 0, 30, 0.6),
    "pair": shapely.MultiPolygon([rectangle(0, 0, 10, 10), rectangle(30, 0, 8, 12)]),
}


def one(name: str, **row: object) -> Solids:
    return solids_of(shapes(name, [FOOTPRINTS[name]], [row]))


def closed(solids: Solids, seed: int = 1) -> Mesh:
    return rubble(solids, 0, AT, np.random.default_rng(seed), closed=True)


def volume(mesh: Mesh) -> float:
    """By the divergence theorem: a third of the flow of (x, y, z) out of the surface."""
    p = mesh.points.astype(float)[mesh.triangles]
    return float((p[:, 0] * np.cross(p[:, 1], p[:, 2])).sum() / 6)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", FOOTPRINTS)
def test_that_a_heap_holds_the_rubble_of_the_estimate(name: str, seed: int) -> None:
    solids = one(name, height_m=27.0 if name in ("slab", "tower") else 5.0, use="apartments")
    expected = FOOTPRINTS[name].area * solids.top_m[0] * 0.33
    assert rubble_volume_m3(solids, 0) == pytest.approx(expected, rel=1e-6)
    assert volume(closed(solids, seed)) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("name", FOOTPRINTS)
def test_that_a_heap_is_watertight(name: str) -> None:
    """Every edge is shared by two triangles that run along it in opposite directions."""
    mesh = closed(one(name, height_m=12.0))
    edges: Counter[tuple[tuple[float, ...], tuple[float, ...]]] = Counter()
    places = [tuple(p) for p in mesh.points.tolist()]
    for a, b, c in mesh.triangles.tolist():
        for u, v in ((a, b), (b, c), (c, a)):
            edges[places[u], places[v]] += 1
    assert max(edges.values()) == 1
    assert all((b, a) in edges for a, b in edges)


@pytest.mark.parametrize("name", FOOTPRINTS)
def test_that_a_mound_never_folds_over_itself(name: str) -> None:
    mesh = rubble(one(name, height_m=12.0), 0, AT, np.random.default_rng(3))
    p = mesh.points.astype(float)[mesh.triangles]
    up = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])[:, 2]
    mound = mesh.facade[mesh.triangles[:, 0], 3] != np.float32(1.2)
    assert (up[mound] > 0).all()


def test_that_a_heap_lies_on_the_ground_lower_than_what_stood() -> None:
    mesh = closed(one("slab", height_m=27.0))
    assert mesh.points[:, 2].max() < 0.6 * 27.0
    assert np.sort(mesh.points[:, 2])[len(mesh.points) // 20] >= -1.0


def test_that_a_house_leaves_more_for_its_volume_than_a_block() -> None:
    house, block = one("house", height_m=6.0, use="house"), one("house", height_m=6.0, use="apartments")
    assert factors(house, 0).likely > factors(block, 0).likely
    assert volume(closed(house)) == pytest.approx(rubble_volume_m3(house, 0), rel=1e-3)


def test_that_low_likely_and_high_are_in_order_and_the_roof_counts_by_half() -> None:
    for kind in all_factors().values():
        assert kind.low < kind.likely < kind.high
    gross = gross_volume_m3(np.array([100.0]), np.array([9.0]), np.array([3.0]))
    assert gross.tolist() == [750.0]
    assert [v[0] for v in rubble_m3(gross, Factors(0.2, 0.33, 0.6))] == pytest.approx([150.0, 247.5, 450.0])
