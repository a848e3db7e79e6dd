"""The import doctor: looks at what was read and staged, says what is wrong, does only what was asked for."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import shapely

from vidbudova.errors import UserError
from vidbudova.formats import doctor_ground, doctor_rows, landing, letters, validity
from vidbudova.formats.features import Features
from vidbudova.formats.findings import Finding
from vidbudova.formats.mends import Mends
from vidbudova.formats.report import EXAMPLES, Job
from vidbudova.formats.staging import Staging
from vidbudova.model import crs as crs_rules
from vidbudova.model.crs import Floats

SAMPLE = 2000
"""So many places and texts of a batch are looked at."""
MOST_DEGREES = 400.0


class Doctor:
    """Sees every batch before it is taken, and everything at the end."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.mends = Mends(job.mends)
        self.home = landing.home_of(job.project_crs, job.around)
        self.samples: dict[str, list[Floats]] = {}
        self.findings: list[Finding] = []
        self.invalid: Counter[str] = Counter()
        self.mended_boxes: list[Floats] = []
        self.centres: list[Floats] = []
        self.drawn_in = ""
        self._texts = [0, 0]
        self._broken: list[tuple[str, str]] = []

    # -- before a batch is taken ----------------------------------------------------------------------------------

    def treat(self, batch: Features) -> None:
        """Do to a batch, as it stands in the file, what was asked for."""
        if "repair-text" in self.mends:
            batch.attributes[:] = [letters.repair(row) for row in batch.attributes]
            batch.columns = tuple(dict.fromkeys(name for row in batch.attributes for name in row)) or batch.columns
        swap, size = "swap-axes" in self.mends, self.mends.unit_m
        if swap or size != 1.0:
            batch.geometries = shapely.transform(
                shapely.force_2d(batch.geometries), lambda xy: (xy[:, ::-1] if swap else xy) * size
            )
        self._read(batch)

    def _read(self, batch: Features) -> None:
        rows = batch.attributes[:: max(len(batch) // SAMPLE, 1)]
        wrong, lost, some = letters.broken(rows)
        if wrong or lost:
            if len(rows) < len(batch):
                wrong, lost, some = letters.broken(batch.attributes)
            self._texts = [self._texts[0] + wrong, self._texts[1] + lost]
            self._broken += some

    def source(self, batch: Features) -> str:
        """The system of a batch; "" when the file names none, or degrees that its numbers cannot be."""
        if "as-degrees" in self.mends:
            return crs_rules.WGS84
        source = self.job.crs or batch.crs
        if self.job.crs or not source or not crs_rules.parse(source).is_geographic:
            return source
        xy = places(batch)
        absurd = (np.abs(xy) > MOST_DEGREES).any(axis=1)
        return "" if len(xy) and absurd.mean() > 0.5 else source

    def asks(self, batch: Features) -> UserError:
        """The question for the system of a file, with those that would put it where the project is."""
        sample = places(batch)
        found = landing.candidates(sample, self.job.project_crs, self.home)
        hint = "; ".join(one.words() for one in found[:3])
        listed = [{"crs": one.crs, "name": one.name, "place": one.place, "words": one.words()} for one in found]
        return UserError("crs-missing", file=self.job.name, hint=hint or _seems(sample), candidates=listed)

    def see(self, batch: Features, source: str) -> None:
        """Remember some places of a batch as the file has them."""
        xy = places(batch)
        if len(xy):
            self.samples.setdefault(source, []).append(xy)

    def placed(self, before: Any, after: Any, mended: Any) -> None:
        """Remember where things came to lie, and what was mended and why."""
        boxes = shapely.bounds(after)
        known = np.isfinite(boxes).all(axis=1)
        self.centres.append((boxes[known, :2] + boxes[known, 2:]) / 2)
        if mended.any():
            self.invalid.update(validity.kinds(before[mended]))
            self.mended_boxes.append(boxes[mended & known])

    # -- at the end -----------------------------------------------------------------------------------------------

    def finish(self, staging: Staging, count: int) -> int:
        """Look at everything, and do to staged rows what was asked for; gives how many features were set aside."""
        for source, sample in self.samples.items():
            xy = np.concatenate(sample)
            self.findings += landing.look(xy, source, self.job.project_crs, self.home, count)
        if self.drawn_in and self.mends.unit_m == 1.0:
            self.findings = [f for f in self.findings if f.code != "unit-not-metre"]
            self.findings.append(Finding("drawing-unit", count, mends=(self.drawn_in,), values={"unit": self.drawn_in}))
        self.findings += self._about_text()
        self.findings += doctor_rows.heights(staging, self.mends, self.job)
        self.findings += doctor_ground.check(staging, self.job.terrain, self.mends)
        if not self.centres or any(f.code in OUT_OF_PLACE for f in self.findings):
            return 0
        far, aside = doctor_rows.far(staging, np.concatenate(self.centres), self.mends)
        self.findings += far
        return aside

    def told(self, counted: list[Finding], staging: Staging) -> list[Finding]:
        """All findings, what was counted with its place on the map and its mend."""
        aside = doctor_rows.set_aside(staging)
        for one in counted:
            one.where = aside.get(one.code)
            if one.code == "geometry-mended":
                one.where, one.values = _box(self.mended_boxes), {"kinds": dict(self.invalid)}
            elif one.code == "duplicate":
                one.mends = ("keep-duplicates",)
        return sorted(self.findings, key=lambda f: -f.count) + counted

    def _about_text(self) -> list[Finding]:
        wrong, lost = self._texts
        found = []
        if wrong:
            told = [f"{before} → {after}" for before, after in self._broken[:EXAMPLES]]
            samples = {"repair-text": self._broken[0][1]}
            found.append(Finding("text-broken", wrong, told, ("repair-text",), samples=samples))
        if lost:
            found.append(Finding("text-lost", lost))
        return found


OUT_OF_PLACE = frozenset({"degrees-as-metres", "axes-swapped", "unit-not-metre"})


def _seems(sample: Floats) -> str:
    box = (*sample.min(axis=0), *sample.max(axis=0)) if len(sample) else (math.inf,) * 4
    return crs_rules.guess_hint(box)


def _box(boxes: list[Floats]) -> tuple[float, float, float, float] | None:
    known = np.concatenate(boxes) if boxes else np.empty((0, 4))
    if not len(known):
        return None
    low, high = known[:, :2].min(axis=0), known[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def places(batch: Features) -> Floats:
    """Corners of some of the things in a batch, as the file has them (n, 2)."""
    some = batch.geometries[:: max(len(batch) // SAMPLE, 1)]
    xy = shapely.get_coordinates(some)
    xy = xy[np.isfinite(xy).all(axis=1)]
    thinned: Floats = xy[:: max(len(xy) // SAMPLE, 1)]
    return thinned
