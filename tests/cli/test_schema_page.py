"""The page about the schema, the tables of a project file and the forms say the same: all come from model/schema.py."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from vidbudova.model.schema import GEOM, TABLES
from vidbudova.store.project import create

PAGE = Path(__file__).resolve().parents[2] / "docs" / "schema.md"
RENEW = f"renew it: VIDBUDOVA_LANGUAGE=en {Path(sys.executable).name} -m vidbudova schema > docs/schema.md"


def test_that_the_page_is_what_the_command_says():
    environ = {**os.environ, "VIDBUDOVA_LANGUAGE": "en", "PYTHONIOENCODING": "utf-8"}
    said = subprocess.run(
        [sys.executable, "-m", "vidbudova", "schema"], capture_output=True, text=True, encoding="utf-8", env=environ,
        check=True, timeout=60,
    )  # fmt: skip
    assert PAGE.is_file(), RENEW
    assert PAGE.read_text(encoding="utf-8") == said.stdout, RENEW


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_that_the_page_and_the_file_have_every_field_of_a_table(table, tmp_path):
    create(tmp_path / "City.vbp.gpkg", "EPSG:32637").close()
    database = sqlite3.connect(tmp_path / "City.vbp.gpkg")
    columns = {row[1] for row in database.execute(f'PRAGMA table_info("{table.name}")')}
    database.close()
    fields = {field.name for field in table.fields}
    assert fields <= columns
    assert columns - fields <= {"fid", "id", GEOM}
    section = PAGE.read_text(encoding="utf-8").split(f"## {table.name}:")[1].split("\n## ")[0]
    assert [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")][1:] == [
        field.name for field in table.fields
    ]
