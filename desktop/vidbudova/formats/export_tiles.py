"""3D Tiles 1.1: a quadtree of GLB tiles in EPSG:4978, each exact about a frame of its own.

Heights are written as heights above the ellipsoid; where the project's are above another datum, the tileset says so.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.formats import export_gltf
from vidbudova.formats.bodies import Bodies, Body, triangles
from vidbudova.formats.facets import Floats
from vidbudova.formats.spatial import to_earth
from vidbudova.model import crs as crs_rules

FOLDER = "tiles"
MOST_BODIES = 800
LEAST_M = 60.0
ERROR_SHARE = 0.05
"""What a tile that is not there would be wrong by, as a share of its size."""

Tile = dict[str, Any]


def write(tileset: Path, folder: Path, bodies: Bodies) -> None:
    """The tileset and its tiles in a folder."""
    listed = [b for b in bodies.listed if b.footprint is not None and not b.footprint.is_empty]
    middles = np.array([_middle(body) for body in listed]).reshape(-1, 2)
    if len(listed):
        low, high = middles.min(axis=0), middles.max(axis=0)
        size = float(max(np.ptp(middles, axis=0).max(), 1.0))
        root = _node(bodies, listed, middles, (low + high) / 2, size, folder, "0")
    else:
        root = {"boundingVolume": {"sphere": [0, 0, 0, 1]}, "geometricError": 0.0, "refine": "ADD"}
        size = 0.0
    root["refine"] = "ADD"
    said = {
        "asset": {"version": "1.1", "extras": {"crs": bodies.crs, "heights": bodies.datum or "unknown"}},
        "geometricError": max(size, 1.0),
        "root": root,
    }
    tileset.write_text(json.dumps(said, allow_nan=False), encoding="utf-8")


def _middle(body: Body) -> tuple[float, float]:
    assert body.footprint is not None
    x0, y0, x1, y1 = body.footprint.bounds
    return (x0 + x1) / 2, (y0 + y1) / 2


def _node(
    bodies: Bodies, listed: list[Body], middles: Floats, centre: Floats, size: float, folder: Path, name: str
) -> Tile:
    if len(listed) <= MOST_BODIES or size < LEAST_M:
        return _leaf(bodies, listed, folder, name)
    quarter = (middles[:, 0] >= centre[0]).astype(int) + 2 * (middles[:, 1] >= centre[1]).astype(int)
    children = []
    for k in range(4):
        mine = np.flatnonzero(quarter == k)
        if len(mine):
            shift = np.array([0.25 if k % 2 else -0.25, 0.25 if k > 1 else -0.25]) * size
            some = [listed[n] for n in mine.tolist()]
            children.append(_node(bodies, some, middles[mine], centre + shift, size / 2, folder, f"{name}{k}"))
    regions = np.array([child["boundingVolume"]["region"] for child in children])
    return {
        "boundingVolume": {"region": [*regions[:, [0, 1]].min(axis=0), *regions[:, [2, 3]].max(axis=0),
                                      regions[:, 4].min(), regions[:, 5].max()]},
        "geometricError": ERROR_SHARE * size,
        "refine": "ADD",
        "children": children,
    }  # fmt: skip


def _leaf(bodies: Bodies, listed: list[Body], folder: Path, name: str) -> Tile:
    places = np.concatenate([triangles(body)[0].reshape(-1, 3) for body in listed])
    if not len(places):
        places = np.array([[*_middle(body), body.low_m] for body in listed])
    lon_lat = np.radians(crs_rules.transform(places[:, :2], bodies.crs, crs_rules.WGS84))
    region = [*lon_lat.min(axis=0), *lon_lat.max(axis=0), float(places[:, 2].min()), float(places[:, 2].max())]
    west, south, east, north = (float(v) for v in region[:4])
    frame = frame_at((west + east) / 2, (south + north) / 2, region[4])
    found: Tile = {"boundingVolume": {"region": [float(v) for v in region]}, "geometricError": 0.0}
    buffer = export_gltf.Buffer()

    def local(xyz: Floats) -> Floats:
        return np.asarray((to_earth(xyz, bodies.crs) - frame[:3, 3]) @ frame[:3, :3])

    mesh = export_gltf.mesh_of(buffer, listed, local, 0)
    if mesh is not None:
        table = export_gltf.table_of(buffer, listed)
        said = export_gltf.assembled(buffer, [{"mesh": 0}], [mesh], [table])
        (folder / f"{name}.glb").write_bytes(export_gltf.glb(said, bytes(buffer.data)))
        found |= {"transform": frame.T.ravel().tolist(), "content": {"uri": f"{FOLDER}/{name}.glb"}}
    return found


def frame_at(lon: float, lat: float, height_m: float) -> NDArray[np.float64]:
    """(4, 4) from east, north, up at a place (radians) to EPSG:4978."""
    x, y, z = crs_rules._transformer("EPSG:4979", "EPSG:4978").transform(math.degrees(lon), math.degrees(lat), height_m)
    east = [-math.sin(lon), math.cos(lon), 0.0]
    north = [-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)]
    up = [math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)]
    frame = np.eye(4)
    frame[:3, :3] = np.array([east, north, up]).T
    frame[:3, 3] = (x, y, z)
    return frame
