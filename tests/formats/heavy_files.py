"""What readers stage as files of arrays, and small rasters and tiles to read."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from PIL import Image
from rasterio.transform import from_origin

from vidbudova.formats import arrays

CRS = "EPSG:32637"
WEST, NORTH = 399_000.0, 5_217_000.0
TILE_LEVEL = 14


def only(taken, table: str) -> tuple[dict[str, Any], arrays.Arrays]:
    """The one row of a table, and its arrays."""
    [row] = taken.rows(table)
    files = taken.staging.with_name(taken.staging.name + ".files")
    return row, arrays.open_arrays(files / f"{row['file']}.arrays")


def write_raster(path: Path, values: np.ndarray, *, crs: str | None = CRS, cell: float = 10.0, **options: Any) -> Path:
    """Values (rows, cols) or (bands, rows, cols), with their north-west corner at WEST, NORTH."""
    bands = values if values.ndim == 3 else values[None]
    place = options.pop("transform", from_origin(WEST, NORTH, cell, cell))
    told = {
        "driver": "GTiff", "count": len(bands), "height": bands.shape[1], "width": bands.shape[2],
        "dtype": bands.dtype, "crs": crs, "transform": place, **options,
    }  # fmt: skip
    units, palette = told.pop("units", None), told.pop("palette", None)
    with rasterio.open(path, "w", **told) as out:
        out.write(bands)
        if units:
            out.units = (units,)
        if palette:
            out.write_colormap(1, palette)
    return path


def picture(file: arrays.Arrays, level: int, row: int, column: int) -> Image.Image:
    """One tile of imagery."""
    index = file["index"]
    [at] = np.flatnonzero((index[:, :3] == (level, row, column)).all(1))
    offset, length = index[at, 3:]
    return Image.open(io.BytesIO(file["tiles"][offset : offset + length].tobytes()))


def tiles(lon: float = 37.6, lat: float = 47.1) -> dict[tuple[int, int, int], bytes]:
    """Two levels of tiles near a place: 1 and 2 × 2, each in a colour of its own."""
    found = {}
    for level in (TILE_LEVEL, TILE_LEVEL + 1):
        side = 2 ** (level - TILE_LEVEL)
        x = int((lon + 180) / 360 * 2**TILE_LEVEL) * side
        y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**TILE_LEVEL) * side
        for column in range(side):
            for row in range(side):
                out = io.BytesIO()
                Image.new("RGB", (256, 256), (60 + 120 * column, 60 + 120 * row, 90)).save(out, "PNG")
                found[level, x + column, y + row] = out.getvalue()
    return found
