"""A camera path as a video: every frame drawn for itself by a second Scene, the same each time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.scene.camera import Camera, Size
from vidbudova.scene.encoder import Encoder
from vidbudova.scene.journey import Journey, Stop
from vidbudova.text import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from vidbudova.plugin.result import ResultTable
    from vidbudova.scene.scene import Scene
    from vidbudova.session import Session

FPS = 30
MOST_FRAMES = 100_000
DETAIL = 1.5
"""More than a frame has while a hand moves the view, so that nobody sees levels change."""


def camera_of(row: Mapping[str, Any]) -> Camera:
    """The camera of a row of `views`."""
    return Camera(
        (float(row["focus_x_m"]), float(row["focus_y_m"]), float(row["focus_z_m"])),
        float(row["distance_m"]),
        float(row["heading_deg"]),
        float(row["pitch_deg"]),
        float(row["fov_deg"]),
    )


def numbers_of(camera: Camera) -> dict[str, float]:
    """The fields of a row of `views` for a camera."""
    x, y, z = camera.focus
    return {
        "focus_x_m": x, "focus_y_m": y, "focus_z_m": z, "distance_m": camera.distance,
        "heading_deg": camera.heading_deg, "pitch_deg": camera.pitch_deg, "fov_deg": camera.fov_deg,
    }  # fmt: skip


def journey_of(session: Session, path: str) -> Journey:
    """The journey of a camera path of the project, by its id.

    Raises
    ------
    UserError
        ``path-empty`` where no view is left on it.
    """
    from vidbudova.session import views

    row = session.row("camera_paths", path) or {}
    rows = session.rows("views")
    stops = [
        Stop(camera_of(rows[stop.view]), stop.seconds, stop.hold_s, stop.easing) for stop in views.stops_of(row, rows)
    ]
    if not stops:
        raise UserError("path-empty", name=row.get("name") or path)
    return Journey(stops, bool(row.get("loop")))


def moments(journey: Journey, fps: int) -> Sequence[float]:
    """When the frames of a video are: one at the beginning, one every 1/fps of a second, one at the end."""
    count = int(round(journey.duration_s * fps)) + 1
    if count > MOST_FRAMES:
        raise UserError("value-wrong", value=count, field=_("a video"), reason=_("it has too many frames"))
    return [k / fps for k in range(count)]


def frames(scene: Scene, journey: Journey, fps: int, averaged: int = 1) -> Iterator[NDArray[np.uint8]]:
    """The pictures (h, w, 4) of a journey, bottom row first.

    Each depends on city and camera alone, not on the time that drawing takes.
    """
    scene.results.at(0.0)
    for moment in moments(journey, fps):
        scene.set_camera(journey.at(moment))
        draw_frame(scene, DETAIL, averaged)
        yield scene.window.bottom_up()
        scene.results.advance(1.0 / fps)


def write_video(
    session: Session,
    path: str,
    out: Path,
    size: Size = (1920, 1080),
    fps: int = FPS,
    averaged: int = 1,
    colour_by: str = "damage",
    progress: Callable[[float, str], None] = lambda share, what: None,
    cancelled: Callable[[], bool] = lambda: False,
    result: ResultTable | None = None,
) -> int:
    """Write a camera path as an MP4 file; gives the number of frames. On an error or cancel no file is left.

    result : what an analysis found, shown with its particles moving.
    """
    from vidbudova.scene.still import dressed_scene

    journey = journey_of(session, path)
    count = len(moments(journey, fps))
    scene = dressed_scene(session, size, colour_by, result=result)
    scene.results.play(result is not None)
    try:
        with Encoder(out, size, fps) as encoder:
            for done, frame in enumerate(frames(scene, journey, fps, averaged)):
                if cancelled():
                    raise UserError("export-cancelled", file=out)
                encoder.add(frame)
                progress((done + 1) / count, _("Frame {n} of {count}").format(n=done + 1, count=count))
            encoder.close()
    finally:
        scene.finalize()
    return count


def draw_frame(scene: Scene, detail: float, averaged: int = 1) -> None:
    """Draw a frame that depends on nothing but city and camera, however long it takes."""
    scene.prepare(detail, math.inf, still=averaged > 1)
    if averaged == 1:
        scene.window.draw()
        return
    scene.window.begin_average()
    for _frame in range(averaged):
        scene.refine()
