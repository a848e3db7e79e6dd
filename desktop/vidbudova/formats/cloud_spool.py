"""Points on their way into the project's system: a file of records of a fixed size, so that they never fill memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.formats.raster import Floats
from vidbudova.text import _

RECORD = np.dtype([("xyz", "<i4", 3), ("rgb", "<u2", 3), ("intensity", "<u2"), ("class", "u1"), ("spare", "u1", 3)])
"""24 bytes: places in QUANTUM_M from the anchor, colours and intensity as the file has them."""
QUANTUM_M = 0.0002
FARTHEST_M = 0.99 * QUANTUM_M * 2**31
BATCH = 1_000_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Points: xyz (n, 3) in the project's system and metres; rgb (n, 3), intensity and classes (n,) where they are."""

    xyz: Floats
    rgb: NDArray[Any] | None = None
    intensity: NDArray[Any] | None = None
    classes: NDArray[Any] | None = None


class Spool:
    """Takes batches; remembers bounds, the largest colour and how intensities are spread."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self._file = path.open("wb")
        self.anchor = np.zeros(3)
        self.count = self.lost = 0
        self.low, self.high = np.full(3, np.iinfo(np.int32).max), np.full(3, np.iinfo(np.int32).min)
        self.brightest = 0
        self.intensities = np.zeros(65_536, np.int64)
        self.has_rgb = self.has_class = False

    def add(self, batch: Batch) -> None:
        """Append points; those without a place are counted and left out."""
        whole: NDArray[np.bool_] = np.asarray(np.isfinite(batch.xyz).all(1))
        self.lost += int(len(whole) - np.count_nonzero(whole))
        if not whole.any():
            return
        xyz = batch.xyz[whole]
        if not self.count:
            self.anchor = np.floor(np.median(xyz, axis=0))
        away = xyz - self.anchor
        if np.abs(away).max() > FARTHEST_M:
            reason = _("its points lie more than 400 km apart")
            raise UserError("file-unreadable", file=self.name, reason=reason)
        records = np.zeros(len(xyz), RECORD)
        records["xyz"] = np.round(away / QUANTUM_M)
        self._colour(records, batch, whole)
        self.low = np.minimum(self.low, records["xyz"].min(0))
        self.high = np.maximum(self.high, records["xyz"].max(0))
        self.count += len(records)
        records.tofile(self._file)

    def _colour(self, records: NDArray[Any], batch: Batch, whole: NDArray[np.bool_]) -> None:
        if batch.rgb is not None:
            records["rgb"] = batch.rgb[whole]
            self.brightest = max(self.brightest, int(records["rgb"].max()))
            self.has_rgb = self.has_rgb or self.brightest > 0
        if batch.intensity is not None:
            records["intensity"] = batch.intensity[whole]
            self.intensities += np.bincount(records["intensity"], minlength=65_536)
        if batch.classes is not None:
            records["class"] = batch.classes[whole]
            self.has_class = self.has_class or bool((records["class"] > 1).any())

    def close(self) -> None:
        """No more points."""
        self._file.close()

    def brightness(self) -> float:
        """What an intensity is divided by for 255: 99 of 100 points are darker than that."""
        reached = np.cumsum(self.intensities) >= 0.99 * max(self.intensities.sum(), 1)
        return max(float(np.argmax(reached)), 1.0) / 255.0
