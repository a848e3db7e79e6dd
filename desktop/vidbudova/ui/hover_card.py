"""What the hover card says of a building, a zone or an observation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from vidbudova.model.codes import BUILDING_USES, EVIDENCE, PLACE_KINDS, ZONE_KINDS
from vidbudova.model.damage import GRADES
from vidbudova.text import _, day, ngettext, number
from vidbudova.ui.cloud_card import point_card
from vidbudova.ui.viewport_card import Card

if TYPE_CHECKING:
    from vidbudova.model.change import Value
    from vidbudova.scene.pick import Pick
    from vidbudova.session import Session

Row = Mapping[str, "Value"]


def card_of(session: Session, pick: Pick) -> Card | None:
    """The card of what was picked, None where nothing is known."""
    if pick.kind == "building":
        row = session.row("buildings", pick.id)
        return None if row is None else building_card(row, session.row("damage_marks", pick.id), pick.id)
    if pick.kind == "zone":
        row = session.row("zones", pick.id)
        return None if row is None else zone_card(row)
    if pick.kind == "observation":
        row = session.row("observations", pick.id)
        return None if row is None else observation_card(row)
    if pick.kind == "cloud":
        return point_card(session, pick)
    if pick.kind in ("feature", "place"):
        row = session.row(f"{pick.kind}s", pick.id)
        return None if row is None else feature_card(row, session.row("layers", str(row.get("layer") or "")))
    return None


def building_card(row: Row, mark: Row | None, id: str) -> Card:
    """Address, use and floors, grade, last mark."""
    address = " ".join(str(row.get(n)) for n in ("street", "house_number") if row.get(n))
    name = str(row.get("name") or "")
    title = ", ".join(part for part in (name, address) if part) or _("Building without an address")
    return Card(title, [*grade_lines(mark), facts(row)], grade_colour(mark))


def facts(row: Row) -> str:
    """Use, floors and height on one line."""
    use = _(BUILDING_USES.get(str(row.get("use") or ""), ""))
    floors, height = row.get("levels"), row.get("height_m")
    parts = [use]
    if isinstance(floors, (int, float)) and floors:
        parts.append(ngettext("{count} floor", "{count} floors", round(floors)))
    if isinstance(height, (int, float)):
        parts.append(_("{n} m high").format(n=number(height, 1)))
    return " · ".join(part for part in parts if part)


def grade_lines(mark: Row | None) -> list[str]:
    """The grade, and who saw it when on what evidence."""
    if mark is None or mark.get("grade") is None:
        return [_("Not assessed")]
    grade = int(mark["grade"])  # type: ignore[arg-type]
    evidence = _(EVIDENCE.get(str(mark.get("evidence") or ""), ""))
    seen = day(str(mark.get("inspected_at") or "")[:10])
    who = " · ".join(part for part in (evidence, str(mark.get("inspector") or ""), seen) if part)
    first = _("Grade {grade}: {words}").format(grade=grade, words=_(GRADES.get(grade, "")))
    return [first, who] if who else [first]


def grade_colour(mark: Row | None) -> QColor:
    """The colour of a mark's grade."""
    from vidbudova.scene.colouring import grade_rgb

    known = mark is not None and mark.get("grade") is not None
    return QColor(*grade_rgb(str(mark["grade"]) if known and mark is not None else "none"))


def zone_card(row: Row) -> Card:
    """Name, kind, size."""
    kind = _(ZONE_KINDS.get(str(row.get("kind") or ""), ""))
    area = _("{n} ha").format(n=number(float(row.get("area_m2") or 0) / 10_000, 2))  # type: ignore[arg-type]
    return Card(str(row.get("name") or _("Zone")), [part for part in (kind, area) if part])


def observation_card(row: Row) -> Card:
    """What was seen, when, in the source's words."""
    seen = day(str(row.get("latest_on") or ""))
    lines = [str(row.get("latest_raw") or ""), " · ".join(p for p in (str(row.get("site") or ""), seen) if p)]
    return Card(_("Observation"), [line for line in lines if line])


def feature_card(row: Row, layer: Row | None) -> Card:
    """Name, kind and date of a feature or place, and whose data it is."""
    kind = str(row.get("kind") or "")
    kind = _(PLACE_KINDS[kind]) if kind in PLACE_KINDS else kind
    seen = day(str(row.get("dated_on") or ""))
    said = str((layer or {}).get("attribution") or (layer or {}).get("name") or "")
    title = str(row.get("name") or "") or kind or _("Feature")
    lines = [" · ".join(part for part in (kind, seen) if part and part != title), said]
    return Card(title, [line for line in lines if line])
