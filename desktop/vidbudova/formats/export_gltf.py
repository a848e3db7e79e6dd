"""glTF 2.0: buildings as one mesh a square, Y up, each with a feature id and a table of what it is.

After the Khronos specification, with EXT_mesh_features and EXT_structural_metadata for the ids.
"""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.formats.bodies import Bodies, Body, triangles
from vidbudova.formats.facets import GROUND, INTERIOR, Floats

CELL_M = 4096.0
"""A node for each square of this size, so that float32 stays true to a quarter of a millimetre."""
FLOAT, UBYTE = 5126, 5121
GENERATOR = "Vidbudova"
COLUMNS = {"id": "STRING", "name": "STRING", "damage_reading": "STRING", "height_m": "FLOAT64", "use": "STRING"}


@dataclass(slots=True)
class Buffer:
    """Bytes with their views and accessors."""

    data: bytearray = field(default_factory=bytearray)
    views: list[dict[str, Any]] = field(default_factory=list)
    accessors: list[dict[str, Any]] = field(default_factory=list)

    def view(self, raw: bytes, align: int = 8) -> int:
        """The number of a view of these bytes."""
        self.data += b"\0" * (-len(self.data) % align)
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": max(len(raw), 1)})
        self.data += raw or b"\0"
        return len(self.views) - 1

    def accessor(self, values: NDArray[Any], kind: str, component: int, **more: Any) -> int:
        """The number of an accessor of an array."""
        view = self.view(np.ascontiguousarray(values).tobytes(), 4)
        self.views[view]["target"] = 34962
        said = {"bufferView": view, "componentType": component, "count": len(values), "type": kind}
        self.accessors.append(said | more)
        return len(self.accessors) - 1


def binary(path: Path, bodies: Bodies) -> None:
    """GLB: everything in one file."""
    said, data = document(bodies)
    path.write_bytes(glb(said, data))


def text(path: Path, bodies: Bodies) -> None:
    """glTF as one JSON file with the bytes inside."""
    said, data = document(bodies)
    said["buffers"][0]["uri"] = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    path.write_text(json.dumps(said, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def glb(said: dict[str, Any], data: bytes) -> bytes:
    """The two chunks of a GLB file."""
    head = json.dumps(said, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    data += b"\0" * (-len(data) % 8)
    total = 12 + 8 + len(head) + 8 + len(data)
    chunks = struct.pack("<II", len(head), 0x4E4F534A) + head + struct.pack("<II", len(data), 0x004E4942) + data
    return struct.pack("<III", 0x46546C67, 2, total) + chunks


def document(bodies: Bodies) -> tuple[dict[str, Any], bytes]:
    """The JSON and the bytes of a file of its own, about an origin that the JSON names."""
    cells = _cells(bodies.listed)
    origin = np.array([*(np.mean(list(cells), axis=0) + 0.5) * CELL_M, 0.0]) if cells else np.zeros(3)
    buffer = Buffer()
    nodes: list[dict[str, Any]] = []
    meshes: list[dict[str, Any]] = []
    for cell, listed in sorted(cells.items()):
        middle = np.array([(cell[0] + 0.5) * CELL_M, (cell[1] + 0.5) * CELL_M, 0.0])
        mesh = mesh_of(buffer, listed, lambda xyz, middle=middle: xyz - middle, len(meshes))
        if mesh is not None:
            shift = middle - origin
            nodes.append({"mesh": len(meshes), "translation": [shift[0], shift[2], -shift[1]]})
            meshes.append(mesh)
    tables = [table_of(buffer, listed) for _cell, listed in sorted(cells.items())]
    said = assembled(buffer, nodes, meshes, tables)
    said["asset"]["extras"] = {"crs": bodies.crs, "origin": origin.tolist(), "heights": bodies.datum}
    return said, bytes(buffer.data)


def _cells(listed: list[Body]) -> dict[tuple[int, int], list[Body]]:
    found: dict[tuple[int, int], list[Body]] = {}
    for body in listed:
        if body.footprint is not None and not body.footprint.is_empty:
            x, y = body.footprint.bounds[:2]
            found.setdefault((int(np.floor(x / CELL_M)), int(np.floor(y / CELL_M))), []).append(body)
    return found


def mesh_of(buffer: Buffer, listed: list[Body], local: Any, table: int) -> dict[str, Any] | None:
    """One mesh of some buildings; `local` makes places of the project into east, north, up about a near origin."""
    parts = [_faces(body) for body in listed]
    count = np.array([len(part) for part in parts])
    if not count.sum():
        return None
    corners = local(np.concatenate(parts).reshape(-1, 3)).reshape(-1, 3, 3)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    lost = np.abs(normal).sum(axis=1) < 0.5
    normal[lost] = (0.0, 0.0, 1.0)
    places = y_up(corners.reshape(-1, 3)).astype(np.float32)
    colour = np.array([(*body.rgb, 255) for body in listed], np.uint8)
    number = np.repeat(np.arange(len(listed)), 3 * count)
    attributes = {
        "POSITION": buffer.accessor(
            places, "VEC3", FLOAT, min=places.min(axis=0).tolist(), max=places.max(axis=0).tolist()
        ),
        "NORMAL": buffer.accessor(y_up(np.repeat(normal, 3, axis=0)).astype(np.float32), "VEC3", FLOAT),
        "COLOR_0": buffer.accessor(linear(colour)[number], "VEC4", UBYTE, normalized=True),
        "_FEATURE_ID_0": buffer.accessor(number.astype(np.float32), "SCALAR", FLOAT),
    }
    features = {"featureIds": [{"featureCount": len(listed), "attribute": 0, "propertyTable": table}]}
    return {
        "primitives": [
            {"attributes": attributes, "material": 0, "mode": 4, "extensions": {"EXT_mesh_features": features}}
        ]
    }


def _faces(body: Body) -> Floats:
    corners, surface = triangles(body)
    keep = surface != INTERIOR if body.corners is None else (surface != INTERIOR) & (surface != GROUND)
    return np.asarray(corners[keep])


def y_up(xyz: Floats) -> Floats:
    """East, north, up -> x, y up, z to the south."""
    return np.column_stack([xyz[:, 0], xyz[:, 2], -xyz[:, 1]])


def linear(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours of vertices are linear light in glTF. After IEC 61966-2-1."""
    share = rgba / 255.0
    made = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    made[:, 3] = share[:, 3]
    return np.round(made * 255).astype(np.uint8)


def table_of(buffer: Buffer, listed: list[Body]) -> dict[str, Any]:
    """A property table: a row for each building of a mesh."""
    properties: dict[str, Any] = {}
    for name, kind in COLUMNS.items():
        values = [body.id if name == "id" else body.attributes.get(name) for body in listed]
        if kind == "FLOAT64":
            said = np.array([np.nan if v is None else float(v) for v in values])
            properties[name] = {"values": buffer.view(np.nan_to_num(said, nan=-1.0).tobytes())}
            continue
        raw = [("" if v is None else str(v)).encode() for v in values]
        ends = np.cumsum([0, *(len(one) for one in raw)]).astype(np.uint32)
        properties[name] = {
            "values": buffer.view(b"".join(raw)),
            "stringOffsets": buffer.view(ends.tobytes()),
            "stringOffsetType": "UINT32",
        }
    return {"class": "building", "count": len(listed), "properties": properties}


def assembled(
    buffer: Buffer, nodes: list[dict[str, Any]], meshes: list[dict[str, Any]], tables: list[dict[str, Any]]
) -> dict[str, Any]:
    """The JSON around meshes."""
    schema = {name: _described(kind) for name, kind in COLUMNS.items()}
    said: dict[str, Any] = {"asset": {"version": "2.0", "generator": GENERATOR}, "scene": 0}
    said["scenes"] = [{"nodes": list(range(len(nodes)))}] if nodes else [{}]
    if not nodes:
        return said
    metadata = {
        "schema": {"id": "vidbudova", "classes": {"building": {"properties": schema}}},
        "propertyTables": tables,
    }
    material = {"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.9}, "doubleSided": True}
    return said | {
        "nodes": nodes, "meshes": meshes, "materials": [material],
        "accessors": buffer.accessors, "bufferViews": buffer.views, "buffers": [{"byteLength": len(buffer.data)}],
        "extensionsUsed": ["EXT_mesh_features", "EXT_structural_metadata"],
        "extensions": {"EXT_structural_metadata": metadata},
    }  # fmt: skip


def _described(kind: str) -> dict[str, Any]:
    return {"type": "STRING"} if kind == "STRING" else {"type": "SCALAR", "componentType": kind, "noData": -1.0}
