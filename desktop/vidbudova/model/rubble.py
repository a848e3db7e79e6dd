"""How much rubble a building leaves: a share of its gross volume, with low, likely and high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Factors:
    """Loose rubble for each cubic metre of gross building volume."""

    low: float
    likely: float
    high: float


def gross_volume_m3(area_m2: Floats, height_m: Floats, roof_m: Floats) -> Floats:
    """Gross volume of buildings.

    Parameters
    ----------
    area_m2 : (n,) footprints without courtyards.
    height_m : (n,) from the underside to the top of the roof.
    roof_m : (n,) how much of that is the roof's form, which counts by half.

    Notes
    -----
    Length × width × height as in FEMA 325, for any footprint.
    """
    return np.asarray(area_m2 * (height_m - 0.5 * roof_m))


def rubble_m3(gross_m3: Floats, factors: Factors) -> tuple[Floats, Floats, Floats]:
    """Low, likely and high volume (n,) of loose rubble.

    Notes
    -----
    V = f × gross volume; the factors and where they come from are in resources/rubble/volume.json.
    """
    return gross_m3 * factors.low, gross_m3 * factors.likely, gross_m3 * factors.high
