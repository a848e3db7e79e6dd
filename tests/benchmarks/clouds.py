"""A made-up scan of a city, and what it costs to bring it in and to move through it.

python tests/benchmarks/clouds.py make FILE.laz [POINTS]
python tests/benchmarks/clouds.py measure FILE.laz
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from pyproj import CRS as CRS_OF

CRS = "EPSG:32637"
SIDE_M = 4000.0
BLOCK_M = 80.0
WEST, SOUTH = 398_000.0, 5_216_000.0
BATCH = 2_000_000
FRAMES = 40


def make(path: Path, points: int, seed: int = 1) -> None:
    """Write a scan: rolling ground, houses with walls and roofs, trees, in the classes and colours of each."""
    import laspy

    header = laspy.LasHeader(point_format=7, version="1.4")
    header.scales, header.offsets = np.full(3, 0.001), np.array([WEST, SOUTH, 0.0])
    header.add_crs(CRS_OF.from_user_input(CRS))
    rng = np.random.default_rng(seed)
    with laspy.open(path, "w", header=header, laz_backend=laspy.LazBackend.LazrsParallel) as out:
        for begin in range(0, points, BATCH):
            out.write_points(_strip(rng, header, begin, min(BATCH, points - begin), points))


def _strip(rng: np.random.Generator, header: object, begin: int, count: int, points: int) -> object:
    """The points of one flight strip, from west to east."""
    import laspy

    record = laspy.ScaleAwarePointRecord.zeros(count, header=header)
    x = (begin + rng.random(count) * count) / points * SIDE_M
    y = rng.random(count) * SIDE_M
    ground = 40 + 15 * np.sin(x / 700) + 10 * np.cos(y / 900)
    u, v = x % BLOCK_M, y % BLOCK_M
    plot = (x // BLOCK_M * 73_856_093 + y // BLOCK_M * 19_349_663).astype(np.int64)
    floors = 2 + plot % 9
    roof = (u > 15) & (u < 55) & (v > 15) & (v < 40)
    wall = roof & ((u < 16) | (u > 54) | (v < 16) | (v > 39))
    tree = ~roof & (rng.random(count) < 0.12) & (v > 55)
    above = np.where(roof, floors * 3.0, 0.0)
    above = np.where(wall, above * rng.random(count), np.where(tree, 8 * rng.random(count), above))
    record.x, record.y, record.z = WEST + x, SOUTH + y, ground + above + rng.normal(0, 0.03, count)
    record.classification = np.where(roof, 6, np.where(tree, 5, 2)).astype(np.uint8)
    shade = rng.integers(-12, 12, count)
    colours = np.where(roof[:, None], [176, 120, 98], np.where(tree[:, None], [86, 120, 70], [150, 145, 132]))
    for band, name in enumerate(("red", "green", "blue")):
        record[name] = (np.clip(colours[:, band] + shade, 0, 255) * 257).astype(np.uint16)
    record.intensity = (np.where(tree, 9000, 20_000) + 500 * shade).astype(np.uint16)
    return record


def measure(path: Path) -> dict[str, float]:
    """Bring a scan in, and move through it."""
    from vidbudova.formats import reading, watching

    found: dict[str, float] = {}
    most = 0.0
    resident = watching.resident_mb

    def watched(pid: int) -> float:
        nonlocal most
        most = max(most, taken := resident(pid))
        return taken

    watching.resident_mb = watched
    with tempfile.TemporaryDirectory() as folder:
        begin = perf_counter()
        staging = Path(folder) / "staging.sqlite"
        report = reading.read(path, project_crs=CRS, staging=staging)
        found |= {"points": report["kept"], "import_s": perf_counter() - begin, "import_memory_mb": most}
        found |= frames(next(staging.with_name(staging.name + ".files").iterdir()))
    return {name: round(value, 1) for name, value in found.items()}


def frames(path: Path) -> dict[str, float]:
    """Milliseconds a frame while the camera turns (medians), and the points of the last one."""
    from vidbudova.formats import arrays
    from vidbudova.scene.camera import Camera
    from vidbudova.scene.city import City
    from vidbudova.scene.cloud import opened
    from vidbudova.scene.scene import Scene

    cloud = opened("cloud", "cloud", "layer", arrays.open_arrays(path))
    scene = Scene((1280, 720))
    found: dict[str, float] = {}
    begin = perf_counter()
    scene.set_city(City(bounds=cloud.bounds, clouds=(cloud,)))
    west, south, east, north = cloud.bounds
    middle, side = ((west + east) / 2, (south + north) / 2, 0.0), max(east - west, north - south)
    for view, distance, pitch in (("overview", 1.4, 35), ("district", 0.35, 30), ("street", 0.06, 15)):
        times = []
        for k in range(FRAMES):
            scene.set_camera(Camera(middle, distance * side, 20 + 1.5 * k, pitch))
            begin_frame = perf_counter()
            scene.render("moving")
            times.append((perf_counter() - begin_frame) * 1000)
            found.setdefault("first_picture_s", perf_counter() - begin)
        found[f"{view}_frame_ms"] = statistics.median(times)
        found[f"{view}_points"] = sum(scene.parts["clouds"].made[key].count for key in scene.parts["clouds"].shown)
    scene.finalize()
    return found


def main() -> None:
    """See the module."""
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 50_000_000)
    else:
        sys.stdout.write(json.dumps(measure(Path(sys.argv[2])), indent=1) + "\n")


if __name__ == "__main__":
    main()
