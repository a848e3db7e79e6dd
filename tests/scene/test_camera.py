"""Camera moves as pure functions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidbudova.scene import camera as cameras
from vidbudova.scene.camera import Camera

SIZE = (1280, 720)
PLACE = (410_000.0, 5_540_000.0, 0.0)

views = st.builds(
    Camera,
    focus=st.just(PLACE),
    distance=st.floats(20, 20_000),
    heading_deg=st.floats(0, 359),
    pitch_deg=st.floats(12, 89),
)
pixels = st.tuples(st.floats(20, 1260), st.floats(200, 700))


def pixel_of(camera: Camera, point: np.ndarray) -> np.ndarray:
    return cameras.project(camera, np.asarray(point)[None], SIZE)[0][0]


def test_that_heading_is_clockwise_from_north_and_pitch_looks_down() -> None:
    east = Camera(PLACE, 100.0, 90.0, 30.0)
    forward = east.axes()[0]
    assert forward[0] == pytest.approx(np.cos(np.radians(30)))
    assert forward[1] == pytest.approx(0, abs=1e-12)
    assert east.eye()[2] == pytest.approx(50.0)


@given(views, pixels)
def test_that_a_point_projects_back_to_the_pixel_whose_ray_found_it(camera: Camera, pixel: tuple[float, float]) -> None:
    point = cameras.ground_point(camera, *pixel, SIZE)
    if point is not None and np.linalg.norm(point - camera.focus) < 50 * camera.distance:
        assert pixel_of(camera, point) == pytest.approx(np.array(pixel), abs=1e-3)


@given(views, pixels, st.floats(-40, 40), st.floats(-10, 10))
def test_that_orbiting_keeps_the_point_under_the_cursor(
    camera: Camera, pixel: tuple[float, float], turn: float, tilt: float
) -> None:
    pivot = cameras.ground_point(camera, *pixel, SIZE)
    if pivot is None or np.linalg.norm(pivot - camera.focus) > 5 * camera.distance:
        return
    turned = cameras.orbit_about(camera, pivot, turn, tilt)
    if turned.eye()[2] > cameras.EYE_ABOVE_GROUND_M + 0.1 and turned.distance < cameras.FARTHEST_M:
        assert pixel_of(turned, pivot) == pytest.approx(np.array(pixel), abs=0.05)


@given(views, pixels, st.floats(0.3, 3))
def test_that_zooming_keeps_the_point_under_the_cursor(
    camera: Camera, pixel: tuple[float, float], factor: float
) -> None:
    point = cameras.ground_point(camera, *pixel, SIZE)
    if point is not None and np.linalg.norm(point - camera.focus) < 20 * camera.distance:
        zoomed = cameras.zoom_to(camera, point, factor)
        assert pixel_of(zoomed, point) == pytest.approx(np.array(pixel), abs=0.05)


def test_that_zooming_stops_at_the_nearest_and_farthest_distance() -> None:
    camera = Camera(PLACE, 100.0)
    assert cameras.zoom_to(camera, np.array(PLACE), 1e-9).distance == pytest.approx(cameras.NEAREST_M)
    assert cameras.zoom_to(camera, np.array(PLACE), 1e9).distance == pytest.approx(cameras.FARTHEST_M)


@given(views, pixels, pixels)
def test_that_panning_brings_the_ground_under_the_cursor(
    camera: Camera, start: tuple[float, float], end: tuple[float, float]
) -> None:
    a, b = (cameras.ground_point(camera, *p, SIZE) for p in (start, end))
    if (
        a is None
        or b is None
        or max(np.linalg.norm(a - camera.focus), np.linalg.norm(b - camera.focus)) > 3.9 * camera.distance
    ):
        return
    assert pixel_of(cameras.pan(camera, start, end, SIZE), a) == pytest.approx(np.array(end), abs=0.05)


def test_that_panning_near_the_horizon_never_leaps() -> None:
    """A tilted camera makes moving crawl or leap elsewhere: this does not happen here.

    https://github.com/qgis/QGIS/issues/60797
    """
    camera = Camera(PLACE, 1000.0, 0.0, 3.0)
    moved = cameras.pan(camera, (640, 304), (640, 374), SIZE)
    assert np.linalg.norm(np.array(moved.focus) - PLACE) < 500


def test_that_orbiting_never_takes_the_eye_under_the_ground() -> None:
    camera = Camera(PLACE, 60.0, 0.0, 10.0)
    for _ in range(50):
        camera = cameras.orbit_about(camera, np.array(PLACE), 3.0, -4.0)
    assert camera.eye()[2] >= cameras.EYE_ABOVE_GROUND_M - 1e-6


@pytest.mark.parametrize("pitch", [90.0, 45.0, 20.0])
def test_that_fit_shows_all_of_the_bounds_and_not_much_more(pitch: float) -> None:
    bounds = (410_000.0, 5_540_000.0, 412_000.0, 5_541_000.0)
    camera = cameras.fit(Camera(pitch_deg=pitch, heading_deg=30.0), bounds, SIZE)
    corners = np.array([[x, y, 0.0] for x in bounds[::2] for y in bounds[1::2]])
    seen, depth = cameras.project(camera, corners, SIZE)
    assert (depth > 0).all()
    share = np.abs(seen / SIZE - 0.5).max()
    assert 0.42 < share <= 0.5


def test_that_a_flight_begins_and_ends_exactly_and_takes_the_short_way_round() -> None:
    a, b = Camera(PLACE, 100.0, 350.0), Camera((410_500.0, 5_540_300.0, 0.0), 900.0, 10.0, 60.0)
    assert cameras.between(a, b, 0.0) == a
    end = cameras.between(a, b, 1.0)
    assert end.distance == b.distance
    assert np.array(end.focus) == pytest.approx(np.array(b.focus))
    middle = cameras.between(a, b, 0.5)
    assert min(middle.heading_deg, 360 - middle.heading_deg) < 1e-6
    assert 0.2 < cameras.flight_s(a, b) <= 1.4


def test_that_top_and_north_change_only_what_they_say() -> None:
    camera = Camera(PLACE, 500.0, 77.0, 33.0)
    assert cameras.top(camera) == Camera(PLACE, 500.0, 77.0, 90.0)
    assert cameras.north(camera) == Camera(PLACE, 500.0, 0.0, 33.0)


def test_that_walking_keeps_the_eye_at_its_height() -> None:
    camera = Camera(PLACE, 30.0, 45.0, 5.0)
    walked = cameras.walk(camera, 10.0, 2.0, turn_deg=20.0)
    assert walked.eye()[2] == pytest.approx(camera.eye()[2])
    assert np.linalg.norm(walked.eye() - camera.eye()) == pytest.approx(np.hypot(10, 2))
