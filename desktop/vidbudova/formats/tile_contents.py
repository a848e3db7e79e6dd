"""The binary contents of tiles: b3dm, i3dm, cmpt, pnts, GLB; after the specification of 3D Tiles 1.0."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vidbudova.formats.facets import Floats
from vidbudova.formats.gltf_document import MAGIC, Unsound

MOST_INNER = 1000
MOST_INSTANCES = 200_000


@dataclass(slots=True)
class Content:
    """A glTF document (or where it is) and the matrices it is placed with; or only points."""

    gltf: bytes = b""
    uri: str = ""
    placed: list[Floats] = field(default_factory=lambda: [np.eye(4)])
    points: bool = False


def contents(raw: bytes, depth: int = 0) -> Iterator[Content]:
    """What a tile's file holds."""
    magic = raw[:4]
    if magic == MAGIC or raw[:1] == b"{":
        yield Content(raw)
    elif magic == b"b3dm":
        yield _b3dm(raw)
    elif magic == b"i3dm":
        yield _i3dm(raw)
    elif magic == b"pnts":
        yield Content(points=True)
    elif magic == b"cmpt":
        yield from _inner(raw, depth)
    else:
        raise Unsound(f"{magic!r} is no tile")


def _inner(raw: bytes, depth: int) -> Iterator[Content]:
    if depth > 8 or len(raw) < 16:
        raise Unsound("cmpt")
    (count,) = struct.unpack_from("<I", raw, 12)
    at = 16
    for _k in range(min(count, MOST_INNER)):
        if at + 12 > len(raw):
            raise Unsound("cmpt")
        (size,) = struct.unpack_from("<I", raw, at + 8)
        if size < 12 or at + size > len(raw):
            raise Unsound("cmpt")
        yield from contents(raw[at : at + size], depth + 1)
        at += size


def _tables(raw: bytes, head: int) -> tuple[dict[str, Any], bytes, int]:
    """The feature table and where the rest begins."""
    if len(raw) < head:
        raise Unsound("its head is cut off")
    version, total, feature_json, feature_bytes, batch_json, batch_bytes = struct.unpack_from("<6I", raw, 4)
    rest = head + feature_json + feature_bytes + batch_json + batch_bytes
    if version != 1 or rest > len(raw) or total > len(raw):
        raise Unsound("its head says more than it holds")
    try:
        said = json.loads(raw[head : head + feature_json] or b"{}")
    except (ValueError, RecursionError) as error:
        raise Unsound(str(error)) from None
    return said if isinstance(said, dict) else {}, raw[head + feature_json : head + feature_json + feature_bytes], rest


def _b3dm(raw: bytes) -> Content:
    said, data, rest = _tables(raw, 28)
    centre = _column(said, data, "RTC_CENTER", 1, 3)
    return Content(raw[rest:], placed=[_at(centre[0])] if centre is not None else [np.eye(4)])


def _i3dm(raw: bytes) -> Content:
    said, data, rest = _tables(raw, 32)
    (form,) = struct.unpack_from("<I", raw, 28)
    count = said.get("INSTANCES_LENGTH")
    if type(count) is not int or not 0 <= count <= MOST_INSTANCES:
        raise Unsound("INSTANCES_LENGTH")
    places = _column(said, data, "POSITION", count, 3)
    if places is None:
        places = _quantized(said, data, count)
    centre = _column(said, data, "RTC_CENTER", 1, 3)
    shift = np.zeros(3) if centre is None else centre[0]
    turns = _turns(said, data, count, places + shift)
    scale = _column(said, data, "SCALE_NON_UNIFORM", count, 3)
    one = _column(said, data, "SCALE", count, 1)
    scale = scale if scale is not None else np.repeat(one, 3, axis=1) if one is not None else np.ones((count, 3))
    placed = []
    for k in range(count):
        matrix = _at(places[k] + shift)
        matrix[:3, :3] = turns[k] * scale[k]
        placed.append(matrix)
    if form == 0:
        return Content(uri=raw[rest:].decode("utf-8", "replace").strip("\0 "), placed=placed)
    return Content(raw[rest:], placed=placed)


def _quantized(said: dict[str, Any], data: bytes, count: int) -> Floats:
    offset, scale = (_column(said, data, f"QUANTIZED_VOLUME_{name}", 1, 3) for name in ("OFFSET", "SCALE"))
    raw = _column(said, data, "POSITION_QUANTIZED", count, 3, "<u2")
    if offset is None or scale is None or raw is None:
        raise Unsound("POSITION")
    return np.asarray(offset + raw * scale / 65535.0)


def _turns(said: dict[str, Any], data: bytes, count: int, places: Floats) -> Floats:
    """(n, 3, 3) of each instance: as told by its up and right, or upright where it stands on the earth."""
    up, right = (_column(said, data, f"NORMAL_{name}", count, 3) for name in ("UP", "RIGHT"))
    if up is None or right is None:
        if not said.get("EAST_NORTH_UP"):
            return np.tile(np.eye(3), (count, 1, 1))
        up = places / np.maximum(np.linalg.norm(places, axis=1), 1e-9)[:, None]
        right = np.column_stack([-places[:, 1], places[:, 0], np.zeros(count)])
        right /= np.maximum(np.linalg.norm(right, axis=1), 1e-9)[:, None]
        # the model is y up turned to z up: its own north is y, its up z
        return np.stack([right, np.cross(up, right), up], axis=2)
    return np.stack([right, -np.cross(right, up), up], axis=2)


def _column(said: dict[str, Any], data: bytes, name: str, count: int, wide: int, kind: str = "<f4") -> Floats | None:
    """Values (count, wide) of a feature table, in its JSON or its bytes."""
    found = said.get(name)
    if found is None:
        return None
    if isinstance(found, dict):
        at = found.get("byteOffset")
        size = count * wide * np.dtype(kind).itemsize
        if type(at) is not int or not 0 <= at <= len(data) - size:
            raise Unsound(name)
        return np.frombuffer(data, kind, count * wide, at).astype(np.float64).reshape(count, wide)
    flat = np.array(found if isinstance(found, list) else [np.nan], dtype=np.float64).ravel()
    if flat.size != count * wide or not np.isfinite(flat).all():
        raise Unsound(name)
    return np.asarray(flat.reshape(count, wide))


def _at(place: Floats) -> Floats:
    matrix = np.eye(4)
    matrix[:3, 3] = place
    return matrix
