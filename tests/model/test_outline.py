"""Drawing an outline: the state machine, its snapping and its typed numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vidbudova.errors import UserError
from vidbudova.model import typed
from vidbudova.model.outline import (
    Aim,
    Outline,
    Wish,
    aim,
    bearing_deg,
    close,
    crossing,
    offset,
    place,
    polygon,
    preview,
    take_back,
)
from vidbudova.model.shapes import from_geometries
from vidbudova.model.snapping import Snap, SnapIndex

FREE = Wish()
SQUARE = Wish(square=True)
DRAWN = [(0.0, 0.0), (100.0, 0.0), (100.0, 80.0), (0.0, 80.0)]

metres = st.floats(-500, 500, allow_nan=False).map(lambda v: round(v, 2))
points = st.tuples(metres, metres)


def drawn(corners, outline=None):
    outline = outline or Outline()
    for corner in corners:
        outline = place(outline, aim(outline, corner, FREE))
    return outline


def test_that_four_clicks_and_a_click_on_the_first_corner_make_a_rectangle():
    outline = drawn(DRAWN)
    at = aim(outline, (1.0, 1.5), FREE, within_m=3)
    assert at.closes and at.snap is not None and at.snap.kind == "first"
    closed = place(outline, at)
    assert closed.is_closed and polygon(closed).area == 8000


def test_that_a_click_near_the_first_corner_does_not_close_before_there_are_three():
    outline = drawn(DRAWN[:2])
    assert not aim(outline, (0.5, 0.5), FREE, within_m=3).closes


def test_that_a_typed_length_is_kept_exactly_and_only_the_direction_follows_the_cursor():
    at = aim(drawn(DRAWN[:1]), (30.0, 40.0), Wish(length_m=125.5))
    assert at.xy == pytest.approx((75.3, 100.4)) and at.length_m == pytest.approx(125.5)


def test_that_length_and_bearing_typed_together_put_the_corner_whatever_the_cursor():
    at = aim(drawn(DRAWN[:1]), (-999.0, 3.0), Wish(length_m=10, bearing_deg=90), [Snap("vertex", (1, 1), 0)], 50)
    assert at.xy == pytest.approx((10, 0)) and at.snap is None


def test_that_a_typed_bearing_alone_keeps_the_corner_on_its_ray():
    at = aim(drawn(DRAWN[:1]), (40.0, 10.0), Wish(bearing_deg=45))
    assert at.bearing_deg == pytest.approx(45) and at.length_m == pytest.approx(50 / math.sqrt(2))


def test_that_the_right_angle_lock_turns_the_side_square_to_the_one_before():
    at = aim(drawn(DRAWN[:2]), (108.0, 61.0), SQUARE)
    assert at.xy == pytest.approx((100, 61))


def test_that_the_first_side_is_square_to_the_edge_its_corner_was_snapped_to():
    edge = Snap("edge", (10.0, 10.0), 0.2, "buildings", "b", ((0.0, 0.0), (20.0, 20.0)))
    outline = place(Outline(), aim(Outline(), (10.1, 10.0), FREE, [edge]))
    at = aim(outline, (20.0, 12.0), SQUARE)
    assert at.bearing_deg % 90 == pytest.approx(45)


def test_that_the_lock_offers_the_place_level_with_the_first_corner():
    at = aim(drawn(DRAWN[:3]), (1.4, 84.0), SQUARE, within_m=3)
    assert at.snap is not None and at.snap.kind == "square" and at.xy == pytest.approx((0, 80))


def test_that_typed_numbers_win_over_the_lock_and_over_closing():
    at = aim(drawn(DRAWN), (0.0, 0.0), Wish(length_m=5, bearing_deg=0, square=True), within_m=10)
    assert at.xy == pytest.approx((0, 85)) and not at.closes


def test_that_a_typed_side_that_ends_at_the_first_corner_closes_the_ring():
    outline = drawn(DRAWN)
    at = aim(outline, (50.0, 50.0), Wish(length_m=80, bearing_deg=180))
    assert at.closes and place(outline, at).is_closed


def test_that_a_side_over_an_earlier_one_is_named_before_the_click_and_refused_by_it():
    outline = drawn([(0, 0), (100, 0), (100, 50)])
    at = aim(outline, (50.0, -20.0), FREE)
    assert at.problem == "crosses"
    with pytest.raises(UserError) as refused:
        place(outline, at)
    assert refused.value.key == "zone-crosses-itself"


def test_that_running_back_over_the_last_side_counts_as_crossing():
    assert aim(drawn([(0, 0), (100, 0)]), (40.0, 0.0), FREE).problem == "crosses"
    assert aim(drawn([(0, 0), (100, 0)]), (-40.0, 0.0), FREE).problem == "crosses"
    assert aim(drawn([(0, 0), (100, 0)]), (140.0, 0.0), FREE).problem == ""


def test_that_a_double_click_does_not_add_the_same_corner_twice():
    outline = drawn(DRAWN[:2])
    assert place(outline, aim(outline, DRAWN[1], FREE)) is outline


def test_that_two_corners_do_not_close():
    with pytest.raises(UserError) as refused:
        close(drawn(DRAWN[:2]))
    assert refused.value.key == "zone-too-few-corners" and refused.value.values["count"] == 2


def test_that_a_closing_side_over_another_is_refused():
    inside = [(0, 0), (100, 0), (100, 50), (20, 50), (50, 40)]
    with pytest.raises(UserError, match="crosses itself"):
        close(drawn([*inside[:4], (50, 60)]))
    assert close(drawn(inside)).is_closed


def test_that_taking_back_a_closed_ring_opens_it_with_all_its_corners():
    outline = close(drawn(DRAWN))
    opened = take_back(outline)
    assert opened.corners == tuple(DRAWN) and not opened.rings
    assert take_back(opened).corners == tuple(DRAWN[:3])


def test_that_taking_back_nothing_is_nothing():
    assert take_back(Outline()) == Outline()


def test_that_a_hole_is_taken_out_of_the_area():
    outline = drawn([(10, 10), (10, 20), (20, 20), (20, 10)], close(drawn(DRAWN)))
    assert outline.draws_hole and polygon(close(outline)).area == 7900


def test_that_a_hole_that_leaves_the_outline_is_refused():
    outline = close(drawn(DRAWN))
    assert aim(outline, (200.0, 10.0), FREE).problem == "outside"
    inside = drawn([(10, 10)], outline)
    at = aim(inside, (110.0, 10.0), FREE)
    assert at.problem == "outside"
    with pytest.raises(UserError, match="leaves the outline"):
        place(inside, at)


def test_that_a_hole_around_a_hole_is_refused():
    outline = close(drawn([(40, 40), (40, 44), (44, 44), (44, 40)], close(drawn(DRAWN))))
    around = drawn([(30, 30), (30, 60), (60, 60), (60, 30)], outline)
    with pytest.raises(UserError, match="leaves the outline"):
        close(around)


def test_that_the_preview_measures_what_a_close_would_give():
    outline = drawn(DRAWN[:3])
    assert preview(outline, aim(outline, DRAWN[3], FREE)).area == 8000
    assert preview(drawn(DRAWN[:1])) is None
    assert preview(outline, Aim((50.0, -5.0), problem="crosses")).area == 4000


@given(points, st.floats(0, 359.99), st.floats(0.1, 2000))
def test_that_bearing_and_offset_are_each_others_inverse(start, bearing, length):
    end = offset(start, bearing, length)
    assert math.dist(start, end) == pytest.approx(length)
    assert abs((bearing_deg(start, end) - bearing + 180) % 360 - 180) < 1e-6


@given(st.lists(points, min_size=1, max_size=25), points)
def test_that_the_crossing_found_is_the_crossing_that_shapely_sees(corners, to):
    """Against an independent judge: the whole line is simple, and nothing touches at a corner."""
    line: list[tuple[float, float]] = []
    for corner in corners:
        if not line or (math.dist(line[-1], corner) > 1 and crossing(line, corner) is None):
            line.append(corner)
    assume(math.dist(line[-1], to) > 1)
    found = crossing(line, to)
    simple = shapely.is_simple(shapely.LineString([*line, to]))
    if found is None:
        assert simple
    else:
        earlier = shapely.LineString(line) if len(line) > 1 else shapely.Point(line[0])
        assert shapely.distance(shapely.Point(found), earlier) <= 2e-3


@settings(max_examples=200)
@given(st.lists(points, max_size=30))
def test_that_whatever_is_clicked_a_closed_outline_is_a_valid_polygon(clicks):
    outline = Outline()
    for click in clicks:
        at = aim(outline, click, FREE, within_m=5)
        try:
            outline = place(outline, at)
        except UserError as refused:
            assert at.problem or refused.key.startswith("zone-")
    try:
        outline = close(outline)
    except UserError as refused:
        assert refused.key in ("zone-too-few-corners", "zone-crosses-itself", "zone-hole-outside")
        return
    assert shapely.is_valid(polygon(outline)) and polygon(outline).area > 0


@settings(max_examples=100)
@given(st.lists(points, max_size=12), st.booleans())
def test_that_taking_back_undoes_a_placed_corner_exactly(clicks, square):
    outline = Outline()
    for click in clicks:
        at = aim(outline, click, Wish(square=square))
        if at.problem or at.closes:
            continue
        after = place(outline, at)
        assert take_back(after).corners == outline.corners and take_back(after).rings == outline.rings
        outline = after


@given(points, points, points, st.integers(0, 3))
def test_that_every_locked_side_is_square_to_the_one_before(a, b, cursor, _turn):
    assume(math.dist(a, b) > 1 and math.dist(b, cursor) > 1)
    at = aim(Outline(corners=(a, b)), cursor, SQUARE)
    assume(at.length_m > 0.5)
    turn = (at.bearing_deg - bearing_deg(a, b)) % 90
    assert min(turn, 90 - turn) < 1e-6


CITY = {
    "buildings": from_geometries(
        np.array(["b1", "b2"], object), np.array([shapely.box(0, 0, 20, 10), shapely.box(50, 0, 60, 10)], object)
    ),
    "roads": from_geometries(np.array(["r1"], object), np.array([shapely.LineString([(0, -20), (100, -20)])], object)),
    "zones": from_geometries(np.array(["z1"], object), np.array([shapely.box(20.5, 10, 40, 40)], object)),
}


def test_that_a_corner_is_a_better_place_than_a_nearer_edge():
    best = SnapIndex(CITY).near((19.0, 9.8), 2)[0]
    assert (best.kind, best.xy, best.id) == ("vertex", (20, 10), "b1")


def test_that_the_nearest_of_two_corners_wins_and_a_zone_before_a_building_where_they_are_equal():
    index = SnapIndex(CITY)
    assert index.near((20.1, 10), 2)[0].layer == "buildings"
    assert index.near((20.25, 10), 2)[0].layer == "zones"


def test_that_an_edge_gives_its_foot_and_both_its_ends():
    best = SnapIndex(CITY).near((10.0, 10.7), 1)[0]
    assert best.kind == "edge" and best.xy == (10, 10) and set(best.edge) == {(0, 10), (20, 10)}


def test_that_a_road_is_not_joined_from_its_end_to_its_start():
    bend = np.array([shapely.LineString([(0, 0), (50, 40), (100, 0)])], object)
    ring = {"roads": from_geometries(np.array(["r"], object), bend)}
    assert SnapIndex(ring).near((50.0, 0.5), 2) == []


def test_that_nothing_near_gives_nothing_and_an_empty_city_too():
    assert SnapIndex(CITY).near((500.0, 500.0), 5) == []
    assert SnapIndex({}).near((0.0, 0.0), 5) == []


@given(st.floats(-30, 110), st.floats(-30, 50), st.floats(0.5, 10))
def test_that_no_snap_is_farther_than_asked_and_the_order_is_kept(x, y, within):
    found = SnapIndex(CITY).near((x, y), within)
    assert all(s.distance_m <= within and math.dist(s.xy, (x, y)) == pytest.approx(s.distance_m) for s in found)
    assert [s.rank() for s in found] == sorted(s.rank() for s in found)
    corners = [c for shapes in CITY.values() for c in shapes.xy if math.dist(c, (x, y)) <= within]
    assert sum(s.kind == "vertex" for s in found) == len(corners)


def typing(keys):
    state = typed.Typed()
    for key in keys:
        state = typed.tab(state) if key == "\t" else typed.press(state, key) or state
    return state


def test_that_a_length_and_a_bearing_can_be_typed_with_tab_between():
    state = typing("12,5\t-90")
    assert state.length_m == 12.5 and state.bearing_deg == 270


@pytest.mark.parametrize("keys", ["", ".", "0", "0.0", "-", "abc"])
def test_that_half_a_number_is_no_length(keys):
    assert typing(keys).length_m is None


def test_that_a_second_point_or_a_letter_is_not_taken():
    assert typed.press(typing("1.5"), ".") is None and typed.press(typing("1"), "w") is None


def test_that_taking_back_empties_the_number_and_then_gives_the_keys_back_to_the_length():
    state = typing("7\t3")
    state = typed.back(typed.back(state))
    assert state.field == "length" and state.length == "7"
    assert typed.back(state).is_empty


@given(st.text(alphabet="0123456789.,-\tx", max_size=30))
def test_that_whatever_is_typed_is_a_number_or_nothing(keys):
    state = typing(keys)
    assert state.length_m is None or state.length_m > 0
    assert state.bearing_deg is None or 0 <= state.bearing_deg < 360
