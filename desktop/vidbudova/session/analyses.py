"""Analyses of the open project: run one, keep what it found, see whether that still holds, take what it proposes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import shapely

from vidbudova import jobs
from vidbudova.errors import UserError
from vidbudova.jobs import origins
from vidbudova.jobs.place import workplace
from vidbudova.model.change import NOW, Change, Delta, Value
from vidbudova.model.ids import new_id
from vidbudova.model.schema import TABLES
from vidbudova.plugin import Proposal, ProposedDelta, Result, finding, result_file
from vidbudova.plugin.finding import Plugin
from vidbudova.session.core import Session
from vidbudova.store import results
from vidbudova.text import _, mark

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]

TOLD = (
    "plugin", "version", "title", "scenario", "parameters", "ran_at", "seconds", "inputs_sha256", "summary",
)  # fmt: skip
"""What a kept result says of itself."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A result that is kept with the project.

    Attributes
    ----------
    id, plugin, version, title : of the result, of the plugin, and the plugin's title when it ran.
    scenario, parameters : what it was run on.
    ran_at : ISO, UTC; seconds : what it took.
    inputs_sha256 : of everything it rests on.
    stale : whether its inputs are others now; changes_since : how many Changes touched the tables it read.
    summary, warnings : of the result, to show without reading its file.
    """

    id: str
    plugin: str
    version: str
    title: str
    scenario: str
    parameters: Mapping[str, Any]
    ran_at: str
    seconds: float
    inputs_sha256: str
    stale: bool
    changes_since: int
    summary: Mapping[str, Any]
    warnings: tuple[str, ...]


def run_analysis(
    session: Session,
    plugin_id: str,
    parameters: Mapping[str, Any] | None = None,
    scenario: str = NOW,
    progress: Progress = lambda share, what: None,
    cancelled: Cancelled = lambda: False,
    limits: jobs.Limits = jobs.Limits(),  # noqa: B008 - frozen
) -> Kept:
    """Run a plugin on the project as it is now, and keep what it found.

    Raises
    ------
    UserError
        If it cannot be run, broke off or was cancelled; then nothing is kept.
    """
    return run_and_read(session, plugin_id, parameters, scenario, progress, cancelled, limits)[0]


def run_and_read(
    session: Session,
    plugin_id: str,
    parameters: Mapping[str, Any] | None = None,
    scenario: str = NOW,
    progress: Progress = lambda share, what: None,
    cancelled: Cancelled = lambda: False,
    limits: jobs.Limits = jobs.Limits(),  # noqa: B008 - frozen
) -> tuple[Kept, Result]:
    """The same, with what it found, which need not be read once more."""
    plugin = finding.ready(plugin_id)
    _refuse_to_keep_nowhere(session)
    after = results.last_change(session.project)
    with workplace() as folder:
        into = folder / "kept"
        ran = jobs.run(plugin, session.project.path, scenario, parameters, progress, cancelled, limits, into)
        return keep(session, plugin, scenario, ran, into, after), ran.result


def explore(
    session: Session,
    plugin_id: str,
    parameters: Mapping[str, Any] | None = None,
    scenario: str = NOW,
    progress: Progress = lambda share, what: None,
    cancelled: Cancelled = lambda: False,
    limits: jobs.Limits = jobs.Limits(),  # noqa: B008 - frozen
) -> jobs.Explorer:
    """Run a plugin on the project as it is now so that it stays to be asked; whoever opens it closes it."""
    return jobs.open_explorer(
        finding.ready(plugin_id), session.project.path, scenario, parameters, progress, cancelled, limits
    )


def rests_on_now(session: Session, explorer: jobs.Explorer) -> bool:
    """Whether the tables still hold what an explorer has read."""
    now = _data_sha256(session, list(explorer.plugin.reads), explorer.scenario)
    return now == explorer.ran.data_sha256


def keep_explored(session: Session, explorer: jobs.Explorer) -> Kept:
    """Keep what the run of an explorer found, without running it once more."""
    _refuse_to_keep_nowhere(session)
    with workplace() as folder:
        file = folder / "kept"
        result_file.write(explorer.result, file)
        return keep(session, explorer.plugin, explorer.scenario, explorer.ran, file)


def keep(session: Session, plugin: Plugin, scenario: str, ran: jobs.Ran, file: Path, after: str | None = None) -> Kept:
    """Keep a run, and take its file; `after` is the last Change before it began if that is known, else that of now."""
    now = session.clock()
    told = {
        "plugin": plugin.id, "version": plugin.version, "title": plugin.name, "scenario": scenario,
        "parameters": dict(ran.parameters), "ran_at": _iso(now), "seconds": ran.seconds, "reads": list(plugin.reads),
        "inputs_sha256": ran.inputs_sha256, "data_sha256": ran.data_sha256, "code_sha256": plugin.sha256,
        "files": origins.files_sha256(plugin.files, ran.parameters),
        "summary": dict(ran.result.summary), "warnings": list(ran.warnings),
    }  # fmt: skip
    last = results.last_change(session.project) if after is None else after
    if after is not None:
        _remember(session, told, last)
    row = results.keep(session.project, file, new_id(now, os.urandom(10)), last, told)
    return _kept(session, row, {plugin.id: plugin.sha256})


def kept(session: Session) -> list[Kept]:
    """Every kept result, the newest first."""
    rows = sorted(results.listed(session.project), key=lambda row: (row.told["ran_at"], row.id), reverse=True)
    code = {plugin.id: plugin.sha256 for plugin in finding.listed()} if rows else {}
    return [_kept(session, row, code) for row in rows]


def result_of(session: Session, kept_id: str) -> Result:
    """What a kept run found, whole.

    Raises
    ------
    UserError
        no-such-thing, or result-missing where its file is not here or is damaged.
    """
    row = _row(session, kept_id)
    file = results.path_of(session.project, row.file)
    if file is None or not results.is_whole(file):
        raise UserError("result-missing", id=row.file[:12])
    return result_file.read(file)


def forget(session: Session, kept_id: str) -> None:
    """Take a kept result out of the project."""
    if not results.forget(session.project, kept_id):
        raise UserError("no-such-thing", what=_("result"), id=kept_id)


def take(session: Session, proposal: Proposal, scenario: str = NOW) -> Change | None:
    """Make what a plugin proposed one Change, after a person has looked at it; None if it would change nothing."""
    rows: dict[tuple[str, str], dict[str, Value]] = {}
    for delta in proposal.deltas:
        if delta.table not in TABLES:
            raise UserError("no-such-thing", what=_("table"), id=delta.table)
        rows.setdefault((delta.table, delta.id), {})[delta.field] = _value(delta)
    deltas = [Delta(table, id, None, fields) for (table, id), fields in rows.items()]
    return session.do(mark("Take a proposal: {proposal}"), deltas, scenario, proposal=proposal.title)


def _value(delta: ProposedDelta) -> Value:
    """The value as the schema has it: sets of words, and places from shapely or WKT."""
    field = next((f for f in TABLES[delta.table].fields if f.name == delta.field), None)
    if field is None:
        raise UserError("no-such-thing", what=_("field"), id=delta.field)
    value: Value = delta.value
    if field.kind == "geometry" and value is not None and not isinstance(value, bytes):
        return _wkb(delta, value)
    if field.kind == "set" and isinstance(value, list | tuple | set):
        return frozenset(map(str, value))
    if field.kind == "real" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _wkb(delta: ProposedDelta, value: object) -> bytes:
    try:
        return bytes(shapely.to_wkb(shapely.from_wkt(value) if isinstance(value, str) else value))
    except (shapely.GEOSException, TypeError) as error:
        raise UserError("value-wrong", value=value, field=delta.field, reason=_("it is no place")) from error


def _row(session: Session, kept_id: str) -> results.Row:
    for row in results.listed(session.project):
        if row.id == kept_id:
            return row
    raise UserError("no-such-thing", what=_("result"), id=kept_id)


def _kept(session: Session, row: results.Row, code: Mapping[str, str]) -> Kept:
    told = row.told
    return Kept(
        id=row.id, stale=_is_stale(session, told, code),
        changes_since=results.changes_since(session.project, row.after, told["reads"], told["scenario"]),
        warnings=tuple(told["warnings"]),
        **{name: told[name] for name in TOLD},
    )  # fmt: skip


def _is_stale(session: Session, told: Mapping[str, Any], code: Mapping[str, str]) -> bool:
    """Whether the tables hold other data now, or the plugin or a file that is here now is another; `code` by plugin.

    A plugin or a file that is not on this computer says nothing.
    """
    reads, scenario, files = told["reads"], told["scenario"], told["files"]
    if (
        _data_sha256(session, reads, scenario) != told["data_sha256"]
        or code.get(told["plugin"], told["code_sha256"]) != told["code_sha256"]
    ):
        return True
    here = origins.files_sha256(files, told["parameters"])
    return any(sha256 and sha256 != files[name] for name, sha256 in here.items())


def _data_sha256(session: Session, reads: list[str], scenario: str) -> str:
    return session.remembered(
        _of_inputs(reads, scenario), reads, lambda: session.project.inputs_sha256(reads, scenario)
    )


def _remember(session: Session, told: Mapping[str, Any], after: str) -> None:
    """What a run has just computed of the tables is known, unless a Change came since."""
    reads, scenario = told["reads"], told["scenario"]

    def known() -> str:
        same = results.last_change(session.project) == after
        return str(told["data_sha256"]) if same else session.project.inputs_sha256(reads, scenario)

    session.remembered(_of_inputs(reads, scenario), reads, known)


def _of_inputs(reads: list[str], scenario: str) -> str:
    return f"inputs of analyses: {scenario}: {', '.join(reads)}"


def _refuse_to_keep_nowhere(session: Session) -> None:
    if session.read_only:
        raise UserError("project-read-only", path=session.project.path, reason=_("it was opened to look only."))


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")
