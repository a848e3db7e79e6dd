"""PMTiles, version 3: pictures as tiles in one file, found by their place on a Hilbert curve.

After the specification at github.com/protomaps/PMTiles, spec/v3.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.formats import raster_files, tile_raster
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "pmtiles"
TITLE = "PMTiles"
ENDINGS = (".pmtiles",)
DRIVERS = raster_files.DRIVERS
MAGIC = b"PMTiles\x03"
PICTURES = (2, 3, 4)
"""PNG, JPEG and WebP; 1 is vectors."""
NONE, GZIP = 1, 2
MOST_DIRECTORY, MOST_ENTRIES, MOST_LEAVES = 32 << 20, 4_000_000, 20_000

Ints = NDArray[np.int64]


def sniff(path: Path, head: bytes) -> bool:
    """By its first letters."""
    return head.startswith(MAGIC)


def read(path: Path, intake: Intake) -> None:
    """One picture of all tiles."""
    try:
        with path.open("rb") as file:
            _read(file, path.stat().st_size, intake)
    except (struct.error, ValueError, zlib.error) as error:
        reason = str(error) if type(error) is ValueError else _("its directory is damaged")
        raise UserError("file-unreadable", file=intake.job.name, reason=reason) from None


def _read(file: IO[bytes], size: int, intake: Intake) -> None:
    head = file.read(127)
    root, root_size, _meta, _meta_size, leaves, leaves_size, data, data_size = struct.unpack_from("<8Q", head, 8)
    inner, _outer, kind = struct.unpack_from("<BBB", head, 97)
    if kind == 1:
        raise tile_raster.refuse_vectors(intake)
    if kind not in PICTURES or inner not in (NONE, GZIP):
        raise ValueError(_("its tiles are of a kind that is not known"))
    if max(root + root_size, leaves + leaves_size, data + data_size) > size:
        raise ValueError(_("its header says more than the file holds"))
    ids, runs, offsets, lengths = _entries(file, (root, root_size), (leaves, leaves_size), inner)

    def load(key: tile_raster.Key) -> bytes | None:
        at = int(np.searchsorted(ids, tile_id(key), "right")) - 1
        if at < 0 or tile_id(key) >= ids[at] + runs[at] or offsets[at] + lengths[at] > data_size:
            return None
        file.seek(data + int(offsets[at]))
        return file.read(min(int(lengths[at]), tile_raster.MOST_TILE_BYTES + 1))

    tile_raster.take(load, spans(ids, runs), intake)


def _entries(
    file: IO[bytes], root: tuple[int, int], leaves: tuple[int, int], inner: int
) -> tuple[Ints, Ints, Ints, Ints]:
    """(n,) ids, runs, offsets and lengths of all tiles; directories below the root are followed."""
    found: list[Ints] = []
    waiting, opened, total = [root], 0, 0
    while waiting:
        begin, length = waiting.pop()
        opened += 1
        if length > MOST_DIRECTORY or opened > MOST_LEAVES:
            raise ValueError(_("its directory is damaged"))
        file.seek(begin)
        entries = directory(file.read(length), inner)
        total += entries.shape[1]
        if total > MOST_ENTRIES:
            raise ValueError(_("its directory is damaged"))
        tiles = entries[1] > 0
        found.append(entries[:, tiles])
        for offset, size in entries[2:, ~tiles].T.tolist():
            if offset + size > leaves[1]:
                raise ValueError(_("its header says more than the file holds"))
            waiting.append((leaves[0] + offset, size))
    every = np.concatenate(found, axis=1)
    ids, runs, offsets, lengths = every[:, np.argsort(every[0], kind="stable")]
    return ids, runs, offsets, lengths


def directory(packed: bytes, inner: int) -> Ints:
    """(4, n) ids, runs, offsets and lengths of one directory; a run of 0 points to another directory."""
    if inner == GZIP:
        unpacker = zlib.decompressobj(31)
        packed = unpacker.decompress(packed, MOST_DIRECTORY)
    numbers = _varints(packed)
    count = int(numbers[0]) if len(numbers) else 0
    if count * 4 + 1 > len(numbers):
        raise ValueError(_("its directory is damaged"))
    parts = numbers[1 : 1 + 4 * count].reshape(4, count)
    ids, runs, lengths, told = np.cumsum(parts[0]), parts[1], parts[2], parts[3]
    offsets = np.zeros(count, np.int64)
    for k in range(count):  # 0 says: right after the one before
        offsets[k] = told[k] - 1 if told[k] else offsets[k - 1] + lengths[k - 1]
    if count and min(ids.min(), runs.min(), lengths.min(), offsets.min()) < 0:
        raise ValueError(_("its directory is damaged"))
    return np.stack([ids, runs, offsets, lengths])


def _varints(data: bytes) -> Ints:
    """Numbers of seven bits a byte, the low ones first."""
    raw = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(raw < 128)
    if not len(ends):
        return np.zeros(0, np.int64)
    raw = raw[: ends[-1] + 1]
    first = np.r_[0, ends[:-1] + 1]
    place = np.arange(len(raw)) - np.repeat(first, ends - first + 1)
    if place.max() > 8:
        raise ValueError(_("its directory is damaged"))
    return np.add.reduceat((raw & 127).astype(np.int64) << 7 * place, first)


def tile_id(key: tile_raster.Key) -> int:
    """The place of a tile: all coarser levels, then along a Hilbert curve."""
    zoom, x, y = key
    found = ((1 << 2 * zoom) - 1) // 3
    side = 1 << zoom >> 1
    while side:
        right, low = int(x & side > 0), int(y & side > 0)
        found += side * side * ((3 * right) ^ low)
        if not low:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
        x, y, side = x & (side - 1), y & (side - 1), side >> 1
    return found


def spans(ids: Ints, runs: Ints) -> dict[int, tuple[int, int, int, int]]:
    """The extent of each level."""
    found: dict[int, tuple[int, int, int, int]] = {}
    for zoom in range(tile_raster.MOST_ZOOM + 1):
        begin, end = (4**zoom - 1) // 3, (4 ** (zoom + 1) - 1) // 3
        rows = np.flatnonzero((ids + runs > begin) & (ids < end))
        if not len(rows):
            continue
        low, high = np.maximum(ids[rows], begin), np.minimum(ids[rows] + runs[rows], end)
        total = int((high - low).sum())
        if total > MOST_ENTRIES:
            raise ValueError(_("its directory is damaged"))
        steps = np.arange(total) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
        x, y = places(np.repeat(low, high - low) + steps - begin, zoom)
        found[zoom] = int(x.min()), int(y.min()), int(x.max()), int(y.max())
    return found


def places(along: Ints, zoom: int) -> tuple[Ints, Ints]:
    """Columns and rows of places along the Hilbert curve of a level."""
    x, y, rest = np.zeros_like(along), np.zeros_like(along), along.copy()
    for level in range(zoom):
        side = 1 << level
        right = rest // 2 & 1
        low = (rest ^ right) & 1
        turned = (low == 0) & (right == 1)
        x, y = np.where(turned, side - 1 - x, x), np.where(turned, side - 1 - y, y)
        x, y = np.where(low == 0, y, x), np.where(low == 0, x, y)
        x, y, rest = x + side * right, y + side * low, rest // 4
    return x, y
