"""The header of a LAS or LAZ file, checked against the size of the file before anything believes it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.text import _

SIZES = (20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67)
"""The least bytes of a record of each point format."""
HEADERS = {0: 227, 1: 227, 2: 227, 3: 235, 4: 375}
VLR, EVLR = 54, 60
MOST_VLRS = 20_000
FEWEST_BITS = 0.01
"""Even a file of the same point again and again does not pack a point into less bits."""


@dataclass(frozen=True, slots=True)
class Header:
    """What was found sound: compressed or not, points, and the records that describe the file, by (user, number)."""

    is_compressed: bool
    points: int
    format: int
    records: dict[tuple[str, int], bytes]


def checked(path: Path, name: str) -> Header:
    """Read and check a header.

    Raises
    ------
    UserError
        ``file-unreadable`` with what is wrong.
    """
    try:
        return _checked(path)
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, ValueError) else _("its header is cut off")
        raise UserError("file-unreadable", file=name, reason=reason) from None


def _checked(path: Path) -> Header:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(375)
        if head[:4] != b"LASF" or head[24] != 1 or head[25] not in HEADERS:
            raise ValueError(_("it is in no version of LAS that is known"))
        header_size, offset, vlrs = struct.unpack_from("<HII", head, 94)
        kind, length, points = struct.unpack_from("<BHI", head, 104)
        if head[25] == 4:
            points = struct.unpack_from("<Q", head, 247)[0] or points
        scales, places = struct.unpack_from("<3d", head, 131), struct.unpack_from("<3d", head, 155)
        if not all(0 < abs(s) < 1e6 for s in scales) or not all(abs(p) < 1e12 for p in places):
            raise ValueError(_("its header gives an impossible scale"))
        compressed, kind = bool(kind & 0x80), kind & 0x3F
        if kind >= len(SIZES) or length < SIZES[kind]:
            raise ValueError(_("its header gives a kind of point that does not exist"))
        if header_size < HEADERS[head[25]] or not header_size <= offset <= size or vlrs > MOST_VLRS:
            raise ValueError(_("its header says more than the file holds"))
        file.seek(header_size)
        records = _records(file.read(offset - header_size), vlrs)
        body = size - offset
        if not compressed and points * length > body or compressed and points * FEWEST_BITS / 8 > body:
            raise ValueError(_("its header says more points than the file can hold"))
    if compressed:
        _check_packing(records.get(("laszip encoded", 22204)), length)
    return Header(compressed, int(points), kind, records)


def _records(data: bytes, count: int) -> dict[tuple[str, int], bytes]:
    found: dict[tuple[str, int], bytes] = {}
    at = 0
    for _number in range(count):
        _reserved, user, number, length = struct.unpack_from("<H16sHH", data, at)
        if at + VLR + length > len(data):
            raise ValueError(_("its header says more than the file holds"))
        key = user.split(b"\0")[0].decode("latin-1"), int(number)
        found.setdefault(key, data[at + VLR : at + VLR + length])
        at += VLR + length
    return found


def _check_packing(record: bytes | None, length: int) -> None:
    """The description of a LAZ file: known compressor, and items that together are one point."""
    if record is None or len(record) < 34:
        raise ValueError(_("it does not say how it is packed"))
    compressor, coder = struct.unpack_from("<HH", record, 0)
    chunk, items = struct.unpack_from("<I", record, 12)[0], struct.unpack_from("<H", record, 32)[0]
    if compressor not in (1, 2, 3) or coder != 0 or not 0 < items <= 32 or len(record) < 34 + 6 * items or not chunk:
        raise ValueError(_("it is packed in a way that is not known"))
    listed = [struct.unpack_from("<HHH", record, 34 + 6 * k) for k in range(items)]
    if sum(size for _kind, size, _version in listed) != length or any(kind > 14 for kind, _size, _version in listed):
        raise ValueError(_("it is packed in a way that does not fit its points"))
