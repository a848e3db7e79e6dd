"""Checksums of imported rows outlive the schema: a field that comes later leaves the rows of before as they were."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from vidbudova.model.fields import Field, Table
from vidbudova.model.schema import TABLES
from vidbudova.store.layers import rows_sha256

KNOWN = json.loads((Path(__file__).resolve().parents[1] / "data" / "checksum_fields.json").read_text())
"""What checksums rest on, by table, as projects have them: never changed, only added to by new tables."""


@pytest.mark.parametrize("name", [t.name for t in TABLES.values() if t.role != "edit"])
def test_that_checksums_rest_on_the_fields_that_they_have_always_rested_on(name: str) -> None:
    fields = [f"{f.name} {f.kind}" for f in TABLES[name].fields if not f.later and f.name != "layer"]
    assert fields == KNOWN[name], "mark a new field of an old table as later=True; list a new table in the data file"


def test_that_a_later_field_counts_only_where_it_has_a_value() -> None:
    plain = Table("t", "T", "", "base", "", (Field("a", "text", "A"), Field("layer", "reference", "L")))
    wider = replace(plain, fields=(plain.fields[0], Field("b", "real", "B", later=True), plain.fields[1]))
    rows = [("1", "x"), ("2", "y")]
    before = rows_sha256(plain, iter(rows))
    assert before == hashlib.sha256(b'["1", "x"]["2", "y"]').hexdigest()
    assert rows_sha256(wider, iter([("1", "x", None), ("2", "y", None)])) == before
    changed = {rows_sha256(wider, iter([("1", "x", None), ("2", "y", b)])) for b in (None, 1.0, 2.0)}
    assert len(changed) == 3
