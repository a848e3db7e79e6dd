"""Looking at the horizon costs no more than a little more than looking down."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from vidbudova.scene import city as cities
from vidbudova.scene.camera import Camera, fit
from vidbudova.scene.scene import Scene
from vidbudova.scene.video import draw_frame
from vidbudova.session import Session
from vidbudova.session.sample import make_sample
from vidbudova.store.project import open_project

SIZE = (640, 360)


def frame_s(scene: Scene, camera: Camera) -> float:
    """The usual time of a frame while the camera turns; the first ones make what is seen for the first time."""
    times = []
    for turn in range(12):
        scene.set_camera(replace(camera, heading_deg=camera.heading_deg + turn))
        began = time.perf_counter()
        scene.render("moving")
        scene.image()
        times.append(time.perf_counter() - began)
    return median(times[4:])


def triangles(scene: Scene, camera: Camera) -> int:
    """How many are given to the renderers for one frame, all that is near enough made in full."""
    scene.set_camera(camera)
    draw_frame(scene, detail=1.0)
    actors = [actor for renderer in scene.window.renderers for actor in renderer.GetActors() if actor.GetVisibility()]
    return sum(actor.GetMapper().GetInput().GetNumberOfPolys() for actor in actors)


def test_that_a_tilted_camera_does_not_make_moving_crawl(tmp_path: Path) -> None:
    """A camera near the horizon makes navigation crawl elsewhere: this does not happen here.

    https://github.com/qgis/QGIS/issues/60797
    """
    session = Session(open_project(make_sample(tmp_path / "City.vbp.gpkg", buildings=600, seed=2)), "Test")
    scene = Scene(SIZE)
    try:
        city = cities.load(session)
        scene.set_city(city)
        down = fit(Camera(pitch_deg=60.0), city.bounds, SIZE)
        x0, y0, x1, y1 = city.bounds
        horizon = Camera(((x0 + x1) / 2, y0, 0.0), 250.0, 0.0, 3.0)
        assert frame_s(scene, horizon) < 3 * frame_s(scene, down) + 0.05
        assert 1000 < triangles(scene, horizon) < 2 * triangles(scene, down)
    finally:
        scene.finalize()
        session.close()
