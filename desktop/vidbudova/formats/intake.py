"""From features as they stand in a file to staged rows of ours: the one way in for every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import shapely

from vidbudova.formats import building_parts, clipping, fields, findings, kinds, mending, values
from vidbudova.formats.doctor import Doctor
from vidbudova.formats.duplicates import Duplicates, KeepAll
from vidbudova.formats.features import Features
from vidbudova.formats.findings import Finding
from vidbudova.formats.problems import SKIPPED
from vidbudova.formats.report import EXAMPLES, Job
from vidbudova.formats.staging import Staging
from vidbudova.model import crs as crs_rules
from vidbudova.model import ids, schema

Progress = Callable[[float, str], None]

OWN_ID = ("osm_id", "@id", "osm_way_id", "full_id", "fid_", "gml_id", "globalid", "uuid", "id")
"""Columns that name a feature better than its place in the file does."""


class Intake:
    """Counts, mends, sorts and stages the features of one file."""

    def __init__(self, job: Job, staging: Staging, progress: Progress) -> None:
        self.job = job
        self.staging = staging
        self._tell = progress
        self._stage = (0, 1)
        self.read = 0
        self.kept = 0
        self.crs = ""
        self.format = ""
        self.attribution = ""
        self.licence = ""
        self.each: Callable[[Features], None] | None = None
        self.assumed = kinds.Assumptions(job.storey_height_m, job.default_height_m)
        self.counts: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}
        self._seen_ids: Counter[str] = Counter()
        self.doctor = Doctor(job)
        self._duplicates = Duplicates() if "keep-duplicates" not in self.doctor.mends else KeepAll()
        self._parts: dict[str, str] = {}

    def see_unit(self, mend: str) -> None:
        """A drawing says that its unit is not the metre."""
        self.doctor.drawn_in = mend

    def letters(self, found: str) -> str:
        """The encoding to read text in: the one that was asked for, else the one found."""
        return self.doctor.mends.get("encoding") or found

    def note_letters(self, found: str, sample: bytes) -> None:
        """The encoding was guessed: say so, with how the text would read in others."""
        if "encoding" not in self.doctor.mends:
            self.doctor.findings.append(findings.about_letters(found, sample))

    def stage(self, at: int, of: int) -> None:
        """Which of several layers or files comes now, for the bar."""
        self._stage = (at, of)

    def progress(self, share: float, what: str) -> None:
        """How far the present layer is."""
        at, of = self._stage
        self._tell((at + share) / of, what)

    def note(self, code: str, example: str = "", count: int = 1) -> None:
        """Count something for the report, with an example or two."""
        self.counts[code] += count
        listed = self._examples.setdefault(code, [])
        if example and len(listed) < EXAMPLES and example not in listed:
            listed.append(example[:120])

    def take(self, batch: Features, router: kinds.Router | None = None) -> None:
        """Stage a batch of one layer; every feature is kept or set aside with a reason."""
        if self.each is not None:
            self.each(batch)
        self.doctor.treat(batch)
        source = self._source_crs(batch)
        batch = self._clipped(batch, source)
        if not len(batch):
            return
        self.doctor.see(batch, source)
        if router is None:
            router = kinds.router(batch.layer, batch.columns, self.job.kind, self.assumed)
        mended = mending.mend(batch.geometries, source, self.job.project_crs)
        self.doctor.placed(batch.geometries, mended.geometries, mended.mended)
        self.read += len(batch)
        rows: dict[str, list[dict[str, Any]]] = {}
        for at in np.argsort(-mended.dimensions, kind="stable").tolist():
            self._feature(batch, mended, at, router, rows)
        for table, listed in rows.items():
            self.staging.add(table, listed)

    def _clipped(self, batch: Features, source: str) -> Features:
        """What lies within the box that was asked for."""
        if self.job.within is None:
            return batch
        inside = clipping.inside(batch, source, self.job.within)
        if left_out := len(batch) - len(inside):
            self.note("outside", count=left_out)
        return inside

    def _source_crs(self, batch: Features) -> str:
        source = self.doctor.source(batch)
        if not source:
            raise self.doctor.asks(batch)
        name = crs_rules.name_of(crs_rules.parse(source))
        if name not in self.crs.split(", "):
            self.crs = f"{self.crs}, {name}".strip(", ")
        return source

    def _feature(
        self,
        batch: Features,
        mended: mending.Mended,
        at: int,
        router: kinds.Router,
        rows: dict[str, list[dict[str, Any]]],
    ) -> None:
        key, attributes = self._key(batch, at), batch.attributes[at]
        told, seen = batch.faults.get(at, ("", ""))
        code = told if told in SKIPPED else mended.codes[at]
        placed: list[dict[str, Any]] = []
        if not code:
            code, placed = self._place(key, attributes, mended, at, router)
        if code:
            self.note(code, seen or key)
            aside = self._aside(key, code, seen, mended.geometries[at], attributes)
            rows.setdefault("quarantine", []).append(aside)
            return
        self.kept += 1
        for noted in (told, "geometry-mended" if mended.mended[at] else ""):
            if noted:
                self.note(noted, key)
        self._keep(placed, attributes, batch.ids[at], rows)

    def _keep(
        self, placed: list[dict[str, Any]], attributes: dict[str, Any], id: str, rows: dict[str, list[dict[str, Any]]]
    ) -> None:
        said = fields.attributes_text(attributes)
        source_id = _own_id(attributes) or id
        for row in placed:
            row["source_id"] = source_id
            row["attributes"] = said if schema.GEOM in row else None
            rows.setdefault(row.pop("_table"), []).append(row)

    def _place(self, key: str, attributes: dict[str, Any], mended: mending.Mended, at: int, router: kinds.Router
               ) -> tuple[str, list[dict[str, Any]]]:  # fmt: skip
        placings = router(attributes, mended.dimension[at])
        made: list[dict[str, Any]] = []
        notes: fields.Notes = []
        observation = ""
        for placing in placings:
            row = dict(placing.fields)
            row["_table"] = placing.table
            row["id"] = ids.source_id(self.job.sha256, key + placing.suffix, placing.table)
            if placing.with_shape:
                code, wkb = self._shape(placing, mended, at, notes)
                if wkb is None:
                    return code, []
                row[schema.GEOM] = wkb
                observation = row["id"]
            else:
                row["observation"] = observation
            if placing.is_part:
                self._parts[row["id"]] = key
            made.append(row)
            notes += placing.notes
        for code, example in notes:
            self.note(code, example or key)
        return "", made

    def _shape(self, placing: kinds.Placing, mended: mending.Mended, at: int, notes: fields.Notes
               ) -> tuple[str, bytes | None]:  # fmt: skip
        """What is wrong with the shape for that table, or it as bytes."""
        wanted, usual = schema.TABLES[placing.table].geometry, mended.usual
        if usual.wanted[at] == wanted:
            shape, wkb, outline = usual.shapes[at], usual.wkb[at], usual.outline
        else:
            shape = self._unusual(wanted, mended.geometries[at], notes)
            if shape is None:
                return "wrong-geometry-type", None
            wkb, outline = shapely.to_wkb(shape), mending.fitted(np.array([shape])).outline
            at = 0
        if placing.table == "buildings" and self._duplicates.seen(
            outline(at), placing.fields, placing.is_part or "part_of" in placing.fields
        ):
            return "duplicate", None
        return "", wkb

    def _unusual(self, wanted: str, geometry: shapely.Geometry, notes: fields.Notes) -> shapely.Geometry | None:
        shape = mending.fit(geometry, wanted)
        if shape is None and wanted == "MULTIPOLYGON" and (area := mending.filled(geometry)) is not None:
            shape = mending.fit(area, wanted)
            notes.append(("outline-filled", ""))
        return shape

    def _key(self, batch: Features, at: int) -> str:
        key = f"{batch.layer}:{batch.ids[at]}" if batch.layer else batch.ids[at]
        self._seen_ids[key] += 1
        if (times := self._seen_ids[key]) > 1:
            self.note("id-repeated", key)
            return f"{key}#{times}"
        return key

    def _aside(self, key: str, code: str, seen: str, geometry: Any, attributes: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": ids.source_id(self.job.sha256, key, "quarantine"),
            schema.GEOM: None if geometry is None else shapely.to_wkb(geometry),
            "code": code,
            "reason": seen or code,
            "source_id": _own_id(attributes) or key,
            "attributes": fields.attributes_text(attributes),
        }

    def finish(self) -> None:
        """What can be done only when all features are there."""
        if self._parts:
            for alone in building_parts.link(self.staging, list(self._parts)):
                self.note("part-alone", self._parts[alone])
        if aside := self.doctor.finish(self.staging, self.read):
            self.kept -= aside
            self.note("left-out", count=aside)

    def report(self) -> dict[str, Any]:
        """What the program makes the import report of."""
        return {
            "format": self.format,
            "read": self.read,
            "kept": self.kept,
            "crs": self.crs,
            "counts": dict(self.staging.counts),
            "problems": self.problems(),
            "attribution": self.attribution,
            "licence": self.licence,
        }

    def problems(self) -> list[dict[str, Any]]:
        """What is to be said, the most frequent first: findings with their mends, then what was counted."""
        counted = [Finding(code, count, self._examples.get(code, [])) for code, count in self.counts.most_common()]
        return [asdict(one) for one in self.doctor.told(counted, self.staging)]


def _own_id(attributes: dict[str, Any]) -> str | None:
    for name in OWN_ID:
        if name in attributes and (found := values.text(attributes[name])):
            return found
    return None
