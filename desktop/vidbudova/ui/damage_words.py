"""A building and its mark in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vidbudova.model.change import Change
from vidbudova.model.codes import BUILDING_USES, EVIDENCE, HAZARDS
from vidbudova.model.damage import GRADES
from vidbudova.text import _, day, moment, ngettext, number

Row = Mapping[str, Any]


def title(id: str, row: Row | None) -> str:
    """Address, else name, else the beginning of the id."""
    said = row or {}
    address = " ".join(str(said[n]) for n in ("street", "house_number") if said.get(n))
    return address or str(said.get("name") or "") or _("Building {id}").format(id=id[:8])


def facts(row: Row | None) -> str:
    """Use, storeys and height."""
    said = row or {}
    parts = []
    if said.get("use"):
        parts.append(_(BUILDING_USES.get(said["use"], said["use"])))
    if said.get("levels"):
        parts.append(ngettext("{count} storey", "{count} storeys", round(said["levels"])))
    if said.get("height_m"):
        parts.append(_("{n} m high").format(n=number(said["height_m"], 1)))
    return " · ".join(parts)


def grade(value: int | None) -> str:
    """Number and title of a grade."""
    return _("Not assessed") if value is None else f"{value} · {_(GRADES.get(value, str(value)))}"


def basis(mark: Row) -> str:
    """Who, when and on what evidence."""
    evidence = mark.get("evidence")
    parts = [
        str(mark.get("inspector") or ""),
        seen(mark.get("inspected_at")),
        _(EVIDENCE.get(evidence, evidence)) if evidence else "",
    ]
    return " · ".join(p for p in parts if p)


def seen(text: str | None) -> str:
    """When something was seen: a date, or a date and a time."""
    if not text:
        return ""
    if len(text) <= 10:
        return day(text)
    try:
        return moment(datetime.fromisoformat(text))
    except ValueError:
        return text


def hazards(mark: Row) -> str:
    """The hazards, joined."""
    return ", ".join(_(HAZARDS.get(h, h)) for h in sorted(mark.get("hazards") or ()))


def event(change: Change, id: str) -> tuple[str, str]:
    """One Change of a mark: the key of its drawing ("0" … "5" or "none") and a sentence."""
    delta = next((d for d in change.deltas if d.table == "damage_marks" and d.id == id), None)
    after: Row = (delta.after if delta is not None else None) or {}
    key = str(after["grade"]) if after.get("grade") is not None else ""
    parts = [grade(int(key))] if key else []
    parts += [_(EVIDENCE.get(str(after["evidence"]), str(after["evidence"])))] if after.get("evidence") else []
    parts += [_("note")] if "note" in after else []
    parts += [_("hazards")] if "hazards" in after else []
    parts += [_("photos")] if "photos" in after else []
    if delta is not None and delta.after is None:
        parts, key = [_("mark taken away")], "none"
    verb = {"undo": _("Taken back") + ": ", "redo": _("Again") + ": "}.get(change.kind, "")
    return key, verb + ", ".join(parts)
