"""`import`: foreign files come in, each whole as its report says or not at all."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator
from typing import Any

from vidbudova.cli.answers import DONE, Answer, Progress, error_body, say, spoken
from vidbudova.cli.opened import to_edit
from vidbudova.cli.options import command
from vidbudova.errors import UserError
from vidbudova.formats.report import FileReport
from vidbudova.model.schema import LAYER_KINDS
from vidbudova.text import _, number


def register(commands: Any) -> None:
    """Add the commands of this file."""
    parser = command(commands, "import", bring_in, _("bring in foreign files"), edits=True)
    parser.add_argument("files", nargs="+", metavar="FILE", help=_("files, or folders of them"))
    parser.add_argument("--as", dest="kind", choices=LAYER_KINDS, metavar="KIND", help=", ".join(LAYER_KINDS))
    parser.add_argument("--crs", metavar="EPSG:N", help=_("coordinate system of files that do not say theirs"))
    parser.add_argument(
        "--mend", action="append", default=[], metavar="MEND", help=_("a mend that a report proposed; may be repeated")
    )
    parser.add_argument("--within", type=_box, metavar="W,S,E,N", help=_("only what meets this box, in degrees"))
    parser.add_argument("--dry-run", action="store_true", help=_("read and report, bring nothing in"))
    parser.add_argument("--attribution", default="", metavar="TEXT", help=_("who is to be named as the source"))
    parser.add_argument("--licence", default="", metavar="TEXT", help=_("under which licence the data are"))


def _box(text: str) -> tuple[float, float, float, float]:
    from vidbudova.formats.clipping import box_of

    try:
        return box_of(text)
    except ValueError:
        raise ArgumentTypeError(_("“{text}” is no box: west,south,east,north in degrees").format(text=text)) from None


def bring_in(args: Namespace) -> Answer:
    """Bring files in; one that cannot be read does not keep the others out."""
    from vidbudova.session.importing import import_many

    progress = Progress()
    with to_edit(args) as session:
        results = import_many(
            session, args.files, progress=progress, kind=args.kind, crs=args.crs, dry_run=args.dry_run,
            attribution=args.attribution, licence=args.licence, mends=args.mend, within=args.within,
        )  # fmt: skip
    progress.end()
    reports = [r for r in results if not isinstance(r, UserError)]
    errors = [r for r in results if isinstance(r, UserError)]
    body: dict[str, Any] = {"files": reports}
    for error in errors:
        for sentence in spoken(error).values():
            say(sentence)
    if errors:
        body |= {"error": error_body(errors[0]), "errors": [error_body(e) for e in errors]}
    lines = [line for report in reports for line in _lines(report)]
    return Answer(body, lines, errors[0].exit_code if errors else DONE)


def _lines(report: FileReport) -> Iterator[str]:
    yield _("{file}: {format}, {kind}, {crs}: {read} read, {kept} kept, {skipped} skipped").format(
        file=report["file"], format=report["format"], kind=report["kind"], crs=report["crs"],
        read=number(report["read"]), kept=number(report["kept"]), skipped=number(report["skipped"]),
    )  # fmt: skip
    if report.get("already"):
        yield "  " + _("This file was in the project already; nothing was changed.")
    for layer in report["layers"]:
        yield f"  {layer['kind']}: {number(layer['features'])}  {layer['attribution']}".rstrip()
    for problem in report["problems"]:
        yield f"  {number(problem['count'])} × {problem['message']}"
        for mend in [problem["mend"], *problem["other_mends"]]:
            if mend is not None:
                yield "      " + _("{words}: --mend {id}").format(words=mend["words"], id=mend["id"])
