"""Camera paths: they meet their views on time, do not jerk or overshoot, and are the same every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidbudova.scene.camera import Camera, flight_s
from vidbudova.scene.journey import Journey, Stop, above, suggested_s

A = Camera((0.0, 0.0, 0.0), 800.0, 350.0, 35.0)
B = Camera((600.0, 200.0, 5.0), 300.0, 20.0, 20.0)
C = Camera((900.0, 900.0, 0.0), 500.0, 90.0, 45.0)


def values(camera: Camera) -> np.ndarray:
    return np.array([*camera.focus, camera.distance, camera.heading_deg, camera.pitch_deg, camera.fov_deg])


def test_that_a_journey_meets_its_views_on_time_and_rests_at_both_ends() -> None:
    journey = Journey([Stop(A, hold_s=1.0), Stop(B, 4.0, 2.0), Stop(C, 3.0, 0.5)])
    assert journey.duration_s == pytest.approx(10.5)
    assert journey.times.tolist() == [0.0, 5.0, 10.0]
    for moment, view in ((-1.0, A), (0.5, A), (5.0, B), (6.9, B), (10.0, C), (99.0, C)):
        assert values(journey.at(moment)) == pytest.approx(values(view), abs=1e-6)


def test_that_the_heading_turns_the_short_way_over_north() -> None:
    journey = Journey([Stop(A), Stop(B, 4.0)])
    headings = [journey.at(t).heading_deg for t in np.linspace(0, 4, 41)]
    assert all(h >= 350.0 or h <= 20.0 for h in headings)
    assert 4.0 < journey.at(2.0).heading_deg < 6.0


def test_that_a_view_without_a_hold_is_passed_without_a_halt_and_one_that_stops_is_not() -> None:
    def speed(easing: str, at: float) -> float:
        journey = Journey([Stop(A), Stop(B, 4.0, easing=easing), Stop(C, 4.0)])  # type: ignore[arg-type]
        return float(np.linalg.norm(np.subtract(journey.at(at + 1e-3).focus, journey.at(at - 1e-3).focus)) / 2e-3)

    assert speed("smooth", 4.0) > 60.0
    assert speed("stop", 4.0) < 1.0


def test_that_an_even_flight_keeps_one_speed() -> None:
    journey = Journey([Stop(A), Stop(B, 4.0, easing="even")])
    places = np.array([journey.at(t).focus for t in np.linspace(0.1, 3.9, 20)])
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert steps == pytest.approx(np.full(19, steps[0]))


def test_that_a_long_flight_rises_on_its_way() -> None:
    far = replace(A, focus=(9000.0, 0.0, 0.0))
    journey = Journey([Stop(A), Stop(far, 6.0)])
    assert journey.at(3.0).distance > 3 * A.distance


def test_that_a_loop_comes_back_to_its_beginning_without_a_halt() -> None:
    journey = Journey([Stop(A, 4.0), Stop(B, 4.0), Stop(C, 4.0)], loop=True)
    assert journey.duration_s == pytest.approx(12.0)
    assert values(journey.at(12.0)) == pytest.approx(values(A), abs=1e-6)
    start, end = journey._slopes[0], journey._slopes[-1]
    assert start == pytest.approx(end) and np.abs(start).max() > 0


def test_that_a_journey_of_one_view_rests_there_and_of_none_is_refused() -> None:
    assert Journey([Stop(A, hold_s=2.0)], loop=True).at(1.0) == A
    with pytest.raises(ValueError, match="needs a stop"):
        Journey([])


cameras = st.builds(
    Camera,
    st.tuples(st.floats(-5e3, 5e3), st.floats(-5e3, 5e3), st.floats(0, 100)),
    st.floats(20.0, 5e3),
    st.floats(0, 359.9),
    st.floats(2, 89),
)
stops = st.builds(
    Stop, cameras, st.floats(0.5, 20), st.sampled_from([0.0, 0.0, 1.5]), st.sampled_from(["smooth", "stop", "even"])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(stops, min_size=2, max_size=6), st.booleans())
def test_that_no_path_jumps_or_leaves_the_range_of_its_views(found: list[Stop], loop: bool) -> None:
    journey = Journey(found, loop)
    moments = np.linspace(0.0, journey.duration_s, 400)
    seen = [journey.at(float(t)) for t in moments]
    pitches = [stop.camera.pitch_deg for stop in journey.stops]
    assert min(pitches) - 1e-6 <= min(c.pitch_deg for c in seen)
    assert max(c.pitch_deg for c in seen) <= max(pitches) + 1e-6
    places = np.array([c.focus for c in seen])
    knots = np.array([stop.camera.focus for stop in journey.stops])
    assert (places >= knots.min(0) - 1e-6).all() and (places <= knots.max(0) + 1e-6).all()
    fastest = (np.abs(np.diff(knots, axis=0)) / (journey.times[1:] - journey.leaves[:-1])[:, None]).max()
    assert np.abs(np.diff(places, axis=0)).max() <= 3.01 * fastest * (moments[1] - moments[0]) + 1e-6
    assert seen == [journey.at(float(t)) for t in moments]


@pytest.mark.filterwarnings("error")
def test_that_a_flight_that_hardly_moves_is_no_overflow() -> None:
    near = replace(A, focus=(1e-308, 0.0, 0.0))
    journey = Journey([Stop(A), Stop(near, 4.0), Stop(B, 4.0)])
    assert np.isfinite(journey._slopes).all()


def test_that_an_eye_under_the_ground_is_lifted_over_it() -> None:
    low = Camera((0.0, 0.0, 0.0), 40.0, 0.0, 1.0)
    lifted = above(low, lambda xy: np.full(len(xy), 30.0))
    assert lifted.eye()[2] == pytest.approx(31.6)
    assert above(A, lambda xy: np.zeros(len(xy))) == A


def test_that_the_suggested_time_is_longer_than_a_flight_of_the_hand() -> None:
    assert suggested_s(A, B) >= 2.0
    assert suggested_s(A, replace(A, focus=(50_000.0, 0.0, 0.0))) > flight_s(A, B)
