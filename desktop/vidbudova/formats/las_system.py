"""Which coordinate system a LAS file says it is in: by WKT, else by GeoTIFF keys."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from vidbudova.errors import UserError
from vidbudova.formats.geotiff import FOOT_M, US_FOOT_M
from vidbudova.model import crs as crs_rules

PROJECTION = "LASF_Projection"
MODEL, GEODETIC, PROJECTED, VERTICAL, VERTICAL_UNIT = 1024, 2048, 3072, 4096, 4099
USER_DEFINED = 32767
UNITS_M = {9001: 1.0, 9002: FOOT_M, 9003: US_FOOT_M}
VERTICAL_OF_DATUM = {5103: 5703}
"""Keys that name a datum where a system is meant: NAVD88."""


@dataclass(frozen=True, slots=True)
class Said:
    """crs : "" if none is said. unit_m, datum : of heights, None and "" if not said."""

    crs: str = ""
    unit_m: float | None = None
    datum: str = ""


def said(records: dict[tuple[str, int], bytes]) -> Said:
    """What the records of a file say."""
    text = records.get((PROJECTION, 2112), b"").split(b"\0")[0].decode("utf-8", "replace").strip()
    if text and _is_known(text):
        return Said(text)
    return _by_keys(_keys(records.get((PROJECTION, 34735), b"")))


def _keys(record: bytes) -> dict[int, int]:
    """GeoTIFF keys with a short value."""
    shorts = struct.unpack(f"<{len(record) // 2}H", record[: len(record) // 2 * 2])
    count = min(shorts[3], (len(shorts) - 4) // 4) if len(shorts) >= 4 else 0
    return {shorts[4 * k + 4]: shorts[4 * k + 7] for k in range(count) if shorts[4 * k + 5] == 0}


def _by_keys(keys: dict[int, int]) -> Said:
    code = keys.get(PROJECTED) or keys.get(GEODETIC) or 0
    if keys.get(MODEL) == 3 and code == 4326:
        code = 4978
    crs = f"EPSG:{code}" if 0 < code < USER_DEFINED and _is_known(f"EPSG:{code}") else ""
    vertical = keys.get(VERTICAL, 0)
    vertical = VERTICAL_OF_DATUM.get(vertical, vertical)
    named = f"EPSG:{vertical}" if 0 < vertical < USER_DEFINED and _is_known(f"EPSG:{vertical}") else ""
    system = crs_rules.parse(named) if named else None
    upright = system is not None and system.is_vertical
    unit = UNITS_M.get(keys.get(VERTICAL_UNIT, 0))
    if unit is None and system is not None and upright:
        unit = float(system.axis_info[0].unit_conversion_factor)
    return Said(crs, unit, str(system.name) if system is not None and upright else "")


def _is_known(text: str) -> bool:
    try:
        crs_rules.parse(text)
    except UserError:
        return False
    return True
