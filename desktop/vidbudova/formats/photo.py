"""Photos: their checksum, what the camera wrote (time, place, direction), and a thumbnail; guarded against bombs."""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
import re
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.text import _, number

LARGEST_BYTES = 200 * 1024 * 1024
MOST_PIXELS = 100_000_000
MOST_PIXELS_JPEG = 178_000_000
"""JPEG is decoded at a fraction of its size, so a drone's panorama is no danger; Pillow itself refuses more."""

THUMBNAIL_PX = 256
READABLE = ("JPEG", "PNG", "WEBP", "TIFF")
"""Opened as JPEG, a phone's two-picture file calls itself MPO."""
ENDINGS = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif"}

# What Pillow lets through from broken metadata; the picture itself may be fine.
_BROKEN = (ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, OverflowError, SyntaxError, struct.error)

_WRITTEN_AT, _OFFSET = 0x9003, 0x9011
_MODIFIED_AT, _EXIF, _GPS, _TURNED = 0x0132, 0x8769, 0x8825, 0x0112
_TIME = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_ZONE = re.compile(r"[+-]\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as it will be kept.

    Attributes
    ----------
    sha256 : of the file's bytes: its name in the project, so that the same photo twice is one.
    ending : file ending by what it is, not by what it was called.
    fields : columns of the ``photos`` table; without a place or time where the camera wrote none.
    """

    sha256: str
    ending: str
    fields: dict[str, str | int | float | bytes | None]


def read_photo(path: Path) -> Photo:
    """The checksum, metadata and thumbnail of a picture file.

    Raises
    ------
    UserError
        file-missing, or photo-unreadable: too large, not a picture of a readable kind, or cut off.
    """
    if not path.is_file():
        raise UserError("file-missing", path=path)
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise _unreadable(path, _("it has {n} MB; 200 MB are allowed").format(n=number(size / 1024**2)))
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        facts, kind = _decoded(path, file)
    return Photo(sha256, ENDINGS[kind], {"file_name": path.name, "size_bytes": size, **facts})


def _decoded(path: Path, file: io.BufferedReader) -> tuple[dict[str, Any], str]:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=READABLE) as image:
                width, height = image.size
                most = MOST_PIXELS_JPEG if image.format in ("JPEG", "MPO") else MOST_PIXELS
                if width * height > most:
                    raise _unreadable(path, _("it has {n} million pixels").format(n=number(width * height / 1e6)))
                facts = _camera(image)
                if facts.pop("turned"):
                    width, height = height, width
                facts |= {"width_px": width, "height_px": height, "thumbnail": _thumbnail(image)}
                return facts, str(image.format)
    except UnidentifiedImageError:
        raise _unreadable(path, _("it is no picture of a kind known here")) from None
    except Image.DecompressionBombError:
        raise _unreadable(path, _("it claims to have far too many pixels")) from None
    except (OSError, MemoryError, *_BROKEN) as error:
        raise _unreadable(path, str(error) or type(error).__name__) from error


def _thumbnail(image: Any) -> bytes:
    from PIL import ImageOps

    image.draft("RGB", (THUMBNAIL_PX * 2, THUMBNAIL_PX * 2))
    image.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    with contextlib.suppress(*_BROKEN):
        image = ImageOps.exif_transpose(image)
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=80, optimize=True)
    return out.getvalue()


def _camera(image: Any) -> dict[str, Any]:
    """What the camera wrote; nothing where its notes are broken."""
    try:
        exif = image.getexif()
        return {**_when(exif), **_where(exif), "turned": exif.get(_TURNED) in (5, 6, 7, 8)}
    except (OSError, *_BROKEN):
        return {"turned": False}


def _when(exif: Any) -> dict[str, str]:
    detail = exif.get_ifd(_EXIF)
    found = _TIME.match(str(detail.get(_WRITTEN_AT) or exif.get(_MODIFIED_AT) or ""))
    if found is None or found[1] == "0000":
        return {}
    offset = str(detail.get(_OFFSET) or "").strip()
    zone = offset if _ZONE.fullmatch(offset) else ""
    return {"taken_at": f"{found[1]}-{found[2]}-{found[3]}T{found[4]}:{found[5]}:{found[6]}{zone}"}


def _where(exif: Any) -> dict[str, float]:
    gps = exif.get_ifd(_GPS)
    lat, lon = _degrees(gps.get(2), gps.get(1), "S", 90.0), _degrees(gps.get(4), gps.get(3), "W", 180.0)
    place: dict[str, float] = {}
    # Cameras without a fix write zeros.
    if lat is not None and lon is not None and (lat, lon) != (0.0, 0.0):
        place = {"lat": lat, "lon": lon}
    bearing = _number(gps.get(17))
    if bearing is not None and 0 <= bearing <= 360:
        place["bearing_deg"] = bearing % 360
    return place


def _degrees(parts: Any, side: Any, negative: str, most: float) -> float | None:
    if not isinstance(parts, (tuple, list)) or not 1 <= len(parts) <= 3:
        return None
    steps = [_number(p) for p in parts]
    if any(s is None for s in steps):
        return None
    value = sum(s / 60**i for i, s in enumerate(steps) if s is not None)
    signed = -value if str(side or "").strip("\x00 ").upper() == negative else value
    return signed if abs(signed) <= most else None


def _number(value: Any) -> float | None:
    try:
        plain = float(value)
    except (*_BROKEN,):
        return None
    return plain if math.isfinite(plain) else None


def _unreadable(path: Path, reason: str) -> UserError:
    return UserError("photo-unreadable", file=path.name, reason=reason)
