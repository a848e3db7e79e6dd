"""`analyse`: a plugin's numbers without the window, for one city or several, for scenarios, on a cluster."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
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
    about = _("run an analysis plugin in a process of its own")
    parser = command(commands, "analyse", analyse, about, project=False)
    several = _("project file (.vbp.gpkg); several go beside each other within memory")
    parser.add_argument("projects", nargs="+", type=Path, metavar="PROJECT", help=several)
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


@dataclass(slots=True)
class Part:
    """One run of several: what on which city; what came of it, or why nothing did."""

    project: Path
    name: str
    wanted: Wanted
    session: Session | None = None
    came: Ran | UserError | None = None

    @property
    def error(self) -> UserError | None:
        """Why it did not come about."""
        return self.came if isinstance(self.came, UserError) else None


def analyse(args: Namespace) -> Answer:
    """Run, and say what was found."""
    from vidbudova.jobs.place import workplace
    from vidbudova.plugin.finding import ready

    plugin = ready(args.plugin)
    parameters = typed(plugin, dict(args.values))
    with ExitStack() as held:
        folder = held.enter_context(workplace())
        parts = _parts(args, plugin, parameters, folder)
        _open(args, parts, held)
        progress = Progress()
        can = [part for part in parts if part.came is None]
        for part, came in zip(can, _run(args, [part.wanted for part in can], progress), strict=True):
            part.came = came
        progress.end()
        bodies = [_finished(args, part, parts) for part in parts]
    return _answer(args, plugin, parts, bodies)


def _parts(args: Namespace, plugin: Plugin, parameters: dict[str, Any], folder: Path) -> list[Part]:
    """Every scenario of every project; a project that is named twice is one."""
    from vidbudova.jobs.many import Wanted
    from vidbudova.session.exporting_results import file_names

    known: dict[Path, Path] = {}
    for project in args.projects:
        known.setdefault(project.resolve(), project)
    projects = list(known.values())
    names = file_names([project.name.removesuffix(".gpkg").removesuffix(".vbp") for project in projects])
    each = [(p, name, s) for p, name in zip(projects, names, strict=True) for s in args.scenarios or [args.scenario]]
    return [
        Part(project, name, Wanted(plugin, project, scenario, parameters, folder / f"{at}.result"))
        for at, (project, name, scenario) in enumerate(each)
    ]


def _is_several(args: Namespace, parts: Sequence[Part]) -> bool:
    return bool(args.scenarios) or len(parts) > 1


def _are_cities(parts: Sequence[Part]) -> bool:
    return len({part.project for part in parts}) > 1


def _open(args: Namespace, parts: Sequence[Part], held: ExitStack) -> None:
    """Open each project once; one that cannot be opened fails with all its scenarios."""
    opened: dict[Path, Session | UserError] = {}
    for part in parts:
        if part.project not in opened:
            told = Namespace(project=part.project, by=args.by)
            try:
                opened[part.project] = held.enter_context(to_edit(told) if args.keep else to_look(told))
            except UserError as error:
                opened[part.project] = error
        there = opened[part.project]
        if isinstance(there, UserError):
            part.came = there
        else:
            part.session = there


def _run(args: Namespace, wanted: list[Wanted], progress: Progress) -> list[Ran | UserError]:
    from vidbudova.jobs import Limits
    from vidbudova.jobs.many import run_many

    if not wanted:
        return []
    limits = Limits(memory_mb=args.memory, seconds=args.seconds)
    if args.scheduler:
        from vidbudova.jobs.cluster import run_on_cluster

        return run_on_cluster(args.scheduler, wanted, progress, limits=limits)
    return run_many(wanted, progress, limits=limits, most=args.workers)


def _finished(args: Namespace, part: Part, parts: Sequence[Part]) -> dict[str, Any]:
    """Keep and write what is asked for; the body for --json."""
    from vidbudova.session import analyses
    from vidbudova.session.exporting_results import export_result, file_names

    wanted, ran = part.wanted, part.came
    where = {"project": str(part.project)} if _is_several(args, parts) else {}
    if isinstance(ran, UserError) or ran is None or part.session is None:
        error = {} if part.error is None else {"error": error_body(part.error)}
        return {**where, "scenario": wanted.scenario, **error}
    body = {**where, **body_of(wanted, ran)}
    if args.out:
        folder = args.out / part.name if _are_cities(parts) else args.out
        folder = folder / file_names([wanted.scenario])[0] if args.scenarios else folder
        body["files"] = [str(path) for path in export_result(ran.result, part.session.crs, folder)]
    if args.keep:
        assert wanted.into is not None
        body["kept"] = analyses.keep(part.session, wanted.plugin, wanted.scenario, ran, wanted.into).id
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


def _answer(args: Namespace, plugin: Plugin, parts: Sequence[Part], bodies: Sequence[dict[str, Any]]) -> Answer:
    """One object for one run; a list of runs for several, with the first error if one failed."""
    several, cities = _is_several(args, parts), _are_cities(parts)
    errors = [(part, part.error) for part in parts if part.error is not None]
    if not several and errors:
        raise errors[0][1]
    for part, error in errors:
        for sentence in spoken(error).values():
            say(f"{part.project.name}: {sentence}" if cities else sentence)
    lines: list[str] = []
    for part in parts:
        if part.came is not None and not isinstance(part.came, UserError):
            lines += [part.project.name] * cities + list(_lines(plugin, part.wanted.scenario, part.came))
    if not several:
        return Answer(bodies[0], lines)
    body: dict[str, Any] = {"plugin": plugin.id, "version": plugin.version, "runs": list(bodies)}
    if errors:
        body["error"] = error_body(errors[0][1])
    return Answer(body, lines, errors[0][1].exit_code if errors else DONE)


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
