"""On foot and by drone: walls stop, slopes lift, decks carry, nothing is passed through."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scene.district import AT, rectangle, shapes

from vidbudova.scene.camera import Camera
from vidbudova.scene.decks import Decks
from vidbudova.scene.solids import solids_of
from vidbudova.scene.walking import BODY_M, DRONE_M, EYE_M, FASTEST_M_S, SLOWEST_M_S, Floor, Walker, look

HOUSE = rectangle(20, 0, 10, 40)


def flat(xy: np.ndarray, feet: float) -> np.ndarray:
    return np.zeros(len(xy))


def walker(floor: Floor = flat, **row: float) -> Walker:
    return Walker(solids_of(shapes("b", [HOUSE], [{"height_m": 9.0, **row}])), floor)


def standing(x: float, y: float, heading: float = 90.0, z: float = EYE_M) -> Camera:
    camera = Camera((0.0, 0.0, 0.0), 40.0, heading, 0.0)
    forward = camera.axes()[0] * 40.0
    return Camera((AT[0] + x + forward[0], AT[1] + y + forward[1], z + forward[2]), 40.0, heading, 0.0)


def place(camera: Camera) -> tuple[float, float, float]:
    x, y, z = camera.eye()
    return float(x - AT[0]), float(y - AT[1]), float(z)


def test_that_a_wall_stops_who_walks_into_it() -> None:
    x, y, z = place(walker().walk(standing(0, 0), 50.0, 0.0))
    assert x == pytest.approx(15.0 - BODY_M, abs=0.31) and x <= 15.0 - BODY_M + 1e-6
    assert (y, z) == (pytest.approx(0.0, abs=1e-6), pytest.approx(EYE_M))


def test_that_one_glides_along_a_wall_that_is_met_aslant() -> None:
    x, y, _z = place(walker().walk(standing(10, -10, heading=45.0), 20.0, 0.0))
    assert x <= 15.0 - BODY_M + 1e-6 and y > 1.0


def test_that_a_building_on_high_legs_is_walked_under() -> None:
    x, _y, _z = place(walker(min_height_m=4.0).walk(standing(0, 0), 50.0, 0.0))
    assert x == pytest.approx(50.0, abs=1e-6)


def test_that_a_hidden_building_does_not_stop_anybody() -> None:
    found = walker()
    found.hidden[:] = True
    assert place(found.walk(standing(0, 0), 50.0, 0.0))[0] == pytest.approx(50.0, abs=1e-6)


def test_that_a_slope_and_stairs_are_climbed_and_a_fall_takes_its_time() -> None:
    def slope(xy: np.ndarray, feet: float) -> np.ndarray:
        return np.maximum(0.1 * (xy[:, 0] - AT[0]), 0.0)

    found = walker(slope)
    assert place(found.walk(standing(-5, 30), 15.0, 0.0))[2] == pytest.approx(1.0 + EYE_M)
    falling = found.walk(standing(-5, 30, z=20.0), 0.0, 0.1, seconds=0.1)
    assert place(falling)[2] == pytest.approx(20.0 - 0.4)


def test_that_who_stands_in_a_house_can_walk_out_of_it() -> None:
    assert place(walker().walk(standing(20, 0), 30.0, 0.0))[0] == pytest.approx(50.0, abs=1e-6)


def test_that_standing_where_a_house_is_means_beside_it() -> None:
    camera = walker().stand(Camera((AT[0] + 20, AT[1], 0.0), 500.0, 10.0, 40.0))
    x, y, z = place(camera)
    assert not HOUSE.contains(shapely.Point(AT[0] + x, AT[1] + y)) and z == pytest.approx(EYE_M)
    assert camera.heading_deg == 10.0


def test_that_a_drone_flies_over_a_house_but_not_into_it_nor_into_the_ground() -> None:
    found = walker()
    low = found.fly(standing(0, 0, z=5.0), 40.0, 0.0, 0.0)
    assert place(low)[0] <= 15.0 - DRONE_M + 1e-6
    high = found.fly(standing(0, 0, z=20.0), 20.0, 0.0, 0.0)
    assert place(high) == (pytest.approx(20.0), pytest.approx(0.0, abs=1e-6), pytest.approx(20.0))
    assert place(found.fly(high, 0.0, 0.0, -50.0))[2] == pytest.approx(9.0 + DRONE_M)
    assert place(found.fly(standing(-20, 0, z=20.0), 0.0, 0.0, -50.0))[2] == pytest.approx(DRONE_M)


def test_that_the_speed_of_a_drone_follows_its_height_within_bounds() -> None:
    found = walker()
    assert found.speed_m_s(standing(0, 0, z=1.0)) == SLOWEST_M_S
    assert found.speed_m_s(standing(0, 0, z=100.0)) == pytest.approx(60.0)
    assert found.speed_m_s(standing(0, 0, z=9000.0)) == FASTEST_M_S


def test_that_looking_around_keeps_the_eye_where_it_is() -> None:
    camera = standing(3, 4)
    turned = look(camera, 70.0, -20.0)
    assert turned.eye() == pytest.approx(camera.eye()) and turned.heading_deg == 160.0 and turned.pitch_deg == -20.0


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.floats(-90, 90)), min_size=1, max_size=30))
def test_that_no_walk_ends_inside_a_wall(steps: list[tuple[float, float, float]]) -> None:
    found, camera = walker(), standing(10, 0)
    for ahead, right, turn in steps:
        camera = look(found.walk(camera, ahead, right), turn, 0.0)
        x, y, z = place(camera)
        assert HOUSE.distance(shapely.Point(AT[0] + x, AT[1] + y)) >= BODY_M - 1e-6
        assert z == pytest.approx(EYE_M)


def test_that_the_deck_of_a_bridge_carries_who_comes_onto_it_and_not_who_goes_under() -> None:
    line = shapely.LineString([AT + [0, 0], AT + [200, 0]])
    decks = Decks(shapes("r", [line], [{"bridge": True}]), np.array([8.0]))

    def floor(xy: np.ndarray, feet: float) -> np.ndarray:
        return decks.lift(xy, feet)

    camera, highest = standing(-10, 0), 0.0
    far = Walker(solids_of(shapes("b", [rectangle(0, 900, 10, 10)], [{"height_m": 9.0}])), floor)
    for _ in range(220):
        camera = far.walk(camera, 1.0, 0.0)
        highest = max(highest, place(camera)[2])
    assert place(camera)[0] == pytest.approx(210.0, abs=1e-6) and place(camera)[2] == pytest.approx(EYE_M)
    assert highest == pytest.approx(4.6 + EYE_M, abs=0.05)
    under = far.walk(standing(100, -20, heading=0.0), 40.0, 0.0)
    assert place(under)[2] == pytest.approx(EYE_M)
