"""Far buildings: quarters stand, cover and colour like what they hold; nodes take every leaf once."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scene.district import AT, district, rectangle, shapes

from vidbudova.scene.buildings import SHADE
from vidbudova.scene.camera import Camera
from vidbudova.scene.colours import HIDDEN, Colours
from vidbudova.scene.nodes import Nodes
from vidbudova.scene.quarters import Quarters, morton
from vidbudova.scene.scene import Scene
from vidbudova.scene.solids import Solids, polygon_of, solids_of
from vidbudova.scene.thinning import thinned, thinned_areas
from vidbudova.scene.tiles import View, grid_of
from vidbudova.scene.video import draw_frame
from vidbudova.scene.walls import rows_of

CORNER = np.array([-10_240.0, -10_240.0])


def town() -> Solids:
    """Many low houses, and one tower among them."""
    places = [(37.0 * x, 41.0 * y) for x in range(-20, 20) for y in range(-20, 20)]
    rows: list[dict[str, object]] = [{"height_m": 6.0} for _ in places]
    rows[820] = {"height_m": 90.0}
    return solids_of(shapes("b", [rectangle(x, y, 10, 8) for x, y in places], rows))


def quarters(solids: Solids) -> Quarters:
    return Quarters(solids, solids.low - AT, solids.high - AT, CORNER, len(solids))


def test_that_cells_of_one_coarser_cell_follow_each_other() -> None:
    x, y = np.meshgrid(np.arange(64), np.arange(64))
    cell = np.c_[x.ravel(), y.ravel()]
    code = morton(cell)
    assert len(set(code.tolist())) == len(code)
    assert np.array_equal(code >> 2, morton(cell >> 1))


def test_that_every_building_is_in_one_quarter_of_each_grid_and_coarser_ones_hold_whole_finer_ones() -> None:
    found = quarters(town())
    for grid in found.grids:
        members = found.rows[rows_of(grid.starts[:-1], grid.starts[1:])]
        assert sorted(members.tolist()) == list(range(1600))
    for fine, coarse in zip(found.grids[:-1], found.grids[1:], strict=True):
        assert set(coarse.starts.tolist()) <= set(fine.starts.tolist())


@pytest.mark.parametrize("grid", [0, 1, 2])
def test_that_quarters_keep_the_area_and_the_tower(grid: int) -> None:
    solids = town()
    found = quarters(solids)
    mesh = found.mesh(grid, np.arange(len(found.grids[grid])), np.zeros(len(solids), np.int8), np.zeros(2))
    wide, deep = (np.ptp(mesh.facade[:, k].reshape(-1, 4), axis=1) for k in (0, 1))
    assert (wide * deep).sum() == pytest.approx(1600 * 80.0, rel=1e-4)
    assert mesh.points[:, 2].max() == pytest.approx(90.0)
    assert (mesh.points[:, 2] > 50).sum() == 4
    assert wide.max() <= 0.97 * found.grids[grid].cell_m + 1e-3


def test_that_quarters_of_a_node_are_all_of_those_in_its_square() -> None:
    found = quarters(town())
    cells = np.unique(found.grids[0].code[found.grids[0].code < 1 << 48] >> 10)
    inside = np.concatenate([found.within(0, int(node), 5) for node in cells])
    assert sorted(inside.tolist()) == list(range(len(found.grids[0])))


def test_that_a_quarter_wears_the_mean_of_its_buildings_whether_all_or_one_is_painted() -> None:
    solids = town()
    found, colours = quarters(solids), Colours(len(solids), (1.0, 1.0, 1.0))
    colours.blend(found.count, found.wear)
    rng = np.random.default_rng(1)
    colours.paint(slice(None), rng.integers(0, 255, (1600, 3), np.uint8))
    grid = found.grids[2]
    first = found.rows[grid.starts[0] : grid.starts[1]]
    mean = colours.texels[first, :3].mean(0)
    assert np.abs(colours.texels[grid.slot, :3] - mean).max() < 1.5
    colours.paint(first[:1], np.array([[255, 0, 255]], np.uint8))
    one = colours.texels.copy()
    colours.changed()
    assert np.array_equal(one, colours.texels)


def test_that_a_quarter_goes_only_when_all_of_its_buildings_are_hidden() -> None:
    solids = town()
    found, colours = quarters(solids), Colours(len(solids), (1.0, 1.0, 1.0))
    colours.blend(found.count, found.wear)
    grid = found.grids[1]
    members = found.rows[grid.starts[3] : grid.starts[4]]
    colours.flag(HIDDEN, members[1:])
    assert colours.texels[grid.slot + 3, 3] & HIDDEN == 0
    colours.flag(HIDDEN, members)
    assert colours.texels[grid.slot + 3, 3] & HIDDEN
    colours.flag(HIDDEN, np.zeros(0, np.int64))
    assert not (colours.texels[:, 3] & HIDDEN).any()


def test_that_nodes_and_leaves_cover_every_seen_leaf_once() -> None:
    rng = np.random.default_rng(5)
    middle = rng.uniform(-20_000, 20_000, (4000, 2))
    grid = grid_of(middle - 5, middle + 5, np.full(4000, 9.0), 320.0)
    nodes = Nodes(grid, np.array([-64, -64]), (5, 4, 3, 2))
    view = View(Camera((0.0, 0.0, 0.0), 6000.0, 20.0, 35.0), (1280, 720))
    whole, leaves = nodes.wanted(view, [30_000.0, 15_000.0, 9_000.0, 5_000.0])
    taken = [*leaves.tolist()]
    for level, found in enumerate(whole):
        for node in found.tolist():
            taken += nodes.leaves_of(level, node).tolist()
    assert len(taken) == len(set(taken))
    seen = np.flatnonzero(view.sees(grid.bounds, grid.top_m))
    assert set(seen.tolist()) <= set(taken)
    assert len(leaves) and sum(len(found) > 0 for found in whole) >= 2
    assert nodes.above(3, leaves[:1]).tolist() == [
        k for k in range(len(nodes.levels[3])) if leaves[0] in nodes.leaves_of(3, k)
    ]


def test_that_a_node_that_has_parted_stays_parted_while_the_eye_goes_back_a_little() -> None:
    grid = grid_of(np.zeros((1, 2)), np.full((1, 2), 10.0), np.array([9.0]), 320.0)
    nodes = Nodes(grid, np.array([0, 0]), (2,))
    looks = [nodes.wanted(View(Camera((5.0, 5.0, 0.0), d, 0.0, 90.0), (1280, 720)), [1000.0])[0][0].size
             for d in (1100.0, 990.0, 1100.0, 1300.0)]  # fmt: skip
    assert looks == [1, 0, 0, 1]


def test_that_thinned_lines_keep_their_ends_and_their_tolerance_and_areas_never_vanish() -> None:
    line = np.c_[np.linspace(0, 100, 101), np.sin(np.linspace(0, 20, 101)) * 0.2]
    xy, offsets = thinned(np.concatenate([line, line + 50.0]), np.array([0, 101, 202]), 1.0)
    assert offsets.tolist() == [0, 2, 4]
    assert np.array_equal(xy[[0, 1]], line[[0, -1]])
    area = shapes("a", [shapely.Point(*AT).buffer(20.0, quad_segs=16)], [{}])
    few = thinned_areas(area, np.array([0]), 2.0)
    assert 3 <= len(few.xy) < len(area.xy) / 3
    assert len(thinned_areas(area, np.array([0]), 500.0).xy) >= 3


def test_that_what_is_near_is_drawn_first_and_shadows_last_and_nothing_is_lost() -> None:
    scene = Scene((160, 90))
    scene.set_city(district())
    scene.set_camera(Camera((AT[0], AT[1], 0.0), 700.0, 25.0, 35.0))
    draw_frame(scene, 3.0)
    props = scene.window.body.GetViewProps()
    order = [props.GetItemAsObject(k) for k in range(props.GetNumberOfItems())]
    assert scene.buildings is not None
    tiles = [scene.buildings.drawn.made[key] for key in scene.buildings.drawn.shown if key[0] != SHADE]
    eye = View(scene.local(scene.camera), scene.size).eye
    bodies = sorted((order.index(made[0].actor), float(np.linalg.norm(eye - made[0].position))) for made in tiles)
    assert len(bodies) > 2 and [away for _, away in bodies] == sorted(away for _, away in bodies)
    assert bodies[-1][0] < min(order.index(made[1].actor) for made in tiles)
    assert len(order) == len({id(prop) for prop in order}) >= sum(len(made) for made in tiles)
    scene.finalize()


def test_that_areas_of_one_ring_and_of_many_are_thinned_alike() -> None:
    ring = shapely.Point(*AT).buffer(30.0, quad_segs=16)
    crossed = shapely.Polygon([(0, 0), (40, 40), (40, 0), (0, 40)])
    holed = ring.difference(shapely.Point(*AT).buffer(10.0))
    pair = shapely.MultiPolygon([shapely.box(0, 0, 20, 20), shapely.box(50, 0, 70, 20)])
    area = shapes("a", [ring, holed, crossed, pair], [{}] * 4)
    few = thinned_areas(area, np.array([3, 0, 1, 2]), 1.0)
    sizes = [polygon_of(few, k).area for k in range(4)]
    assert np.allclose(sizes, [800.0, ring.area, holed.area, 800.0], rtol=0.05)
