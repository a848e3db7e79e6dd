"""Meshes: closed, outward, of the right volume; deterministic where broken."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from scene.district import AT, rectangle, shapes

from vidbudova.scene import massing
from vidbudova.scene.mesh import Mesh, joined
from vidbudova.scene.solids import Solids, next_vertex, next_vertex_of, solids_of
from vidbudova.scene.walls import flat_tops, walls

COURTYARD = rectangle(0, 0, 60, 40).difference(rectangle(0, 0, 30, 16))
HOOK = shapely.union_all([rectangle(0, 0, 40, 10), rectangle(-15, 15, 10, 40)])
CROSS = shapely.union_all([rectangle(0, 0, 40, 10), rectangle(0, 0, 10, 40)])
STEPPED = shapely.union_all([rectangle(0, 0, 30, 10), rectangle(5, 8, 12, 10)])
WEDGE = shapely.Polygon(np.array([[0, 0], [20, 0], [14, 9], [3, 11]]) + AT)
ARROW = shapely.Polygon(np.array([[0, 0], [10, 4], [0, 8], [3, 4]]) + AT)
PAIR = shapely.MultiPolygon([rectangle(0, 0, 10, 10), rectangle(30, 0, 8, 12)])


def one(geometry: shapely.Geometry, **row: object) -> Solids:
    return solids_of(shapes("b", [geometry], [row]))


def edges(mesh: Mesh) -> Counter[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Directed edges by the places of their ends."""
    found: Counter[tuple[tuple[float, ...], tuple[float, ...]]] = Counter()
    places = [tuple(p) for p in np.round(mesh.points.astype(float), 3).tolist()]
    for a, b, c in mesh.triangles.tolist():
        for u, v in ((a, b), (b, c), (c, a)):
            found[places[u], places[v]] += 1
    return found


def volume(mesh: Mesh) -> float:
    p = mesh.points.astype(float)[mesh.triangles]
    return float((p[:, 0] * np.cross(p[:, 1], p[:, 2])).sum() / 6)


def closed_prism(solids: Solids) -> Mesh:
    rows = np.array([0])
    base = flat_tops(solids, rows, solids.base_m[rows], AT, upward=False)
    return joined([massing.full(solids, rows, np.zeros(1, np.int8), AT), base])


@pytest.mark.parametrize("geometry", [rectangle(0, 0, 20, 10, 0.4), COURTYARD, HOOK, ARROW, PAIR], ids=str)
def test_that_a_flat_prism_is_closed_and_holds_its_volume(geometry: shapely.Geometry) -> None:
    mesh = closed_prism(one(geometry, height_m=12.0))
    found = edges(mesh)
    assert all(found[b, a] == n for (a, b), n in found.items())
    assert volume(mesh) == pytest.approx(geometry.area * 12.0, rel=1e-5)


@pytest.mark.parametrize("roof", ["gabled", "hipped", "shed", "pyramidal", "dome"])
def test_that_a_pitched_house_is_closed_and_smaller_than_its_box(roof: str) -> None:
    mesh = closed_prism(one(rectangle(0, 0, 12, 8, 0.3), height_m=9.0, roof_shape=roof, roof_height_m=3.0))
    found = edges(mesh)
    assert all(found[b, a] == n for (a, b), n in found.items())
    assert 96 * 6 < volume(mesh) < 96 * 9
    assert mesh.points[:, 2].max() == pytest.approx(9.0, abs=1e-4)


def test_that_a_roof_form_that_does_not_fit_falls_back_to_flat() -> None:
    for geometry, roof in ((HOOK, "shed"), (COURTYARD, "hipped"), (PAIR, "gabled"), (COURTYARD, "dome")):
        mesh = closed_prism(one(geometry, height_m=9.0, roof_shape=roof, roof_height_m=3.0))
        assert volume(mesh) == pytest.approx(geometry.area * 9.0, rel=1e-5)


@pytest.mark.parametrize("roof", ["gabled", "hipped", "pyramidal", "dome"])
@pytest.mark.parametrize(
    "geometry", [HOOK, CROSS, STEPPED, ARROW, WEDGE], ids=["hook", "cross", "stepped", "arrow", "wedge"]
)
def test_that_a_footprint_of_any_outline_gets_slopes_that_close(geometry: shapely.Geometry, roof: str) -> None:
    mesh = closed_prism(one(geometry, height_m=9.0, roof_shape=roof, roof_height_m=3.0))
    found = edges(mesh)
    assert all(found[b, a] == n for (a, b), n in found.items())
    assert 6.0 * geometry.area < volume(mesh) < 8.9 * geometry.area
    assert mesh.points[:, 2].max() == pytest.approx(9.0, abs=1e-4)


def test_that_the_slopes_of_a_hook_meet_in_a_narrow_ridge_over_its_arms() -> None:
    mesh = massing.full(
        one(HOOK, height_m=9.0, roof_shape="gabled", roof_height_m=3.0), np.array([0]), np.zeros(1, np.int8), AT
    )
    corners = mesh.points[mesh.triangles].astype(float)
    level = np.isclose(corners[..., 2], 9.0, atol=1e-3).all(1)
    assert areas_of(mesh)[level].sum() < 0.12 * HOOK.area


def test_that_an_underside_above_the_ground_is_drawn_where_the_data_say() -> None:
    solids = one(rectangle(0, 0, 10, 10), height_m=12.0, min_height_m=5.0)
    mesh = massing.full(solids, np.array([0]), np.zeros(1, np.int8), AT)
    assert mesh.points[:, 2].min() == pytest.approx(5.0)
    assert volume(mesh) == pytest.approx(700.0, rel=1e-5)


def test_that_walls_face_outward_and_into_courtyards() -> None:
    solids = one(COURTYARD, height_m=10.0)
    mesh = walls(solids, np.array([0]), np.array([10.0]), AT)
    middle = mesh.points[mesh.triangles].mean(1)[:, :2].astype(float)
    normal = mesh.facade[mesh.triangles[:, 0], :2].astype(float)
    assert not shapely.contains_xy(COURTYARD, middle + 0.05 * normal + AT).any()
    assert shapely.contains_xy(COURTYARD, middle - 0.05 * normal + AT).all()


def test_that_boxes_keep_courtyards_open() -> None:
    solids = one(COURTYARD, height_m=10.0)
    mesh = massing.boxes(solids, np.array([0]), np.zeros(1, np.int8), AT)
    top = np.isclose(mesh.points[mesh.triangles][..., 2], 10.0).all(1)
    middle = mesh.points[mesh.triangles[top]].mean(1)[:, :2].astype(float)
    assert shapely.contains_xy(COURTYARD, middle + AT).all()


def areas_of(mesh: Mesh) -> NDArray[np.float64]:
    p = mesh.points.astype(float)[mesh.triangles]
    return np.asarray(np.linalg.norm(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]), axis=1) / 2)


@pytest.mark.parametrize("grade", [4, 5])
def test_that_a_broken_form_is_the_same_each_time_and_other_for_another_id(grade: int) -> None:
    block = [rectangle(0, 0, 70, 13, 0.2), rectangle(100, 0, 70, 13, 0.2)]
    solids = solids_of(shapes("b", block, [{"levels": 9}, {"levels": 9}]))
    a, again, b = (massing.full(solids, np.array([k]), np.array([grade], np.int8), AT) for k in (0, 0, 1))
    assert np.array_equal(a.points, again.points)
    assert len(a.points) != len(b.points) or not np.allclose(a.points[:, 2], b.points[:, 2])


def test_that_grade_4_stays_partly_at_full_height_and_is_lowered_elsewhere() -> None:
    solids = one(rectangle(0, 0, 70, 13), levels=9)
    mesh = massing.full(solids, np.array([0]), np.array([4], np.int8), AT)
    assert mesh.points[:, 2].max() == pytest.approx(27.0, abs=0.6)
    lids = mesh.points[mesh.triangles].astype(float)
    flat = np.ptp(lids[..., 2], axis=1) < 1.1
    share = areas_of(mesh)[flat & (lids[..., 2].mean(1) > 26.5)].sum() / (70 * 13)
    assert 0.15 < share < 0.9


def test_that_grade_5_is_a_low_heap_of_plausible_volume() -> None:
    solids = one(rectangle(0, 0, 70, 13), levels=9)
    mesh = massing.full(solids, np.array([0]), np.array([5], np.int8), AT)
    assert 2.0 < mesh.points[:, 2].max() < 0.6 * 27.0
    corners = mesh.points.astype(float)[mesh.triangles]
    up = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2] / 2
    under = float((up * corners[..., 2].mean(1)).sum())
    assert 0.1 < under / (70 * 13 * 27.0) < 0.55


def test_that_a_mesh_far_from_the_origin_is_as_exact_as_near_it() -> None:
    """Large coordinates lose shape elsewhere: this does not happen here.

    https://github.com/pyvista/pyvista/issues/7742
    """
    shape = rectangle(0, 0, 20, 10, 0.4)
    solids = one(shape, height_m=12.0)
    mesh = massing.full(solids, np.array([0]), np.zeros(1, np.int8), AT)
    ring = shapely.get_coordinates(shape)[:-1] - AT
    for corner in ring:
        assert np.linalg.norm(mesh.points[:, :2] - corner, axis=1).min() < 1e-5


def test_that_parts_wear_their_building_and_its_outline_is_not_drawn() -> None:
    geometries = [rectangle(0, 0, 40, 20), rectangle(-10, 0, 20, 20), rectangle(10, 0, 20, 20)]
    solids = solids_of(
        shapes(
            "b",
            geometries,
            [{"height_m": 30.0}, {"height_m": 9.0, "part_of": "b0"}, {"height_m": 30.0, "part_of": "b0"}],
        )
    )
    assert solids.drawn.tolist() == [False, True, True]
    mesh = massing.full(solids, np.arange(3), np.zeros(3, np.int8), AT)
    assert set(mesh.slot.tolist()) == {0.0}


def test_that_the_next_corner_of_some_is_that_of_all_also_in_holes_and_pieces() -> None:
    found = solids_of(shapes("b", [COURTYARD, PAIR, WEDGE, HOOK], [{}] * 4)).shapes
    at = np.random.default_rng(3).permutation(len(found.xy))[:17]
    assert (next_vertex_of(found, at) == next_vertex(found)[at]).all()
