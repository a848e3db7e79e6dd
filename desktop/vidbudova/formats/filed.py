"""Rows that name a file of arrays: terrain, imagery and clouds, one row a file, with their extent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely

from vidbudova.formats import endings
from vidbudova.formats.intake import Intake
from vidbudova.model import crs as crs_rules
from vidbudova.model import ids, schema


def stage(
    intake: Intake, table: str, arrays: Path, bounds: tuple[float, float, float, float], said: dict[str, Any]
) -> None:
    """Put a finished file of arrays into the staging, with its row."""
    name = endings.stem(intake.job.name)
    row = {
        "id": ids.source_id(intake.job.sha256, name, table),
        schema.GEOM: shapely.to_wkb(shapely.box(*bounds)),
        "name": name,
        "file": intake.staging.add_file(arrays),
        "source_id": intake.job.name,
        **said,
    }
    intake.staging.add(table, [row])


def see_crs(intake: Intake, crs: str) -> None:
    """Remember for the report which system the file is in."""
    intake.crs = crs_rules.name_of(crs_rules.parse(crs))
