"""The report of a project: which kept results it tells of, in which order, and what a person adds to each.

It is kept with the project and beside the results, not in the log: it says nothing about the city itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from vidbudova.errors import UserError
from vidbudova.model.change import NOW
from vidbudova.session import analyses
from vidbudova.session.analyses import Kept
from vidbudova.session.core import Session
from vidbudova.store import results
from vidbudova.text import _

REPORT = "report"
LONGEST_NOTE = 4000
CAMERA = 7
"""Numbers that say how a picture is looked at."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One result in the report.

    Attributes
    ----------
    id : of the kept result.
    note : what a person says of it.
    table : which of its tables lies on the picture; "" for the first that can be drawn.
    camera : how the city was looked at when it was added (7 numbers of a camera); empty for the whole city.
    """

    id: str
    note: str = ""
    table: str = ""
    camera: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What the report of a project holds, in order; `title` is a person's, or empty."""

    title: str = ""
    entries: tuple[Entry, ...] = ()

    def entry(self, id: str) -> Entry | None:
        """The entry of a kept result."""
        return next((one for one in self.entries if one.id == id), None)

    def with_entry(self, entry: Entry) -> Report:
        """The same with an entry at the end, or in place of that of the same result."""
        if self.entry(entry.id) is None:
            return replace(self, entries=(*self.entries, entry))
        return replace(self, entries=tuple(entry if one.id == entry.id else one for one in self.entries))

    def without(self, id: str) -> Report:
        """The same without a result."""
        return replace(self, entries=tuple(one for one in self.entries if one.id != id))

    def moved(self, id: str, by: int) -> Report:
        """The same with a result so many places further down; never beyond an end."""
        entry = self.entry(id)
        if entry is None:
            return self
        rest = [one for one in self.entries if one.id != id]
        at = min(max(self.entries.index(entry) + by, 0), len(rest))
        return replace(self, entries=(*rest[:at], entry, *rest[at:]))


@dataclass(frozen=True, slots=True)
class Since:
    """What happened since a result: the title of Changes, in words, and how many bear it."""

    title: str
    count: int


def report_of(session: Session) -> Report:
    """The report of a project; results that are no longer kept are left out."""
    said = session.view_state(REPORT)
    if not isinstance(said, dict):
        return Report()
    here = {row.id for row in results.listed(session.project)}
    listed = said.get("entries")
    entries = [_entry(one) for one in (listed if isinstance(listed, list) else [])]
    return Report(str(said.get("title") or ""), tuple(one for one in entries if one is not None and one.id in here))


def keep_report(session: Session, report: Report) -> None:
    """Keep it with the project.

    Raises
    ------
    UserError
        project-read-only.
    """
    if session.read_only:
        raise UserError("project-read-only", path=session.project.path, reason=_("it was opened to look only."))
    session.set_view_state(REPORT, asdict(report))


def printed(session: Session, ids: Sequence[str] = ()) -> tuple[Report, list[Kept]]:
    """What a report is made of: some results; else what was added to it; else every kept result that still holds.

    Raises
    ------
    UserError
        no-such-thing where a result is not kept; report-empty where there is nothing to tell.
    """
    kept = {one.id: one for one in analyses.kept(session)}
    report = report_of(session)
    for id in ids:
        if id not in kept:
            raise UserError("no-such-thing", what=_("result"), id=id)
    wanted = list(dict.fromkeys(ids)) or [one.id for one in report.entries]
    wanted = wanted or [one.id for one in kept.values() if not one.stale]
    if not wanted:
        raise UserError("report-empty", path=session.project.path.name)
    chosen = tuple(report.entry(id) or Entry(id) for id in wanted)
    return replace(report, entries=chosen), [kept[id] for id in wanted]


def changed_since(session: Session, kept_id: str, words: Any = lambda change: change.title) -> list[Since]:
    """Which Changes touched what a result rests on since it was found, those that are many first.

    words : the title of a Change as a person reads it.
    """
    row = next((one for one in results.listed(session.project) if one.id == kept_id), None)
    if row is None:
        return []
    reads, scenario = set(row.told["reads"]), row.told["scenario"]
    counts: dict[str, int] = {}
    for change in session.changes(row.after or None):
        if change.scenario in (NOW, scenario) and change.tables() & reads:
            title = str(words(change))
            counts[title] = counts.get(title, 0) + 1
    return [Since(title, count) for title, count in sorted(counts.items(), key=lambda one: -one[1])]


def _entry(said: Any) -> Entry | None:
    """An entry as a file has it; None for what is none."""
    if not isinstance(said, dict) or not isinstance(said.get("id"), str):
        return None
    camera = said.get("camera")
    numbers = isinstance(camera, list) and len(camera) == CAMERA and all(isinstance(n, int | float) for n in camera)
    return Entry(
        said["id"], str(said.get("note") or "")[:LONGEST_NOTE], str(said.get("table") or ""),
        tuple(map(float, camera)) if numbers and isinstance(camera, list) else (),
    )  # fmt: skip
