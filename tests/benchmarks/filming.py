"""A camera path over the city as a 1080p video: frames a second, drawn and encoded."""

from __future__ import annotations

import time
from pathlib import Path

import bench

SECONDS = 4.0
SIZE = (1920, 1080)


def filming(folder: Path) -> list[bench.Row]:
    """Write a video from the overview down into the streets."""
    from vidbudova.scene.camera import Camera
    from vidbudova.scene.video import numbers_of, write_video
    from vidbudova.session import views

    session = bench.opened(folder, copy_as="filming")
    x0, y0, x1, y1 = session.bounds("buildings")
    x, y, wide = (x0 + x1) / 2, (y0 + y1) / 2, max(x1 - x0, y1 - y0)
    cameras = (
        Camera((x, y, 0.0), 1.1 * wide, 20.0, 30.0),
        Camera((x, y, 0.0), 1500.0, 60.0, 28.0),
        Camera((x + 400.0, y, 0.0), 300.0, 110.0, 14.0),
    )
    stops = [
        views.PathStop(views.add_view(session, f"View {k}", numbers_of(camera)), SECONDS / 2)
        for k, camera in enumerate(cameras)
    ]
    path = views.add_path(session, "Path", stops)
    told: list[float] = []
    seconds, frames = bench.timed(
        lambda: write_video(
            session,
            path,
            folder / "film.mp4",
            SIZE,
            progress=lambda share, what: told.append(time.perf_counter()),
        )
    )
    session.close()
    rate = (len(told) - 1) / (told[-1] - told[0])
    return [("video 1080p", f"{rate:.1f} frames a second ({frames} frames, {seconds:.1f} s with loading)")]
