"""Raster files through GDAL on a short lead: one driver, one file, no sidecars; sizes are looked at before pixels."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.formats import raster_place
from vidbudova.formats.intake import Intake
from vidbudova.formats.raster import Piece, Place, measured
from vidbudova.text import _

DRIVERS = ("MEM",)
"""Of those that the vector side keeps out, what reading needs."""
MOST_BLOCK = 256 << 20
"""A block of a file larger than this is not read: a strip of a raster that is 2,100,000,000 pixels wide takes 2 GB."""
STRETCH = (2.0, 98.0)
SAMPLE_PX = 1024
CACHE_MB = 128


def open_raster(path: Path, driver: str, intake: Intake) -> Any:
    """A dataset of rasterio of one driver; a UserError where its blocks are too large to be read."""
    os.environ.update(
        GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_PAM_ENABLED="NO", GDAL_CACHEMAX=str(CACHE_MB),
        GTIFF_VIRTUAL_MEM_IO="NO", GDAL_MAX_DATASET_POOL_SIZE="2", GDAL_NUM_THREADS="2",
    )  # fmt: skip
    import rasterio

    dataset = rasterio.open(path, driver=driver)
    if not dataset.count or not dataset.width or not dataset.height:
        raise UserError("import-empty", file=intake.job.name, reason=_("it has no pixels"))
    for band, (rows, cols) in enumerate(dataset.block_shapes):
        size = rows * cols * np.dtype(_kind(dataset.dtypes[band])).itemsize
        if size * (dataset.count if dataset.profile.get("interleave") == "pixel" else 1) > MOST_BLOCK:
            limit = f"{MOST_BLOCK >> 20} MB"
            raise UserError("file-too-big", file=intake.job.name, what=_("memory for one block"), limit=limit)
    return dataset


def _kind(name: str) -> str:
    """Complex numbers of radar pictures are no heights and no colours, but have a size."""
    return {"complex_int16": "complex64", "int8": "int8"}.get(name, name)


def place_of(dataset: Any, path: Path, intake: Intake) -> Place:
    """Where it lies: as it says itself, else by a world file beside it."""
    from rasterio.transform import from_gcps

    matrix, crs = dataset.transform, dataset.crs.to_wkt() if dataset.crs else ""
    if matrix.is_identity:
        points, crs_of_points = dataset.gcps
        if len(points) >= 3:
            matrix, crs = from_gcps(points), crs_of_points.to_wkt() if crs_of_points else crs
    told = None if matrix.is_identity else tuple(matrix)[:6]
    size = dataset.width, dataset.height
    return raster_place.placed(path, intake, told, "" if crs.startswith("LOCAL_CS") else crs, size)


class HeightFile:
    """One band as heights in metres."""

    bands = 1

    def __init__(self, dataset: Any, place: Place, unit_m: float = 1.0) -> None:
        self.dataset, self.place = dataset, place
        self.width, self.height = int(dataset.width), int(dataset.height)
        self.scale = float(dataset.scales[0]) * unit_m
        self.offset = float(dataset.offsets[0]) * unit_m

    def read(self, c0: int, r0: int, c1: int, r1: int, step: int) -> Piece:
        """See `Raster`."""
        found = _read(self.dataset, [1], (c0, r0, c1, r1), step, average=True)
        values = np.asarray(found.data, np.float32)
        valid = ~np.ma.getmaskarray(found)[0]
        if valid.any():
            valid &= measured(values[0])
        if (self.scale, self.offset) != (1.0, 0.0):
            values = values * self.scale + self.offset
        return Piece(values, valid, (c1 - c0) / values.shape[2], (r1 - r0) / values.shape[1])


class ColourFile:
    """Red, green and blue with how solid they are, 0 to 255."""

    bands = 3

    def __init__(self, dataset: Any, place: Place) -> None:
        self.dataset, self.place = dataset, place
        self.width, self.height = int(dataset.width), int(dataset.height)
        self.palette = _palette(dataset)
        self.indexes = [1] if self.palette is not None else _colour_bands(dataset)
        self.low, self.high = self._range()

    def _range(self) -> tuple[float, float]:
        """What becomes black and white where colours are not 0 to 255."""
        if self.palette is not None or all(self.dataset.dtypes[i - 1] == "uint8" for i in self.indexes):
            return 0.0, 255.0
        c0, r0 = max((self.width - SAMPLE_PX) // 2, 0), max((self.height - SAMPLE_PX) // 2, 0)
        window = c0, r0, min(c0 + SAMPLE_PX, self.width), min(r0 + SAMPLE_PX, self.height)
        found = _read(self.dataset, self.indexes, window, 1, average=False)
        values = np.asarray(found.compressed(), np.float64)
        values = values[np.isfinite(values)]
        if not len(values):
            return 0.0, 255.0
        low, high = np.percentile(values, STRETCH)
        return float(low), float(max(high, low + 1e-6))

    def read(self, c0: int, r0: int, c1: int, r1: int, step: int) -> Piece:
        """See `Raster`."""
        found = _read(self.dataset, self.indexes, (c0, r0, c1, r1), step, average=self.palette is None)
        valid: NDArray[np.bool_] = np.asarray(~np.ma.getmaskarray(found).any(0))
        if self.palette is not None:
            rgba = self.palette[np.clip(found.data[0].astype(np.int64), 0, len(self.palette) - 1)]
            values, valid = np.moveaxis(rgba[..., :3], 2, 0), valid & (rgba[..., 3] > 127)
        else:
            values = found.data
            if (self.low, self.high) != (0.0, 255.0):
                values = np.nan_to_num((values - self.low) * (255.0 / (self.high - self.low)))
            values = np.clip(values, 0, 255).astype(np.uint8)
        if len(values) == 1:
            values = np.repeat(values, 3, axis=0)
        return Piece(values, valid, (c1 - c0) / values.shape[2], (r1 - r0) / values.shape[1])


def _read(dataset: Any, indexes: list[int], window: tuple[int, int, int, int], step: int, average: bool) -> Any:
    from rasterio.enums import Resampling
    from rasterio.windows import Window

    c0, r0, c1, r1 = window
    shape = len(indexes), max((r1 - r0) // step, 1), max((c1 - c0) // step, 1)
    how = Resampling.average if average and step > 1 else Resampling.nearest
    return dataset.read(indexes, window=Window(c0, r0, c1 - c0, r1 - r0), out_shape=shape, masked=True, resampling=how)


def _palette(dataset: Any) -> NDArray[np.uint8] | None:
    from rasterio.enums import ColorInterp

    if dataset.colorinterp[0] != ColorInterp.palette:
        return None
    listed = dataset.colormap(1)
    found = np.zeros((max(listed) + 1, 4), np.uint8)
    for at, colour in listed.items():
        found[at] = colour
    return found


def _colour_bands(dataset: Any) -> list[int]:
    """The bands that say they are red, green and blue; else the first three, or one grey one."""
    from rasterio.enums import ColorInterp

    said = list(dataset.colorinterp)
    wanted = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(colour in said for colour in wanted):
        return [said.index(colour) + 1 for colour in wanted]
    return [1, 2, 3] if dataset.count >= 3 else [1]
