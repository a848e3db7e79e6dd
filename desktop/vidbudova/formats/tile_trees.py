"""Implicit tiles: which of a quadtree or octree are there, by the bits of its subtrees. After 3D Tiles 1.1."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.formats.gltf_document import Unsound

MAGIC = 0x74627573
MOST_LEVELS = 24
MOST_BITS = 1 << 24

Find = Callable[[str, Path], Path | None]
Spot = tuple[int, int, int, int]


def implicit(said: dict[str, Any], tiling: dict[str, Any], folder: Path, find: Find, refine: str) -> Iterator[str]:
    """The contents to show: those without finer ones below them, or all where tiles add to each other."""
    branching = {"QUADTREE": 2, "OCTREE": 3}.get(str(tiling.get("subdivisionScheme")))
    levels, available = tiling.get("subtreeLevels"), tiling.get("availableLevels", tiling.get("maximumLevel"))
    subtrees = tiling.get("subtrees")
    pattern = subtrees.get("uri") if isinstance(subtrees, dict) else None
    content = said.get("content")
    uri = content.get("uri") if isinstance(content, dict) else None
    if branching is None or type(levels) is not int or not 1 <= levels <= 12 or type(available) is not int:
        raise Unsound("implicitTiling")
    if not isinstance(pattern, str) or not isinstance(uri, str) or "{" not in pattern:
        raise Unsound("implicitTiling: uri")
    walker = _Walker(branching, levels, min(available, MOST_LEVELS), pattern, folder, find)
    there = list(walker.subtree((0, 0, 0, 0)))
    covered = set() if refine == "ADD" else {parent for spot in there for parent in _above(spot)}
    for spot in there:
        if spot not in covered:
            yield _named(uri, spot)


def _above(spot: Spot) -> Iterator[Spot]:
    level, x, y, z = spot
    while level:
        level, x, y, z = level - 1, x >> 1, y >> 1, z >> 1
        yield level, x, y, z


def _named(pattern: str, spot: Spot) -> str:
    for name, value in zip(("{level}", "{x}", "{y}", "{z}"), spot, strict=True):
        pattern = pattern.replace(name, str(value))
    return pattern


class _Walker:
    def __init__(self, branching: int, levels: int, available: int, pattern: str, folder: Path, find: Find) -> None:
        self.branching, self.levels, self.available = branching, levels, available
        self.pattern, self.folder, self.find = pattern, folder, find

    def subtree(self, root: Spot) -> Iterator[Spot]:
        """The tiles with contents of a subtree and of those below it."""
        path = self.find(_named(self.pattern, root), self.folder)
        if path is None:
            return
        said, data = _opened(path.read_bytes())
        width = 1 << self.branching
        inner = (width**self.levels - 1) // (width - 1)
        listed = said.get("contentAvailability")
        listed = listed if isinstance(listed, list) else [listed]
        full = np.zeros(inner, bool)
        for one in listed:
            full |= _bits(said, data, path, one, inner)
        for k in np.flatnonzero(full).tolist():
            yield self._spot(root, k)
        below = _bits(said, data, path, said.get("childSubtreeAvailability"), width**self.levels)
        if root[0] + self.levels < self.available:
            for k in np.flatnonzero(below).tolist():
                yield from self.subtree(self._child(root, self.levels, k))

    def _spot(self, root: Spot, number: int) -> Spot:
        width, level = 1 << self.branching, 0
        while number >= width**level:
            number -= width**level
            level += 1
        return self._child(root, level, number)

    def _child(self, root: Spot, level: int, morton: int) -> Spot:
        parts = [0, 0, 0]
        for bit in range(level):
            for axis in range(self.branching):
                parts[axis] |= (morton >> (bit * self.branching + axis) & 1) << bit
        x, y, z = ((root[1 + k] << level) + parts[k] for k in range(3))
        return root[0] + level, x, y, z if self.branching == 3 else 0


def _opened(raw: bytes) -> tuple[dict[str, Any], bytes]:
    """The JSON of a subtree and its bytes; subtrees may be plain JSON, too."""
    data = b""
    text = raw
    if len(raw) >= 24 and struct.unpack_from("<I", raw)[0] == MAGIC:
        _magic, _version, size, more = struct.unpack_from("<IIQQ", raw)
        if 24 + size + more > len(raw):
            raise Unsound("a subtree says more than it holds")
        text, data = raw[24 : 24 + size], raw[24 + size : 24 + size + more]
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unsound(str(error)) from None
    if not isinstance(said, dict):
        raise Unsound("a subtree is no object")
    return said, data


def _bits(said: dict[str, Any], data: bytes, path: Path, what: Any, count: int) -> NDArray[np.bool_]:
    if not isinstance(what, dict):
        return np.zeros(count, bool)
    if "constant" in what:
        return np.full(count, bool(what["constant"]))
    which = what.get("bitstream", what.get("bufferView"))
    views, buffers = said.get("bufferViews"), said.get("buffers")
    if type(which) is not int or not isinstance(views, list) or not 0 <= which < len(views) or count > MOST_BITS:
        raise Unsound("availability")
    view = views[which] if isinstance(views[which], dict) else {}
    at, size, holder = (_whole(view.get(name)) for name in ("byteOffset", "byteLength", "buffer"))
    if not isinstance(buffers, list) or holder >= len(buffers):
        raise Unsound("bufferViews")
    uri = buffers[holder].get("uri") if isinstance(buffers[holder], dict) else None
    if isinstance(uri, str):
        from vidbudova.formats import beside

        file = beside.inside(uri, path.parent, path.parent)
        data = file.read_bytes() if file is not None else b""
    if at + size > len(data) or size * 8 < count:
        raise Unsound("availability")
    found = np.unpackbits(np.frombuffer(data, np.uint8, size, at), axis=None, bitorder="little")[:count]
    return np.asarray(found.astype(bool))


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise Unsound("bufferViews")
    return value
