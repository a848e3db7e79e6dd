"""Four fixed views: what a frame costs while the camera moves, and how like the full picture it is.

The full picture has every building at its finest form with its shadow, in a picture twice as wide and high; both are
compared after a mean of 8 × 8 pixels of the smaller one.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.camera import Camera, orbit_about
from vidbudova.scene.city import City, load
from vidbudova.scene.framing import home
from vidbudova.scene.scene import Scene
from vidbudova.scene.video import draw_frame

Row = tuple[str, str]
SIZE = (1280, 720)
BLOCK = 8
WARM, FRAMES = 45, 40
CHUNK_TRIANGLES = 1_500_000
EYE_M = 1.7
REPEATS = 7
RESTS = 60


def views(city: City) -> dict[str, Camera]:
    """The whole city, a district of it, a street from above the roofs, and a walk along it."""
    middle = np.median(city.table("buildings").xy, axis=0)
    roads = city.table("roads")
    starts = roads.xy[roads.part_offsets[:-1]]
    nearest = int(np.hypot(*(starts - middle).T).argmin())
    a, b = roads.xy[roads.part_offsets[nearest]], roads.xy[roads.part_offsets[nearest] + 1]
    way = (b - a) / np.linalg.norm(b - a)
    heading = math.degrees(math.atan2(way[0], way[1])) % 360.0
    on_road, ahead = (a + b) / 2, (a + b) / 2 + way * 40.0
    fall = 40.0 * math.tan(math.radians(1.0))
    return {
        "overview": home(city, SIZE),
        "district": Camera((float(middle[0]), float(middle[1]), 0.0), 1600.0, 22.0, 28.0),
        "street": Camera((float(on_road[0]), float(on_road[1]), 0.0), 260.0, heading, 12.0),
        "walking": Camera((float(ahead[0]), float(ahead[1]), EYE_M - fall), math.hypot(40.0, fall), heading, 1.0, 60.0),
    }


def moved(camera: Camera, step: float) -> Camera:
    """A little on its way: round its focus, or looking aside from where it stands."""
    if camera.distance < 100.0:
        return replace(camera, heading_deg=(camera.heading_deg + 0.3 * step) % 360.0)
    return orbit_about(camera, np.array(camera.focus), 0.3 * step, 0.0)


def frame_s(scene: Scene, camera: Camera) -> list[float]:
    """Seconds of each frame of a slow move that ends at the camera itself and begins where somebody looked."""
    found = []
    scene.set_camera(moved(camera, 1 - WARM - FRAMES))
    for _ in range(RESTS):
        scene.render("still")
        if not scene.incomplete:
            break
    for k in range(WARM + FRAMES):
        scene.set_camera(moved(camera, k - WARM - FRAMES + 1))
        began = time.perf_counter()
        scene.render("moving")
        scene.image()
        found.append(time.perf_counter() - began)
    return found[WARM:]


def whole(city: City, cameras: dict[str, Camera], dress: Any = None) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """The full picture of each view as block means."""
    scene = Scene((2 * SIZE[0], 2 * SIZE[1]))
    scene.set_city(city)
    if dress is not None:
        dress(scene)
    for name, camera in cameras.items():
        scene.set_camera(camera)
        yield name, blocks(_in_chunks(scene), 2 * BLOCK)
    scene.finalize()


def _in_chunks(scene: Scene) -> NDArray[np.uint8]:
    """A picture with every building in view in its full form, drawn over itself until all are in it."""
    buildings, window = scene.buildings, scene.window
    assert buildings is not None
    usual = buildings.place
    leaves = np.arange(len(buildings.leaves))
    seen = leaves[_view(scene).sees(buildings.leaves.bounds, buildings.leaves.top_m)]
    for part in np.split(seen, np.flatnonzero(np.diff(np.cumsum(buildings.weight[seen]) // CHUNK_TRIANGLES)) + 1):
        buildings.place = lambda *_a, part=part, **_k: buildings.show_whole(part)  # type: ignore[method-assign]
        draw_frame(scene, 1.0)
        window.flat.EraseOff()
        window.body.EraseOff()
        window.flat.DrawOff()
        buildings.clear()
    picture = scene.image()
    window.flat.EraseOn()
    window.body.EraseOn()
    window.flat.DrawOn()
    buildings.place = usual  # type: ignore[method-assign]
    return picture


def _view(scene: Scene) -> Any:
    from vidbudova.scene.tiles import View

    return View(scene.local(scene.camera), scene.size)


def blocks(picture: NDArray[np.uint8], edge: int) -> NDArray[np.float64]:
    """Means of edge × edge pixels."""
    height, width = (n - n % edge for n in picture.shape[:2])
    cut = picture[:height, :width].astype(np.float64)
    return cut.reshape(height // edge, edge, width // edge, edge, 3).mean((1, 3))


def likeness_db(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Peak signal to noise ratio of block means."""
    error = float(((a - b) ** 2).mean())
    return 99.0 if error == 0 else 10 * math.log10(255.0**2 / error)


def recolouring_s(scene: Scene, rows: Any) -> float:
    """Seconds until these buildings are seen in other colours, usually."""
    rng, found = np.random.default_rng(3), []
    for _ in range(REPEATS):
        rgb = rng.integers(0, 255, (len(scene.solids) if isinstance(rows, slice) else 1, 3), np.uint8)
        began = time.perf_counter()
        if isinstance(rows, slice):
            scene.set_building_colours(rgb)
        else:
            scene.recolour(rows, rgb)
        scene.render("moving")
        scene.image()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def picking_s(scene: Scene, picks: int = 200) -> float:
    """Seconds of a pick, usually."""
    found = []
    for k in range(picks):
        began = time.perf_counter()
        scene.pick(37 * k % SIZE[0], 91 * k % SIZE[1])
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def measured(city: City, compare: bool = True) -> list[Row]:
    """The rows of the table for a city."""
    cameras = views(city)
    scene = Scene(SIZE)
    scene.set_city(city)
    rows, pictures = [], {}
    for name, camera in cameras.items():
        seconds = frame_s(scene, camera)
        pictures[name] = blocks(scene.image(), BLOCK)
        rows.append((f"frame while moving: {name}", f"{statistics.median(seconds) * 1e3:.1f} ms"))
        one = recolouring_s(scene, [0])
        every = recolouring_s(scene, slice(None))
        plain = np.tile(np.round(np.array(scene.theme["building"]) * 255).astype(np.uint8), (len(scene.solids), 1))
        scene.set_building_colours(plain)
        rows.append((f"recolour one, all: {name}", f"{one * 1e3:.0f} ms, {every * 1e3:.0f} ms"))
        rows.append((f"pick: {name}", f"{picking_s(scene) * 1e3:.2f} ms"))
    scene.finalize()
    for name, picture in whole(city, cameras) if compare else ():
        rows.append((f"likeness to the full picture: {name}", f"{likeness_db(pictures[name], picture):.1f} dB"))
    return rows


def main(path: Path) -> list[Row]:
    """The rows for a project."""
    from vidbudova.session import Session
    from vidbudova.store.project import open_project

    session = Session(open_project(path), "bench")
    city = load(session)
    session.close()
    return measured(city)


if __name__ == "__main__":
    import sys

    for title, value in main(Path(sys.argv[1])):
        print(f"{title:<44}  {value}")
