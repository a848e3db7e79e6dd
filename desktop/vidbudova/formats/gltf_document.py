"""A glTF 2.0 document: its JSON, its bytes, its arrays; every number is checked before anything is read with it."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"glTF"
COMPONENTS: dict[int, Any] = {
    5120: np.int8,
    5121: np.uint8,
    5122: np.int16,
    5123: np.uint16,
    5125: np.uint32,
    5126: np.float32,
}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
MOST_JSON = 256 << 20
JSON_CHUNK, BIN_CHUNK = 0x4E4F534A, 0x004E4942

Find = Callable[[str], Path | None]


class Unsound(ValueError):
    """The document contradicts itself or asks for something that is not there."""


class Document:
    """One document; `find` gives the files beside it that may be opened."""

    def __init__(self, raw: bytes, find: Find) -> None:
        self.find = find
        self.chunk = b""
        self.said = self._parse(raw)
        asset = self.said.get("asset")
        version = str(asset.get("version", "")) if isinstance(asset, dict) else ""
        if not version.startswith("2"):
            raise Unsound(f"glTF {version or '?'} (only 2.0 is read)")
        self._buffers: dict[int, bytes] = {}

    def _parse(self, raw: bytes) -> dict[str, Any]:
        text = raw
        if raw[:4] == MAGIC:
            if len(raw) < 20:
                raise Unsound("it ends in its head")
            version, total = struct.unpack_from("<II", raw, 4)
            if version != 2:
                raise Unsound(f"GLB version {version}")
            text = b""
            at, end = 12, min(total, len(raw))
            while at + 8 <= end:
                size, kind = struct.unpack_from("<II", raw, at)
                if at + 8 + size > end:
                    raise Unsound("a piece of it reaches past its end")
                piece = raw[at + 8 : at + 8 + size]
                text, self.chunk = (
                    (piece, self.chunk) if kind == JSON_CHUNK else (text, piece if kind == BIN_CHUNK else self.chunk)
                )
                at += 8 + size
        if len(text) > MOST_JSON:
            raise Unsound("its JSON is too large")
        try:
            said = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unsound(str(error)) from None
        if not isinstance(said, dict):
            raise Unsound("it is no object")
        return said

    def listed(self, name: str) -> list[Any]:
        """A list of the document, empty where it has none."""
        found = self.said.get(name)
        return found if isinstance(found, list) else []

    def one(self, name: str, which: Any) -> dict[str, Any]:
        """An entry of a list."""
        rows = self.listed(name)
        if type(which) is not int or not 0 <= which < len(rows) or not isinstance(rows[which], dict):
            raise Unsound(f"{name} {which}")
        return dict(rows[which])

    def buffer(self, which: Any) -> bytes:
        """The bytes of a buffer."""
        said = self.one("buffers", which)
        if which not in self._buffers:
            self._buffers[which] = self.bytes_of(said.get("uri"), self.chunk)
        return self._buffers[which]

    def bytes_of(self, uri: Any, otherwise: bytes = b"") -> bytes:
        """What a URI means: bytes within it, or a file beside the document."""
        if uri is None:
            return otherwise
        if not isinstance(uri, str):
            raise Unsound("uri")
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition(",")[2], validate=True)
            except binascii.Error as error:
                raise Unsound(str(error)) from None
        path = self.find(uri)
        if path is None:
            raise Unsound(f"{uri[:80]} is not beside it")
        return path.read_bytes()

    def view(self, which: Any) -> tuple[bytes, int]:
        """The bytes of a buffer view and its stride (0: packed)."""
        said = self.one("bufferViews", which)
        data = self.buffer(said.get("buffer"))
        start, size = _whole(said.get("byteOffset", 0)), _whole(said.get("byteLength"))
        if start + size > len(data):
            raise Unsound(f"bufferView {which} reaches past the end")
        return data[start : start + size], _whole(said.get("byteStride", 0))

    def accessor(self, which: Any) -> NDArray[Any]:
        """An array (n, width); normalized ones as numbers from 0 or -1 to 1."""
        said = self.one("accessors", which)
        kind, wide = COMPONENTS.get(said.get("componentType", 0)), WIDTHS.get(str(said.get("type")))
        count = _whole(said.get("count"))
        if kind is None or wide is None:
            raise Unsound(f"accessor {which}")
        if said.get("bufferView") is None:
            if count > 50_000_000:
                raise Unsound(f"accessor {which} is too large")
            found = np.zeros((count, wide), kind)
        else:
            found = self._rows(said["bufferView"], _whole(said.get("byteOffset", 0)), count, wide, kind)
        if isinstance(sparse := said.get("sparse"), dict):
            found = self._sparse(found, sparse, wide, kind)
        if said.get("normalized") and kind is not np.float32:
            return np.asarray(np.maximum(found / np.iinfo(kind).max, -1.0))
        return found

    def _rows(self, view: Any, start: int, count: int, wide: int, kind: Any) -> NDArray[Any]:
        data, stride = self.view(view)
        size = np.dtype(kind).itemsize * wide
        stride = stride or size
        if stride < size or count and start + (count - 1) * stride + size > len(data):
            raise Unsound("an array reaches past the end")
        if not count:
            return np.zeros((0, wide), kind)
        flat = np.frombuffer(data, np.uint8)[start : start + (count - 1) * stride + size]
        rows = np.lib.stride_tricks.as_strided(flat, (count, size), (stride, 1), writeable=False)
        made = np.ascontiguousarray(rows).view(np.dtype(kind).newbyteorder("<")).reshape(count, wide).astype(kind)
        return np.asarray(made)

    def _sparse(self, found: NDArray[Any], said: dict[str, Any], wide: int, kind: Any) -> NDArray[Any]:
        count, at, put = _whole(said.get("count")), said.get("indices"), said.get("values")
        if not isinstance(at, dict) or not isinstance(put, dict) or at.get("componentType") not in COMPONENTS:
            raise Unsound("sparse")
        where = COMPONENTS[at["componentType"]]
        rows = self._rows(at.get("bufferView"), _whole(at.get("byteOffset", 0)), count, 1, where).ravel()
        if count and int(rows.max()) >= len(found):
            raise Unsound("sparse")
        made = found.copy()
        made[rows] = self._rows(put.get("bufferView"), _whole(put.get("byteOffset", 0)), count, wide, kind)
        return made


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 40:
        raise Unsound(f"{value!r} is no size")
    return value
