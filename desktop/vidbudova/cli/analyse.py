"""`analyse`: a plugin's numbers without the window, for one scenario, for several beside each other, on a cluster."""

from __future__ import annotations

import tempfile
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidbudova.cli.answers import DONE, Answer, Progress, error_body, say, spoken
from vidbudova.cli.opened import to_edit, to_look
from vidbudova.cli.options import command
from vidbudova.errors import UserError
from vidbudova.model.change import NOW
from vidbudova.text import _, number, with_unit

if TYPE_CHECKING:
    from vidbudova.jobs import Ran
    from vidbudova.jobs.many import Wanted
    from vidbudova.plugin import ResultTable
    from vidbudova.plugin.finding import Plugin
    from vidbudova.session import Session


YES_OR_NO = {"yes": True, "true": True, "1": True, "on": True, "no": False, "false": False, "0": False, "off": False}


LEAST = 0.001
"""Below this a number is told with its power of ten, for gaps and imbalances are that small."""


def register(commands: Any) -> None:
    """Add the commands of this file."""
    parser = command(commands, "analyse", analyse, _("run an analysis plugin in a process of its own"))
    parser.add_argument("plugin", metavar="PLUGIN", help=_("its id; “plugins” lists them"))
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--scenario", default=NOW, metavar="S", help=_("what is analysed; else what is true now"))
    which.add_argument("--scenarios", type=_names, metavar="A,B,C", help=_("several, beside each other within memory"))
    parser.add_argument(
        "--set", dest="values", action="append", default=[], type=_pair, metavar="NAME=VALUE",
        help=_("a parameter; may be said again"),
    )  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="FOLDER", help=_("write tables, charts and figures there, too"))
    parser.add_argument("--keep", action="store_true", help=_("keep the result in the project"))
    parser.add_argument("--by", metavar="NAME", help=_("who does it; else the name of the account"))
    parser.add_argument("--memory", type=_count, default=0, metavar="MB", help=_("the most that a run may take"))
    parser.add_argument("--seconds", type=_count, default=3600, metavar="S", help=_("the longest that a run may take"))
    parser.add_argument("--workers", type=_count, metavar="N", help=_("the most runs beside each other"))
    parser.add_argument("--scheduler", metavar="tcp://HOST:PORT", help=_("run on this Dask cluster"))


def analyse(args: Namespace) -> Answer:
    """Run, and say what was found."""
    from vidbudova.jobs.many import Wanted
    from vidbudova.plugin.finding import ready

    plugin = ready(args.plugin)
    parameters = typed(plugin, dict(args.values))
    names: list[str] = args.scenarios or [args.scenario]
    with tempfile.TemporaryDirectory(prefix="vidbudova-analyse-") as folder, _opened(args) as session:
        files = [Path(folder) / f"{at}.result" for at in range(len(names))]
        wanted = [
            Wanted(plugin, session.project.path, name, parameters, file)
            for name, file in zip(names, files, strict=True)
        ]
        progress = Progress()
        came = _run(args, wanted, progress)
        progress.end()
        bodies = [_finished(args, session, w, ran) for w, ran in zip(wanted, came, strict=True)]
    return _answer(args, plugin, list(zip(names, came, bodies, strict=True)))


def _run(args: Namespace, wanted: list[Wanted], progress: Progress) -> list[Ran | UserError]:
    from vidbudova.jobs import Limits
    from vidbudova.jobs.many import run_many

    limits = Limits(memory_mb=args.memory, seconds=args.seconds)
    if args.scheduler:
        from vidbudova.jobs.cluster import run_on_cluster

        return run_on_cluster(args.scheduler, wanted, progress, limits=limits)
    return run_many(wanted, progress, limits=limits, most=args.workers)


def _opened(args: Namespace) -> Any:
    return to_edit(args) if args.keep else to_look(args)


def _finished(args: Namespace, session: Session, wanted: Wanted, ran: Ran | UserError) -> dict[str, Any]:
    """Keep and write what is asked for; the body for --json."""
    from vidbudova.session import analyses
    from vidbudova.session.exporting_results import export_result, file_names

    if isinstance(ran, UserError):
        return {"scenario": wanted.scenario, "error": error_body(ran)}
    body = body_of(wanted, ran)
    if args.out:
        folder = args.out / file_names([wanted.scenario])[0] if args.scenarios else args.out
        body["files"] = [str(path) for path in export_result(ran.result, session.crs, folder)]
    if args.keep:
        assert wanted.into is not None
        body["kept"] = analyses.keep(session, wanted.plugin, wanted.scenario, ran, wanted.into).id
    return body


def body_of(wanted: Wanted, ran: Ran) -> dict[str, Any]:
    """One run as contract.md has it."""
    from vidbudova.session.exporting_results import value

    return {
        "plugin": wanted.plugin.id, "version": wanted.plugin.version, "scenario": wanted.scenario,
        "parameters": dict(ran.parameters), "inputs_sha256": ran.inputs_sha256,
        "summary": {name: value(v) for name, v in ran.result.summary.items()},
        "tables": {table.name: _rows(table) for table in ran.result.tables},
        "seconds": ran.seconds, "warnings": list(ran.warnings),
    }  # fmt: skip


def _rows(table: ResultTable) -> list[dict[str, Any]]:
    """The rows of a table without their places, which `--out` writes."""
    from vidbudova.session.exporting_results import rows_of, value

    rows = rows_of(table)
    names = rows.header() if "id" in table.frame.columns else list(rows.columns)
    skip = len(rows.header()) - len(names)
    return [{n: value(v) for n, v in zip(names, record[skip:], strict=True)} for record in rows.records()]


def _answer(args: Namespace, plugin: Plugin, told: Sequence[tuple[str, Ran | UserError, dict[str, Any]]]) -> Answer:
    """One object for one scenario; a list of runs for several, with the first error if one failed."""
    errors = [came for _name, came, _body in told if isinstance(came, UserError)]
    if not args.scenarios and errors:
        raise errors[0]
    for error in errors:
        for sentence in spoken(error).values():
            say(sentence)
    lines = [
        line for name, came, _body in told if not isinstance(came, UserError) for line in _lines(plugin, name, came)
    ]
    if not args.scenarios:
        return Answer(told[0][2], lines)
    body: dict[str, Any] = {"plugin": plugin.id, "version": plugin.version, "runs": [b for _name, _came, b in told]}
    if errors:
        body["error"] = error_body(errors[0])
    return Answer(body, lines, errors[0].exit_code if errors else DONE)


def _lines(plugin: Plugin, scenario: str, ran: Ran) -> Iterator[str]:
    yield _("{plugin} {version}, scenario “{scenario}”: {s} s").format(
        plugin=plugin.id, version=plugin.version, scenario=scenario, s=number(ran.seconds, 1)
    )
    titles = {figure.name: figure for figure in ran.result.figures}
    for name, found in ran.result.summary.items():
        figure = titles.get(name)
        yield with_unit(f"  {figure.title if figure else name}: {_shown(found)}", figure.unit if figure else "")
    for table in ran.result.tables:
        yield _("  {title}: {n} rows").format(title=table.title, n=number(len(table.frame)))
    for warning in ran.warnings:
        yield f"  {warning}"


def _shown(found: object) -> str:
    if isinstance(found, float):
        return f"{found:.2g}" if 0 < abs(found) < LEAST else number(found, 0 if abs(found) >= 1000 else 3)
    return number(found) if isinstance(found, int) and not isinstance(found, bool) else str(found)


def typed(plugin: Plugin, words: Mapping[str, str]) -> dict[str, Any]:
    """Parameters said as words, as the manifest has their types.

    Raises
    ------
    UserError
        no-such-thing or value-wrong.
    """
    known = {parameter.name: parameter for parameter in plugin.parameters}
    for name in words:
        if name not in known:
            raise UserError("no-such-thing", what=_("parameter"), id=name)
    return {name: _typed(known[name], said) for name, said in words.items()}


def _typed(parameter: Any, said: str) -> Any:
    kind = parameter.type
    try:
        if kind == "integer":
            return int(said)
        if kind == "number":
            return float(said)
    except ValueError:
        raise UserError("value-wrong", value=said, field=parameter.name, reason=_("it is no number")) from None
    if kind == "boolean":
        if said.lower() not in YES_OR_NO:
            raise UserError("value-wrong", value=said, field=parameter.name, reason=_("it is neither yes nor no"))
        return YES_OR_NO[said.lower()]
    if kind == "file":
        return str(Path(said).expanduser().resolve())
    return [part.strip() for part in said.split(",") if part.strip()] if kind == "ids" else said


def _names(words: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in words.split(",") if name.strip()))
    if not names:
        raise ArgumentTypeError(_("names of scenarios, with commas between them"))
    return names


def _pair(words: str) -> tuple[str, str]:
    name, equals, said = words.partition("=")
    if not equals or not name.strip():
        raise ArgumentTypeError(_("“{words}” is not NAME=VALUE").format(words=words))
    return name.strip(), said


def _count(words: str) -> int:
    if not words.isdigit() or int(words) < 1:
        raise ArgumentTypeError(_("a whole number from 1"))
    return int(words)
