"""Reading a file as the program does, in a real child, with the staged rows at hand."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vidbudova.formats import reading
from vidbudova.formats.report import FileReport

CRS = "EPSG:32637"


@dataclass
class Taken:
    """What came of reading: the report, and the staged rows by table."""

    report: FileReport
    staging: Path

    def rows(self, table: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.staging)) as db:
            db.row_factory = sqlite3.Row
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                return []
            return [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')]

    def problems(self) -> dict[str, int]:
        return {problem["code"]: problem["count"] for problem in self.report["problems"]}


Read = Callable[..., Taken]


@pytest.fixture
def take(tmp_path: Path) -> Iterator[Read]:
    numbers = iter(range(1000))

    def read(path: Path, **options: Any) -> Taken:
        staging = tmp_path / f"staging-{next(numbers)}.sqlite"
        if "within" in options:
            options["assumed"] = reading.Assumed(within=options.pop("within"))
        report = reading.read(path, **{"project_crs": CRS, "staging": staging, **options})
        assert report["read"] == report["kept"] + report["skipped"]
        taken = Taken(report, staging)
        assert len(taken.rows("quarantine")) == report["skipped"]
        return taken

    yield read


@pytest.fixture
def geojson(tmp_path: Path) -> Callable[..., Path]:
    """Writes features, given as (geometry, properties), as GeoJSON."""

    def write(*features: tuple[Any, dict[str, Any]], name: str = "some.geojson") -> Path:
        listed = [{"type": "Feature", "geometry": shape, "properties": said} for shape, said in features]
        path = tmp_path / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}), encoding="utf-8")
        return path

    return write
