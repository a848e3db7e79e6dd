"""This program's line in the comparison: from a cold start of its process, on the cameras that the peers have."""

from __future__ import annotations

import json
import statistics
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

STARTED = time.perf_counter()

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bench  # noqa: E402


def main() -> int:
    """Print one JSON object."""
    from vidbudova.scene.camera import Camera

    folder = Path(sys.argv[1])
    views = json.loads((folder / "views.json").read_text())
    cameras = {v["name"]: Camera(tuple(v["focus"]), v["distance"], v["heading"], v["pitch"], v["fov"]) for v in views}
    session = bench.opened(folder)
    scene = bench.shown(session)
    scene.image()
    first = (time.perf_counter() - STARTED) * 1e3
    frames = measured(scene, cameras)
    scene.pick(5, 300)
    spots = [(37 * k * 7 % 1280, 200 + 91 * k % 500) for k in range(100)]
    picks = [bench.timed(partial(scene.pick, *spot))[0] for spot in spots]
    memory = bench.peak_mb()
    scene.set_city(bare(session))
    said = {
        "first_picture_ms": first, "frames": frames, "pick_ms": statistics.median(picks) * 1e3,
        "memory_mb": memory, "version": "vidbudova", "renderer": "VTK",
        "bare_frames": measured(scene, cameras),
    }  # fmt: skip
    scene.finalize()
    session.close()
    print(json.dumps(said))
    return 0


def measured(scene: Any, cameras: dict[str, Any]) -> dict[str, float]:
    """Milliseconds of a moving frame, median of 25, by view."""
    frames = {}
    for name, camera in cameras.items():
        for _settling in range(60):
            scene.set_camera(camera)
            scene.render("moving")
        found = []
        for turn in range(25):
            scene.set_camera(replace(camera, heading_deg=(camera.heading_deg + turn) % 360.0))
            started = time.perf_counter()
            scene.render("moving")
            scene.image()
            found.append(time.perf_counter() - started)
        frames[name] = statistics.median(found) * 1e3
    return frames


def bare(session: Any) -> Any:
    """Buildings alone on level ground: what the peers draw."""
    from vidbudova.scene import city as cities

    whole = cities.load(session)
    return cities.City({"buildings": whole.table("buildings")}, whole.bounds, whole.solids)


if __name__ == "__main__":
    raise SystemExit(main())
