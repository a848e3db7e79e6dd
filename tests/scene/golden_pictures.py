"""Golden pictures: what was drawn, against what a person once looked at and kept.

They are compared after a mean of 8 × 8 pixels (other drivers shift edges by parts of a pixel) by their peak signal to
noise ratio. VIDBUDOVA_GOLDEN=write keeps the new ones instead.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GOLDEN = Path(__file__).parent / "golden"
LEAST_DB = 37.0


def blocks(image: NDArray[np.uint8], edge: int = 8) -> NDArray[np.float64]:
    """Means of edge × edge pixels; what does not fill a block is left out."""
    height, width = (n - n % edge for n in image.shape[:2])
    cut = image[:height, :width].astype(np.float64)
    return cut.reshape(height // edge, edge, width // edge, edge, 3).mean((1, 3))


def likeness_db(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Peak signal to noise ratio of the block means."""
    error = float(((blocks(a) - blocks(b)) ** 2).mean())
    return 99.0 if error == 0 else float(10 * np.log10(255.0**2 / error))


def check(name: str, image: NDArray[np.uint8]) -> None:
    """Fail unless the picture is like the kept one; the new one is left beside the test run for looking at."""
    path = GOLDEN / f"{name}.png"
    if os.environ.get("VIDBUDOVA_GOLDEN") == "write":
        Image.fromarray(image).save(path, optimize=True)
    kept = np.asarray(Image.open(path).convert("RGB"))
    found = likeness_db(image, kept)
    assert found >= LEAST_DB, f"{name}: {found:.1f} dB is less than {LEAST_DB}"
