"""Pictures of surfaces: only files beside the model, only JPEG and PNG, decoded here and written anew."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from vidbudova.formats.intake import Intake

MOST_BYTES = 64 << 20
MOST_PIXELS = 16_384 * 16_384
SIDE = 4096
QUALITY = 88
KINDS = ("JPEG", "PNG")


class Pictures:
    """Pictures by number; each is read once, when it is first asked for, and kept as bytes of our own."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self._sources: list[tuple[str, Path | bytes | None, bool]] = []
        self._number: dict[Any, int] = {}
        self._made: dict[int, bytes | None] = {}

    def add(self, name: str, source: Path | bytes | None, wraps: bool = True, key: Any = None) -> int:
        """The number of a picture; None as the source is one that is not to be had."""
        key = name if key is None else key
        if key not in self._number:
            self._number[key] = len(self._sources)
            self._sources.append((name, source, wraps))
        return self._number[key]

    def beside(self, name: str, allowed: dict[str, Path], wraps: bool = True) -> int:
        """The number of the picture that a file names, if it is one of those beside it."""
        return self.add(name, allowed.get(name), wraps)

    def has(self, number: int) -> bool:
        """Whether it could be read; notes once what was wrong."""
        if number not in self._made:
            self._made[number] = self._read(number)
        return self._made[number] is not None

    def bytes_of(self, number: int) -> bytes:
        """JPEG, or PNG where it has holes."""
        return self._made[number] or b""

    def name_of(self, number: int) -> str:
        """As the file names it."""
        return self._sources[number][0]

    def wraps(self, number: int) -> bool:
        """Whether it goes on beyond its edges."""
        return self._sources[number][2]

    def _read(self, number: int) -> bytes | None:
        name, source, _wraps = self._sources[number]
        try:
            if source is None or isinstance(source, Path) and source.stat().st_size > MOST_BYTES:
                raise OSError(name)
            return self._anew(source.read_bytes() if isinstance(source, Path) else source, name)
        except Exception:  # noqa: BLE001 - a broken picture in a child process: the surface stays without it
            self.intake.note("texture-missing", name)
            return None

    def _anew(self, data: bytes, name: str) -> bytes:
        from PIL import Image

        with Image.open(io.BytesIO(data), formats=KINDS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise OSError(name)
            picture.draft("RGB", (SIDE, SIDE))
            if max(picture.size) > SIDE:
                self.intake.note("texture-large", name)
                picture.thumbnail((SIDE, SIDE))
            clear = picture.mode in ("RGBA", "LA") or "transparency" in picture.info
            out = io.BytesIO()
            if clear:
                picture.convert("RGBA").save(out, "PNG")
            else:
                picture.convert("RGB").save(out, "JPEG", quality=QUALITY)
            return out.getvalue()
