"""`damage match` and `damage mark`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from vidbudova.cli.answers import Answer
from vidbudova.cli.opened import to_edit
from vidbudova.cli.options import command, group
from vidbudova.model.codes import EVIDENCE, HAZARDS
from vidbudova.model.damage import GRADES, is_remote
from vidbudova.text import _, number


def register(commands: Any) -> None:
    """Add the commands of this file."""
    damage = group(commands, "damage", _("observations and marks"))
    match = command(damage, "match", match_, _("take observations for buildings within a tolerance"), edits=True)
    match.add_argument("--within", type=float, required=True, metavar="METRES", help=_("from the footprint"))
    match.add_argument("--observations", metavar="LAYER", help=_("only those of one layer (its name or id)"))
    match.add_argument("--list", action="store_true", help=_("name the observations that no building was found for"))
    mark = command(damage, "mark", mark_, _("mark one building"), edits=True)
    mark.add_argument("--building", required=True, metavar="ID", help=_("its id here, or its id in the source"))
    mark.add_argument("--grade", required=True, type=int, choices=sorted(GRADES), help=_("0 none seen … 5 destroyed"))
    mark.add_argument("--evidence", choices=list(EVIDENCE), metavar="KIND", help=", ".join(EVIDENCE))
    mark.add_argument("--note", metavar="TEXT", help=_("replaces the note that is there"))
    mark.add_argument("--photo", action="append", default=[], type=Path, metavar="FILE", help=_("may be said again"))
    mark.add_argument("--hazard", action="append", choices=list(HAZARDS), metavar="KIND", help=", ".join(HAZARDS))
    mark.add_argument("--seen-on", metavar="DATE", help=_("when it was seen; else now, if seen from the ground"))


def match_(args: Namespace) -> Answer:
    """Take observations for buildings."""
    from vidbudova.session.matching import match

    with to_edit(args) as session:
        report = match(session, args.within, args.observations)
    seen = report.observations
    body = report.as_json()
    if args.list:
        body["unmatched_observations"] = list(report.unmatched_observations)
    lines = [
        _("{n} of {all} buildings have an observation within {m} m; {inside} hold one on their footprint.").format(
            n=number(report.matched), all=number(report.matched + report.unmatched), m=f"{report.within_m:g}",
            inside=number(report.containing),
        ),
        *(f"  {name or '–'}: {number(count)}" for name, count in report.by_class.items()),
        _("{n} observations found no building; {g} speak of the ground, a cell or an area.").format(
            n=number(seen.unmatched), g=number(seen.elsewhere)
        ),
        *(f"  {id}" for id in body.get("unmatched_observations", ())),  # type: ignore[attr-defined]
    ]  # fmt: skip
    return Answer(body, lines)


def mark_(args: Namespace) -> Answer:
    """Mark one building."""
    from vidbudova.session import damage
    from vidbudova.session.places import find_id, name_of, wholes

    with to_edit(args) as session:
        id = find_id(session, args.building)
        id = wholes(session).get(id, id)
        change = damage.mark(
            session, id, grade=args.grade, evidence=args.evidence or damage.DEFAULT_EVIDENCE, note=args.note,
            hazards=args.hazard, files=args.photo, inspected_at=args.seen_on,
        )  # fmt: skip
        row = session.row("damage_marks", id) or {}
        name, following = name_of(session, id), damage.next_unassessed(session, id)
    photos, hazards = row.get("photos"), row.get("hazards")
    body = {
        "building": id, "name": name, "grade": row.get("grade"), "evidence": row.get("evidence"),
        "hatched": is_remote(str(row.get("evidence"))), "inspector": row.get("inspector"),
        "inspected_at": row.get("inspected_at"), "note": row.get("note"),
        "photos": sorted(photos) if isinstance(photos, frozenset) else [],
        "hazards": sorted(hazards) if isinstance(hazards, frozenset) else [],
        "change": change.id if change else "", "next_unassessed": following,
    }  # fmt: skip
    said = _("{name}: grade {grade} ({title}), {evidence}").format(
        name=name, grade=args.grade, title=_(GRADES[args.grade]), evidence=_(EVIDENCE[str(row.get("evidence"))])
    )
    return Answer(body, [said])
