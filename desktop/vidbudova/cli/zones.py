"""`zone add` and `zone list`."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

import shapely

from vidbudova.cli.answers import Answer, say
from vidbudova.cli.opened import to_edit, to_look
from vidbudova.cli.options import command, group
from vidbudova.errors import UserError
from vidbudova.model.codes import ZONE_KINDS
from vidbudova.model.zone_statistics import RULE
from vidbudova.text import _, number


def register(commands: Any) -> None:
    """Add the commands of this file."""
    zone = group(commands, "zone", _("reconstruction zones"))
    add = command(zone, "add", add_, _("draw a zone"), edits=True)
    add.add_argument("--name", required=True, metavar="NAME")
    add.add_argument("--wkt", required=True, metavar="POLYGON", help=_("its outline, in the project's coordinates"))
    add.add_argument("--crs", metavar="EPSG:N", help=_("coordinate system of the outline, if another"))
    add.add_argument("--kind", choices=list(ZONE_KINDS), metavar="KIND", help=", ".join(ZONE_KINDS))
    add.add_argument("--phase", type=int, metavar="N")
    add.add_argument("--priority", type=int, metavar="N", help=_("1 is first"))
    add.add_argument("--starts", metavar="DATE", help=_("year-month-day"))
    add.add_argument("--ends", metavar="DATE", help=_("year-month-day"))
    add.add_argument("--cut", action="store_true", help=_("cut overlaps with other zones away"))
    command(zone, "list", list_, _("the zones and what stands in them"))


def add_(args: Namespace) -> Answer:
    """Keep a new zone."""
    from vidbudova.session import zones

    with to_edit(args) as session:
        outline = _outline(args, session.crs)
        drawn = zones.add(
            session, outline, cut=args.cut, name=args.name, kind=args.kind, phase=args.phase, priority=args.priority,
            starts_on=_day(args.starts), ends_on=_day(args.ends),
        )  # fmt: skip
        row, holds = session.row("zones", drawn.id) or {}, zones.statistics_of(session, drawn.id)
        label = zones.label(row)
    for sentence in drawn.sentences:
        say(sentence)
    body = {"zone": drawn.id, **_told(row), "mended": list(drawn.sentences), "holds": asdict(holds), "rule": _(RULE)}
    return Answer({**body, "change": drawn.change.id if drawn.change else ""}, [label, *_lines(asdict(holds))])


def list_(args: Namespace) -> Answer:
    """Name the zones."""
    from vidbudova.session import zones

    with to_look(args) as session:
        found = zones.listed(session)
    rows: list[dict[str, Any]] = [{**z, "holds": _holds(z["holds"])} for z in found]
    lines = []
    for row in rows:
        lines.append(f"{row['id']}  {zones.label(row)}")
        lines += [f"  {line}" for line in _lines(row["holds"])]
    return Answer({"zones": rows, "rule": _(RULE)}, lines or [_("There are no zones yet; draw one with “zone add”.")])


def _holds(statistics: Any) -> dict[str, Any]:
    return asdict(statistics) if statistics else {}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "geom"}


def _lines(holds: dict[str, Any]) -> list[str]:
    if not holds:
        return []
    marked = ", ".join(f"{grade}: {number(n)}" for grade, n in holds["by_grade"].items() if n)
    lines = [
        _("{n} buildings, {f} m² of footprint, {g} m² of gross floor area, {p} people").format(
            n=number(holds["buildings"]), f=number(holds["footprint_m2"]), g=number(holds["gross_floor_m2"]),
            p=number(holds["people"]),
        )
    ]  # fmt: skip
    if marked:
        lines.append(_("marked: {grades}").format(grades=marked))
    return [*lines, holds["assumption"]] if holds["assumption"] else lines


def _outline(args: Namespace, crs: str) -> shapely.Geometry:
    try:
        outline = shapely.from_wkt(args.wkt)
    except shapely.errors.GEOSException as error:
        raise UserError("value-wrong", value=args.wkt[:60], field=_("an outline"), reason=str(error)) from error
    if not args.crs:
        return outline
    from vidbudova.model.crs import transform

    return shapely.transform(outline, lambda xy: transform(xy, args.crs, crs))


def _day(words: str | None) -> str | None:
    from datetime import date

    if words is None:
        return None
    try:
        return date.fromisoformat(words).isoformat()
    except ValueError:
        raise UserError("value-wrong", value=words, field=_("a date"), reason=_("write year-month-day")) from None
