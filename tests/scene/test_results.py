"""Results of analyses on the city: ribbons, areas, places, colours of buildings, and taking them off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scene.district import AT, district
from scene.hills import hilly

from vidbudova.model.weaving import taken
from vidbudova.plugin import ResultTable, Style
from vidbudova.scene.camera import Camera
from vidbudova.scene.colours import HATCHED
from vidbudova.scene.pick import Pick
from vidbudova.scene.result_legend import classed
from vidbudova.scene.result_lines import LEVELS, foremost
from vidbudova.scene.result_looks import WIDTH
from vidbudova.scene.result_pick import FAR_M, NEAR_M
from vidbudova.scene.result_ribbons import Ribbons
from vidbudova.scene.results import foreseen, prepare
from vidbudova.scene.scene import Scene
from vidbudova.scene.video import draw_frame

SIZE = (480, 270)
ABOVE = Camera((AT[0], AT[1] - 30.0, 0.0), 420.0, 0.0, 89.0)
CRS = "EPSG:32637"


@pytest.fixture
def scene() -> Iterator[Scene]:
    found = Scene(SIZE)
    found.still_s = float("inf")
    found.set_city(district())
    found.set_camera(ABOVE)
    yield found
    found.finalize()


def picture(scene: Scene) -> np.ndarray:
    draw_frame(scene, scene.pace)
    return scene.image().astype(int)


def line(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(np.array(places, float) + AT)


def links(flows: tuple[float, float] = (1000.0, 1000.0), **style: object) -> ResultTable:
    """One street along both its ways: eastwards first, then westwards."""
    ways = [line((-150, -30), (150, -30)), line((150, -30), (-150, -30))]
    columns = {"flow_veh_h": list(flows), "load": [0.2, 1.2], "speed_m_s": [10.0, 5.0]}
    frame = gpd.GeoDataFrame(columns, geometry=ways, crs=CRS)
    how = Style("flow", "load", "", (0.5, 1.0), "flow_veh_h", "speed_m_s")
    return ResultTable("links", "Traffic", frame, style=replace(how, **style))  # type: ignore[arg-type]


def seen(image: np.ndarray, rgb: np.ndarray, within: int = 40) -> np.ndarray:
    """Rows of pixels in which a colour shows."""
    return np.flatnonzero((np.abs(image - rgb).max(2) <= within).any(1))


def test_that_both_ways_of_a_street_show_each_at_its_right_hand(scene: Scene) -> None:
    table = links()
    scene.results.show(table)
    image, rgb = picture(scene), classed(table).rgb.astype(int)
    east, west = seen(image, rgb[0], 25), seen(image, rgb[1], 25)
    assert len(east) and len(west)
    assert west.max() < east.min()


def test_that_nothing_is_left_when_a_result_is_taken_off(scene: Scene) -> None:
    before = picture(scene)
    scene.results.show(links())
    assert np.abs(picture(scene) - before).max() > 50
    scene.results.show(None)
    assert np.abs(picture(scene) - before).max() <= 1
    assert not scene.results.can_play


def test_that_more_vehicles_make_a_wider_ribbon(scene: Scene) -> None:
    table = links((4000.0, 400.0))
    scene.results.show(table)
    image, rgb = picture(scene), classed(table).rgb.astype(int)
    wide, narrow = ((np.abs(image - colour).max(2) <= 25).sum() for colour in rgb)
    assert wide > 1.8 * narrow > 0


def test_that_particles_move_with_the_time_and_only_with_it(scene: Scene) -> None:
    scene.results.show(links())
    still = picture(scene)
    scene.results.play(True)
    scene.results.at(1.0)
    first = picture(scene)
    scene.results.at(2.0)
    second = picture(scene)
    scene.results.at(1.0)
    assert np.abs(first - still).max() > 30
    assert np.abs(second - first).max() > 30
    assert np.array_equal(picture(scene), first)
    scene.results.play(False)
    assert np.array_equal(picture(scene), still)


def test_that_a_row_without_a_shape_takes_that_of_the_row_it_is_about(scene: Scene) -> None:
    frame = pd.DataFrame({"id": ["r0", "nothing of ours"], "load": [1.0, 2.0]})
    drawing = prepare(ResultTable("roads", "Load", frame, about="roads", style=Style("graduated", "load")), district())
    assert drawing.lines.row.tolist() == [0]
    assert np.allclose(drawing.lines.xy, np.array([[-300, 0], [300, 0]]) + AT)


def test_that_ribbons_lie_on_the_hills() -> None:
    city = hilly()
    drawing = prepare(links(), city)
    places = drawing.lines.xy
    assert city.relief is not None
    expected = city.relief.height(places) - city.relief.lowest_m
    assert np.allclose(drawing.heights.z(places, np.tile([1.0, 0.0], (len(places), 1))), expected)
    assert np.ptp(expected) > 5.0


def test_that_a_result_comes_to_lie_on_a_ground_that_is_brought_later(scene: Scene) -> None:
    scene.results.show(links())
    city = hilly()
    scene.set_city(city)
    assert city.relief is not None and scene.results.drawing is not None
    places = scene.results.drawing.lines.xy
    height = scene.results.drawing.heights.z(places, np.tile([1.0, 0.0], (len(places), 1)))
    assert np.allclose(height, city.relief.height(places) - city.relief.lowest_m)
    scene.set_city(district())
    assert scene.results.drawing.heights.ground is None


def test_that_isochrones_do_not_paint_each_other_twice() -> None:
    rings = [shapely.Point(*AT).buffer(r) for r in (300.0, 100.0)]
    frame = gpd.GeoDataFrame({"minutes": [10.0, 5.0]}, geometry=rings, crs=CRS)
    table = ResultTable("reach", "Reach", frame, style=Style("isochrones", "minutes", "min", (5.0, 10.0)))
    drawing = prepare(table, district())
    areas = [shapely.area(rings[0]) - shapely.area(rings[1]), shapely.area(rings[1])]
    parts = drawing.areas.part_offsets[drawing.areas.feature_offsets]
    assert drawing.row_of_area.tolist() == [0, 1]
    assert parts[1] - parts[0] > parts[2] - parts[1]  # the outer one has a hole
    assert sum(areas) == pytest.approx(shapely.area(rings[0]))


def test_that_buildings_wear_a_result_about_them_and_then_what_they_wore(scene: Scene) -> None:
    ids = scene.city.table("buildings").ids
    before = scene.colours.texels.copy()
    frame = pd.DataFrame({"id": ids[:3].astype(str), "minutes": [3.0, 8.0, 20.0]})
    style = Style("graduated", "minutes", "min", (5.0, 10.0))
    table = ResultTable("minutes", "Minutes to a hospital", frame, about="buildings", style=style)
    scene.results.show(table)
    assert np.array_equal(scene.colours.texels[:3, :3], classed(table).rgb)
    scene.results.show(None)
    assert np.array_equal(scene.colours.texels, before)


def test_that_buildings_keep_a_result_through_a_change_of_theme_and_what_was_painted_since(scene: Scene) -> None:
    frame = pd.DataFrame({"id": scene.city.table("buildings").ids.astype(str), "use": ["a", "b"] * 18 + ["a"]})
    table = ResultTable("uses", "Uses", frame, about="buildings", style=Style("categories", "use"))
    red = np.array([200, 20, 20], np.uint8)
    scene.recolour([4], red)
    scene.results.show(table)
    scene.set_theme("dark")
    picture(scene)
    assert np.array_equal(scene.colours.texels[: len(frame), :3], classed(table, "dark").rgb)
    scene.recolour([7], red)
    scene.results.show(None)
    plain = np.round(np.array(scene.theme["building"]) * 255)
    assert np.array_equal(scene.colours.texels[[4, 7], :3], [red, red])
    assert (scene.colours.texels[[0, 1, 2, 3, 5], :3] == plain).all()


def test_that_places_are_numbered_in_their_order(scene: Scene) -> None:
    frame = gpd.GeoDataFrame(
        {"rank": [2, 1]}, geometry=[line((-100, -30), (0, -30)), line((0, -30), (100, -30))], crs=CRS
    )
    table = ResultTable("order", "Order of repair", frame, style=Style("order", "rank"))
    drawing = prepare(table, scene.city)
    assert drawing.words == ("1", "2")
    assert drawing.row_of_place.tolist() == [1, 0]
    bare = picture(scene)
    scene.results.show(table, drawing)
    assert np.abs(picture(scene) - bare).max() > 50


def test_that_a_theme_changes_the_colours_of_what_is_shown(scene: Scene) -> None:
    table = links()
    scene.results.show(table)
    scene.set_theme("dark")
    image = picture(scene)
    assert len(seen(image, classed(table, "dark").rgb.astype(int)[1], 25))


def test_that_a_table_without_rows_or_a_style_draws_nothing(scene: Scene) -> None:
    before = picture(scene)
    empty = links()
    scene.results.show(replace(empty, frame=empty.frame.iloc[:0]))
    assert np.array_equal(picture(scene), before)
    scene.results.show(replace(empty, style=None))
    assert np.array_equal(picture(scene), before)


def at_pixel(scene: Scene, x: float, y: float) -> tuple[float, float]:
    pixels, _depth = scene.project(np.array([[AT[0] + x, AT[1] + y, 0.0]]))
    return float(pixels[0, 0]), float(pixels[0, 1])


def result_at(scene: Scene, pixel: tuple[float, float]) -> Pick | None:
    found = scene.pick(*pixel, ("result",))
    return found if found is not None and found.kind == "result" else None


def test_that_a_pick_gives_the_row_of_the_ribbon_that_shows_there(scene: Scene) -> None:
    table = links()
    scene.results.show(table)
    image, rgb = picture(scene), classed(table).rgb.astype(int)
    column = int(at_pixel(scene, 30.0, -30.0)[0])
    picks = [result_at(scene, (column + 0.5, y + 0.5)) for y in range(SIZE[1])]
    for y, found in enumerate(picks):
        for row in (0, 1):
            if np.abs(image[y, column] - rgb[row]).max() < 12:
                assert found is not None
                assert found.index == row
    assert {found.index for found in picks if found} == {0, 1}
    assert sum(found is not None for found in picks) < 25


def test_that_a_pick_finds_ribbons_only_where_one_asks_for_them(scene: Scene) -> None:
    scene.results.show(links())
    x, y = at_pixel(scene, 30.0, -32.5)
    asked, unasked = scene.pick(x, y, ("result", "road")), scene.pick(x, y)
    assert asked is not None and asked.kind == "result"
    assert unasked is not None and unasked.kind != "result"


def test_that_a_building_before_a_ribbon_is_not_seen_through(scene: Scene) -> None:
    through = line((-250, -80), (250, -80))
    frame = gpd.GeoDataFrame({"v": [5.0]}, geometry=[through], crs=CRS)
    scene.results.show(ResultTable("t", "T", frame, style=Style("graduated", "v")))
    assert result_at(scene, at_pixel(scene, -200.0, -80.0)) is None
    open_ground = result_at(scene, at_pixel(scene, -165.0, -80.0))
    assert open_ground is not None and open_ground.index == 0


def test_that_a_pick_gives_the_row_of_an_area_and_of_a_numbered_place(scene: Scene) -> None:
    rings = [shapely.Point(*(AT + [0, -30])).buffer(r) for r in (60.0, 20.0)]
    frame = gpd.GeoDataFrame({"minutes": [10.0, 5.0]}, geometry=rings, crs=CRS)
    scene.results.show(ResultTable("a", "A", frame, style=Style("isochrones", "minutes", "min", (5.0, 10.0))))
    picks = [result_at(scene, at_pixel(scene, x, -30.0)) for x in (5.0, 40.0, 90.0)]
    assert [found and found.index for found in picks] == [1, 0, None]
    frame = gpd.GeoDataFrame({"id": ["p", "q"], "rank": [2, 1]}, geometry=[rings[0].centroid] * 2, crs=CRS)
    frame.geometry = [shapely.Point(*AT), shapely.Point(*(AT + [50, -30]))]
    scene.results.show(ResultTable("o", "O", frame, style=Style("order", "rank")))
    x, y = at_pixel(scene, 50.0, -30.0)
    found = result_at(scene, (x, y - 8.0))
    assert found is not None and (found.index, found.id) == (1, "q")


def test_that_a_section_leaves_results_where_they_are(scene: Scene) -> None:
    from vidbudova.scene.section import at_height

    scene.results.show(links())
    scene.section.cut(at_height(3.0))
    table = links()
    rgb = classed(table).rgb.astype(int)
    assert all(len(seen(picture(scene), colour, 25)) for colour in rgb)


def test_that_of_even_ribbons_the_wider_streets_stay_in_far_views(scene: Scene) -> None:
    frame = pd.DataFrame({"id": ["r2", "r0", "r1"], "load": [1.0, 2.0, 3.0]})
    table = ResultTable("roads", "Load", frame, about="roads", style=Style("graduated", "load"))
    lines = prepare(table, district()).lines
    order = foremost(lines, np.arange(3), np.ones(3, np.int64), replace(LEVELS[-1], most=2))
    assert order.tolist() == [2, 1]  # secondary under primary; the residential street is left out


def test_that_ends_reach_over_the_middle_of_a_junction(scene: Scene) -> None:
    ways = [line((-100, -30), (0, -30)), line((0, -30), (60, -110))]
    frame = gpd.GeoDataFrame({"v": [5.0, 5.0]}, geometry=ways, crs=CRS)
    table = ResultTable("t", "T", frame, style=Style("categories", "v"))
    scene.set_camera(replace(ABOVE, distance=60.0))
    scene.results.show(table)
    x, y = at_pixel(scene, 0.36, -29.28)  # left of the end of one and of the beginning of the other
    assert np.abs(picture(scene)[int(y), int(x)] - classed(table).rgb[0].astype(int)).max() < 40


def test_that_no_line_is_lost_and_none_strays_at_any_level() -> None:
    turn = np.linspace(0, 2 * np.pi, 40)
    ring = line(*np.c_[15 * np.cos(turn), 15 * np.sin(turn)].tolist())
    bent = line(*[(4.0 * k, 30.0 * np.sin(k / 9.0)) for k in range(60)])
    frame = gpd.GeoDataFrame({"v": [1.0, 2.0, 3.0]}, geometry=[ring, line((0, 0), (80, 0)), bent], crs=CRS)
    drawing = prepare(ResultTable("t", "T", frame, style=Style("graduated", "v")), district())
    for course, allowed in zip(drawing.courses, (0.3, 2.3, 8.3, 28.3), strict=True):
        assert len(course.offsets) == 4
        for k, whole in enumerate(frame.geometry):
            made = shapely.LineString(course.xy[course.offsets[k] : course.offsets[k + 1]])
            assert shapely.get_num_points(made) >= 2
            if k:
                assert shapely.hausdorff_distance(whole, made) <= allowed + 1e-9


def test_that_the_widths_that_are_picked_are_those_that_are_drawn() -> None:
    for low, high in (NEAR_M, FAR_M):
        assert f"mix({low}, {high}, share)" in WIDTH


def test_that_a_pick_on_a_bridge_gives_the_ribbon_on_it(scene: Scene) -> None:
    ways = [line((0, 190), (0, 290)), line((-100, 261), (100, 261))]
    frame = gpd.GeoDataFrame({"v": [1.0, 2.0]}, geometry=ways, crs=CRS)
    table = ResultTable("t", "T", frame, style=Style("categories", "v"))
    scene.set_camera(Camera((AT[0], AT[1] + 240.0, 0.0), 150.0, 90.0, 20.0))
    scene.results.show(table)
    image, rgb = picture(scene), classed(table).rgb.astype(int)[0]
    on_it = np.argwhere(np.abs(image - rgb).max(2) <= 8)
    assert len(on_it) > 30
    picks = [result_at(scene, (x + 0.5, y + 0.5)) for y, x in on_it[::7].tolist()]
    assert np.mean([found is not None and found.index == 0 for found in picks]) > 0.9
    heights = [found.point[2] for found in picks if found is not None]
    assert max(heights) > 3.0


@pytest.mark.parametrize("kind", ["flow", "graduated", "difference", "categories", "isochrones", "order"])
def test_that_shapes_of_all_kinds_and_none_are_borne(scene: Scene, kind: str) -> None:
    at = shapely.Point(*AT)
    odd = [
        None, shapely.LineString(), shapely.Polygon(), at, shapely.MultiPoint([at.coords[0], AT + 9.0]),
        line((5, 5), (5, 5)), line((-40, -30), (40, -30)), at.buffer(20),
        shapely.MultiPolygon([at.buffer(5), shapely.Point(*(AT + 60.0)).buffer(5)]),
        shapely.GeometryCollection([at, at.buffer(3)]), shapely.Polygon([AT, AT + [9, 9], AT + [9, 0], AT + [0, 9]]),
    ]  # fmt: skip
    values = [1.0, 2.0, np.nan, 3.0, -4.0, 5.0, 0.0, 7.0, np.inf, 9.0, 10.0]
    frame = gpd.GeoDataFrame({"v": values, "w": values}, geometry=odd, crs=CRS)
    table = ResultTable("t", "T", frame, style=Style(kind, "v", width="w" if kind == "flow" else ""))  # type: ignore[arg-type]
    before = picture(scene)
    scene.results.show(table)
    assert np.abs(picture(scene) - before).max() > 20
    scene.pick(*at_pixel(scene, 0.0, 0.0), ("result",))
    scene.results.show(None)
    assert np.abs(picture(scene) - before).max() <= 1


def test_that_marks_painted_under_a_result_are_seen_once_it_is_taken_off(scene: Scene) -> None:
    ids = scene.city.table("buildings").ids
    frame = pd.DataFrame({"id": ids.astype(str), "use": ["a"] * len(ids)})
    count = scene.colours.count
    scene.set_building_colours(np.full((len(ids), 3), 10, np.uint8), np.ones(len(ids), bool))
    scene.results.show(ResultTable("uses", "Uses", frame, about="buildings", style=Style("categories", "use")))
    assert scene.results.covers_buildings and scene.results.wearing.is_on
    worn = scene.colours.texels[:count, :3].copy()
    assert not (scene.colours.texels[:count, 3] & HATCHED).any(), "hatching tells of damage, which is covered"
    scene.recolour([2], np.array([[200, 0, 0]], np.uint8))
    scene.set_building_colours(np.full((len(ids), 3), 20, np.uint8), np.arange(len(ids)) == 1)
    scene.recolour([2], np.array([[200, 0, 0]], np.uint8))
    assert (scene.colours.texels[:count, :3] == worn).all()
    scene.results.show(None)
    assert not scene.results.covers_buildings and not scene.results.wearing.is_on
    assert scene.colours.texels[2, :3].tolist() == [200, 0, 0] and scene.colours.texels[3, :3].tolist() == [20] * 3
    assert np.flatnonzero(scene.colours.texels[:count, 3] & HATCHED).tolist() == [1]


def test_that_a_result_finds_its_buildings_in_another_city(scene: Scene) -> None:
    city = scene.city
    ids = city.table("buildings").ids
    frame = pd.DataFrame({"id": ids.astype(str), "use": ["a", *["b"] * (len(ids) - 1)]})
    scene.results.show(ResultTable("uses", "Uses", frame, about="buildings", style=Style("categories", "use")))
    first = scene.colours.texels[0, :3].tolist()
    chosen = np.ones(len(ids), bool)
    chosen[1:5] = False
    shapes = city.shapes | {"buildings": taken(city.table("buildings"), chosen)}
    scene.set_city(replace(city, shapes=shapes, solids=None))
    scene.render("moving")
    assert scene.colours.count == len(ids) - 4 and scene.colours.texels[0, :3].tolist() == first
    assert scene.colours.texels[1, :3].tolist() != first


def test_that_what_was_worked_out_elsewhere_is_the_same_picture_without_making_it_again(
    scene: Scene, monkeypatch
) -> None:
    frame = gpd.GeoDataFrame(
        {"flow": [100.0, 900.0]}, geometry=[line((-100, -30), (100, -30)), line((-100, 40), (100, 40))], crs=CRS
    )
    table = ResultTable("flow", "Flows", frame, style=Style("flow", "flow", width="flow"))
    drawing = prepare(table, scene.city)
    scene.results.show(table, drawing)
    scene.render("still")
    expected = scene.image()
    scene.results.show(None)
    ready = foreseen(drawing, scene.results.sight())
    assert ready
    monkeypatch.setattr(Ribbons, "_arrays", lambda *_: pytest.fail("made on the main thread"))
    scene.results.show(table, drawing, ready)
    scene.render("still")
    assert np.array_equal(scene.image(), expected)
