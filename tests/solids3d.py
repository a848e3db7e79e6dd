"""Small city models written out for tests."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vidbudova.formats import arrays, registry, sources
from vidbudova.formats.intake import Intake
from vidbudova.formats.report import Job
from vidbudova.formats.staging import Staging

CUBE = [[0, 0, 0], [10, 0, 0], [10, 8, 0], [0, 8, 0], [0, 0, 6], [10, 0, 6], [10, 8, 6], [0, 8, 6]]
SHELL = [[[0, 3, 2, 1]], [[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]]
SEMANTICS = {
    "surfaces": [{"type": "GroundSurface"}, {"type": "RoofSurface"}, {"type": "WallSurface"}],
    "values": [[0, 1, 2, 2, 2, 2]],
}
TRANSFORM = {"scale": [0.001, 0.001, 0.001], "translate": [500_000.0, 5_200_000.0, 40.0]}
CRS = "EPSG:32637"


def solid(shell: list[Any] | None = None, lod: str = "2") -> dict[str, Any]:
    return {"type": "Solid", "lod": lod, "boundaries": [shell or SHELL], "semantics": SEMANTICS}


def building(**more: Any) -> dict[str, Any]:
    return {"type": "Building", "geometry": [solid()], **more}


def model(objects: dict[str, Any], vertices: list[list[float]] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "type": "CityJSON",
        "version": "2.0",
        "transform": TRANSFORM,
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/32637"},
        "CityObjects": objects,
        "vertices": [[round(v * 1000) for v in row] for row in (CUBE if vertices is None else vertices)],
        **more,
    }


def written(path: Path, said: Any) -> Path:
    path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    return path


class InHouse:
    """Reads a file in this very process: what of the reader itself needs no child."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def __call__(
        self, path: Path, project_crs: str = CRS, crs: str | None = None, within: tuple[float, ...] | None = None
    ) -> Staged:
        self.count += 1
        staging = self.folder / f"staged-{self.count}.sqlite"
        scratch = self.folder / f"scratch-{self.count}"
        scratch.mkdir()
        job = Job(
            str(path), path.name, sources.checksum(path), project_crs, str(staging), str(scratch), crs=crs,
            within=within,
        )  # fmt: skip
        chosen = registry.detect(path, path.name)
        rows = Staging(staging)
        intake = Intake(job, rows, lambda share, what: None)
        intake.format = chosen.NAME
        chosen.read(path, intake)
        intake.finish()
        report = intake.report()
        rows.close(report)
        found = Staged(report, staging)
        assert report["read"] - report["kept"] == len(found.rows("quarantine"))
        return found


@dataclass
class Staged:
    """The report of the reader and the staged rows by table."""

    report: dict[str, Any]
    staging: Path

    def rows(self, table: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.staging)) as db:
            db.row_factory = sqlite3.Row
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                return []
            return [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')]

    def problems(self) -> dict[str, int]:
        return {problem["code"]: problem["count"] for problem in self.report["problems"]}

    def surfaces(self, role: str = "buildings") -> list[arrays.Arrays]:
        folder = self.staging.with_name(self.staging.name + ".files")
        found = [row["file"] for row in self.rows("models") if row["role"] == role]
        return [arrays.open_arrays(folder / f"{sha256}.arrays") for sha256 in found]
