"""A terrain of 4096 × 4096 heights with imagery of as many pixels: opening it, moving over it, picking it."""

from __future__ import annotations

import io
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE, CELL_M = 4096, 5.0
WEST, NORTH = 400_000.0, 5_600_000.0
SIZE = (1280, 720)
FRAMES, STEP_DEG = 90, 0.5


def terrain(folder: Path) -> list[tuple[str, str]]:
    """Rows of the table: frames are medians while the camera turns, of a picture that was whole before."""
    from vidbudova.formats import arrays
    from vidbudova.scene import base_files
    from vidbudova.scene.city import City
    from vidbudova.scene.relief import Relief
    from vidbudova.scene.scene import Scene

    heights, pictures = _heights_file(folder / "heights"), _pictures_file(folder / "pictures")
    begin = time.perf_counter()
    relief = Relief([base_files.heights(arrays.open_arrays(heights))])
    sheet = base_files.sheet(arrays.open_arrays(pictures))
    x, y = WEST + SIDE * CELL_M / 2, NORTH - SIDE * CELL_M / 2
    scene = Scene(SIZE)
    scene.ground_kind = "imagery"
    scene.set_city(City(bounds=(x - 5000, y - 5000, x + 5000, y + 5000), relief=relief, imagery=(sheet,)))
    scene.set_camera(_views(x, y, relief.at(x, y))["overview"])
    scene.render("moving")
    rows = [(f"terrain {SIDE}² + imagery: first picture", f"{time.perf_counter() - begin:.2f} s")]
    for name, camera in _views(x, y, relief.at(x, y)).items():
        whole_s, turning, onward = _moving(scene, camera)
        rows.append(
            (f"terrain {SIDE}² + imagery: {name}", f"turning {turning}, onward {onward}, whole {whole_s:.1f} s")
        )
    rows.append(("terrain: pick the ground", _picks(scene)))
    scene.finalize()
    return rows


def _views(x: float, y: float, ground: float) -> dict[str, Any]:
    from vidbudova.scene.camera import Camera

    return {
        "overview": Camera((x, y, ground), 12_000, 20, 24),
        "district": Camera((x, y, ground), 900, 20, 28),
        "street": Camera((x, y, ground), 170, 40, 12),
        "walking": Camera((x, y, ground + 1.7), 40, 20, 1.5),
    }


def _moving(scene: Any, camera: Any) -> tuple[float, str, str]:
    """Seconds until the picture is whole, frame times while the camera turns a little, and while it goes on and on."""
    scene.set_camera(camera)
    begin = time.perf_counter()
    scene.render("still")
    while scene.incomplete:
        scene.render("still")
    whole_s = time.perf_counter() - begin
    turning = [_frame(scene, replace(camera, heading_deg=camera.heading_deg + 0.2 * (k % 30))) for k in range(FRAMES)]
    x, y, z = camera.focus
    step = 0.01 * camera.distance
    onward = [_frame(scene, replace(camera, focus=(x + k * step, y + k * step, z))) for k in range(FRAMES)]
    return whole_s, _ms(turning), _ms(onward)


def _frame(scene: Any, camera: Any) -> float:
    scene.set_camera(camera)
    begin = time.perf_counter()
    scene.render("moving")
    return time.perf_counter() - begin


def _picks(scene: Any) -> str:
    found = []
    for k in range(200):
        begin = time.perf_counter()
        scene.ground_point(20.0 + 6.0 * k, 400.0 + (37 * k) % 300)
        found.append(time.perf_counter() - begin)
    return _ms(found)


def _ms(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"p50 {statistics.median(ordered) * 1e3:.1f} ms, p90 {ordered[int(0.9 * len(ordered))] * 1e3:.1f} ms"


def _rolling(seed: int = 3) -> NDArray[np.float32]:
    """Hills of all sizes."""
    from PIL import Image

    rng, z, high, knots = np.random.default_rng(seed), np.full((SIDE, SIDE), 400.0, np.float32), 160.0, 4
    while knots <= SIDE // 4:
        noise = Image.fromarray(rng.normal(0, 1, (knots + 1, knots + 1)).astype(np.float32))
        z += high * np.asarray(noise.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        high, knots = high / 2, knots * 2
    return z


def _heights_file(path: Path) -> Path:
    from vidbudova.formats import arrays

    z = _rolling()
    meta = {"x0": WEST, "y0": NORTH, "cell_m": CELL_M, "crs": "EPSG:32636", "height_datum": ""}
    arrays.write(path, {"heights": z, "void": np.zeros(z.shape, np.uint8)}, meta)
    return path


def _pictures_file(path: Path) -> Path:
    """As sharp everywhere as a photograph: noise over colours."""
    from PIL import Image

    from vidbudova.formats import arrays

    rng = np.random.default_rng(5)
    grain = rng.integers(0, 40, (SIDE, SIDE, 1), np.uint8)
    image = Image.fromarray(np.array([90, 120, 70], np.uint8) + grain)
    tiles, index, level = bytearray(), [], 0
    while True:
        for row in range(-(-image.height // 256)):
            for column in range(-(-image.width // 256)):
                packed, x, y = io.BytesIO(), 256 * column, 256 * row
                image.crop((x, y, x + 256, y + 256)).save(packed, "JPEG", quality=80)
                index.append((level, row, column, len(tiles), packed.tell()))
                tiles += packed.getvalue()
        if image.width <= 256:
            break
        image, level = image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX), level + 1
    meta = {
        "x0": WEST - CELL_M / 2, "y0": NORTH + CELL_M / 2, "pixel_m": CELL_M, "levels": level + 1,
        "width": SIDE, "height": SIDE, "crs": "EPSG:32636",
    }  # fmt: skip
    found = {"tiles": np.frombuffer(bytes(tiles), np.uint8), "index": np.array(index, np.int64)}
    arrays.write(path, found, meta)
    return path
