"""`report`: kept results as one PDF. The city is drawn here; a child that knows Qt sets the pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidbudova import __version__, paths
from vidbudova.cli.answers import Answer, Progress
from vidbudova.cli.opened import author, to_look
from vidbudova.cli.options import command
from vidbudova.errors import UserError
from vidbudova.text import _, language, number, with_unit

if TYPE_CHECKING:
    from vidbudova.plugin import Result, ResultTable
    from vidbudova.plugin.manifest import Parameter
    from vidbudova.session import Session
    from vidbudova.session.analyses import Kept
    from vidbudova.session.reporting import Entry, Report

SIZE = (1400, 788)
CHILD = "vidbudova.ui.printing"
DRAWN, SET = 0.85, 0.95
"""Shares of the whole after which the pictures, and the pages, are done."""
LONGEST_S = 600
PITCH_DEG = 38.0
"""From higher up than a city is met with: streets have to be seen between the houses."""
MOST_IDS = 5


def register(commands: Any) -> None:
    """Add the command of this file."""
    parser = command(
        commands, "report", report_, _("kept results as one PDF, with pictures, figures and their sources")
    )
    vars(parser)["mixed"] = True
    about = _("ids of kept results; else those in the report, else all that still hold")
    parser.add_argument("results", nargs="*", metavar="RESULT_ID", help=about)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.pdf")
    parser.add_argument("--title", metavar="WORDS", help=_("what stands on the first page"))
    parser.add_argument(
        "--table", metavar="NAME", help=_("which of a result's tables is drawn; else the first that can be")
    )
    about = _("how the pictures are looked at where the report does not say: X Y Z DISTANCE HEADING PITCH FOV")
    parser.add_argument("--camera", nargs=7, type=float, metavar="N", help=about)
    parser.add_argument("--by", metavar="NAME", help=_("who made it; else the name of the account"))


def report_(args: Namespace) -> Answer:
    """Draw, set and write; the file is whole, or not there."""
    from vidbudova.formats.export import part_of
    from vidbudova.session.reporting import printed

    progress = Progress()
    with to_look(args) as session, tempfile.TemporaryDirectory(prefix="vidbudova-report-") as folder:
        progress(0.0, _("Opening the project"))
        report, kept = printed(session, args.results)
        job = _job(args, session, report, kept, Path(folder), progress)
        progress(DRAWN, _("Setting the pages"))
        with part_of(args.out) as part:
            pages = _print(job, Path(folder), part, args.out)
    progress(1.0)
    progress.end()
    body = {
        "out": str(args.out), "pages": pages, "results": [one.id for one in kept],
        "stale": [one.id for one in kept if one.stale], "bytes": args.out.stat().st_size,
    }  # fmt: skip
    return Answer(body, [_("{path}: {n} pages").format(path=args.out, n=number(pages))])


def _job(
    args: Namespace, session: Session, report: Report, kept: Sequence[Kept], folder: Path, progress: Progress
) -> dict[str, Any]:
    """Everything that the pages say, but for what the files of the results hold."""
    told = [_told(args, session, entry, one) for entry, one in zip(report.entries, kept, strict=True)]
    for at, table in enumerate(_pictures(session, told, folder, progress)):
        told[at]["table"] = table
    rows = session.rows("layers").values()
    return {
        "language": language(), "title": args.title or report.title, "city": _city(session.project.path),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "by": author(args), "version": __version__,
        "attributions": list(dict.fromkeys(filter(None, (str(row.get("attribution") or "") for row in rows)))),
        "entries": told,
    }  # fmt: skip


def _told(args: Namespace, session: Session, entry: Entry, kept: Kept) -> dict[str, Any]:
    """What is known of a result without reading it."""
    from vidbudova.session.reporting import changed_since

    since = changed_since(session, kept.id, lambda change: _(change.title).format(**change.title_values))
    return {
        "id": kept.id, "title": kept.title, "plugin": kept.plugin, "plugin_version": kept.version,
        "scenario": kept.scenario, "ran_at": kept.ran_at, "seconds": kept.seconds, "stale": kept.stale,
        "inputs_sha256": kept.inputs_sha256, "given": given(kept), "note": entry.note,
        "since": [[one.title, one.count] for one in since] if kept.stale else [],
        "table": entry.table or args.table or "", "camera": list(entry.camera or args.camera or ()),
        "warnings": list(kept.warnings), "file": "", "picture": "",
    }  # fmt: skip


def given(kept: Kept) -> list[list[str]]:
    """What an analysis was asked: titles and values in words, those that say nothing left out."""
    from vidbudova.plugin.finding import listed

    plugin = next((one for one in listed() if one.id == kept.plugin), None)
    known = {one.name: one for one in plugin.parameters} if plugin is not None else {}
    return [
        [*_asked(known.get(name), name, value)]
        for name, value in kept.parameters.items()
        if value not in ("", [], None)
    ]


def _asked(parameter: Parameter | None, name: str, value: Any) -> tuple[str, str]:
    from vidbudova.plugin import translate

    title = name if parameter is None else translate(parameter.title, language())
    if parameter is not None and parameter.type == "choice":
        return title, translate(parameter.choice_titles.get(value, str(value)), language())
    return title, with_unit(_in_words(value), "" if parameter is None else parameter.unit)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return number(value, next((n for n in range(9) if round(value, n) == value), 9))
    if isinstance(value, list):
        return _("{n} chosen").format(n=number(len(value))) if len(value) > MOST_IDS else ", ".join(map(str, value))
    return str(value)


def _pictures(session: Session, told: list[dict[str, Any]], folder: Path, progress: Progress) -> Iterator[str]:
    """Draw the city with each result, note its files, and give the name of the table that is drawn."""
    from PIL import Image

    from vidbudova.scene.framing import HOME, home
    from vidbudova.scene.standing import grounded
    from vidbudova.scene.still import dressed_scene
    from vidbudova.scene.video import camera_of
    from vidbudova.session.analyses import result_of
    from vidbudova.session.views import CAMERA, checked

    scene = dressed_scene(session, SIZE)
    whole = grounded(home(scene.city, SIZE, replace(HOME, pitch_deg=PITCH_DEG)), scene.city.relief)
    try:
        for at, entry in enumerate(told):
            progress(0.1 + (DRAWN - 0.1) * at / len(told), entry["title"])
            entry["file"] = str(_file(session, entry["id"]))
            table = _drawn(result_of(session, entry["id"]), entry["table"])
            scene.results.show(table)
            camera = entry.pop("camera")
            known = camera_of(checked(dict(zip(CAMERA, camera, strict=True)))) if camera else None
            scene.set_camera(known or whole)
            scene.render("still")
            entry["picture"] = str(folder / f"{at}.png")
            Image.fromarray(scene.image()).save(entry["picture"], "PNG", compress_level=1)
            yield "" if table is None else table.name
    finally:
        scene.finalize()


def _drawn(result: Result, wanted: str) -> ResultTable | None:
    """The table that lies on the picture: the wanted one, else the first that can be drawn."""
    drawn = [table for table in result.tables if table.style is not None]
    return next((table for table in drawn if table.name == wanted), drawn[0] if drawn else None)


def _file(session: Session, id: str) -> Path:
    from vidbudova.store import results

    row = next(one for one in results.listed(session.project) if one.id == id)
    file = results.path_of(session.project, row.file)
    if file is None:
        raise UserError("result-missing", id=row.file[:12])
    return file


def _print(job: Mapping[str, Any], folder: Path, part: Path, out: Path) -> int:
    """Have a child set the pages; gives how many there are."""
    said = folder / "job.json"
    said.write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")
    command = [*paths.child_command(CHILD), str(said), str(part)]
    environ = dict(os.environ)
    if sys.platform.startswith("linux"):
        environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        ran = subprocess.run(
            command, env=environ, capture_output=True, text=True, encoding="utf-8", timeout=LONGEST_S,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        answer = json.loads(ran.stdout.splitlines()[-1]) if ran.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError, IndexError) as error:
        raise UserError("export-failed", file=out.name, reason=str(error)) from error
    if "pages" not in answer:
        lines = ran.stderr.strip().splitlines() or [_("its process ended with {code}").format(code=ran.returncode)]
        raise UserError("export-failed", file=out.name, reason=lines[-1])
    return int(answer["pages"])


def _city(path: Path) -> str:
    """The name of the city that a project is of."""
    return path.name.removesuffix(".gpkg").removesuffix(".vbp")
