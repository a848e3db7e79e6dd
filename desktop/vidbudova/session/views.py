"""Named views and camera paths: kept as Changes, so that they are undone, merged and shared like all else."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from vidbudova.errors import UserError
from vidbudova.model.change import Change, Delta, Value
from vidbudova.model.ids import new_id
from vidbudova.session.core import Session, check_values
from vidbudova.text import _
from vidbudova.text import mark as words

CAMERA = ("focus_x_m", "focus_y_m", "focus_z_m", "distance_m", "heading_deg", "pitch_deg", "fov_deg")
"""The numbers of a view."""
EASINGS = ("smooth", "stop", "even")
LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class PathStop:
    """One view of a path: seconds of the flight to it, how long it is held, how it is passed (see scene.journey)."""

    view: str
    seconds: float = 4.0
    hold_s: float = 0.0
    easing: Literal["smooth", "stop", "even"] = "smooth"


def views(session: Session) -> dict[str, dict[str, Value]]:
    """The named views by id, in the order of their list."""
    rows = session.rows("views")
    return dict(sorted(rows.items(), key=lambda item: (item[1]["position"] or 0, str(item[1]["name"]), item[0])))


def find(session: Session, name: str) -> str:
    """The id of the view of that name or id; "" for none."""
    rows = views(session)
    return name if name in rows else next((id for id, row in rows.items() if row["name"] == name), "")


def add_view(session: Session, name: str, camera: Mapping[str, float], shown_on: str | None = None) -> str:
    """Keep a view under a name; the same name again gets a number."""
    taken = {str(row["name"]) for row in views(session).values()}
    named, number = name.strip() or _("View"), 2
    while named in taken:
        named, number = f"{name} {number}", number + 1
    id = _new_id(session)
    fields: dict[str, Value] = {"name": named, "position": len(taken), **checked(camera)}
    if shown_on:
        fields["shown_on"] = shown_on
    session.do(words("Keep view {name}"), [Delta("views", id, None, fields)], name=named)
    return id


def change_view(session: Session, view: str, **fields: Value) -> Change | None:
    """Another name, other numbers, another date."""
    row = _row(session, "views", view)
    after: dict[str, Value] = {name: value for name, value in fields.items() if name not in CAMERA}
    if any(name in fields for name in CAMERA):
        after |= checked({name: _number(fields.get(name, row[name])) for name in CAMERA})
    before = {name: row[name] for name in after}
    named = str(after.get("name") or row["name"])
    return session.do(words("Change view {name}"), [Delta("views", view, before, after)], name=named)


def remove_view(session: Session, view: str) -> Change | None:
    """Take a view away, out of every path too."""
    row = _row(session, "views", view)
    deltas = [Delta("views", view, dict(row), None)]
    for path, stops in paths(session).items():
        kept = [stop for stop in stops if stop.view != view]
        if len(kept) < len(stops):
            deltas.append(_stops_delta(session, path, kept))
    return session.do(words("Remove view {name}"), deltas, name=str(row["name"]))


def paths(session: Session) -> dict[str, list[PathStop]]:
    """The camera paths by id, each with its stops; stops of views that are gone are left out."""
    known = session.rows("views")
    return {id: stops_of(row, known) for id, row in session.rows("camera_paths").items()}


def stops_of(row: Mapping[str, Any], known: Mapping[str, Any]) -> list[PathStop]:
    """The stops of a row of `camera_paths`; what is no stop is passed over."""
    try:
        listed = json.loads(row.get("stops") or "[]")
    except ValueError:
        return []
    found = []
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and entry.get("view") in known:
            found.append(_stop(entry))
    return found


def _stop(entry: Mapping[str, Any]) -> PathStop:
    easing = entry.get("easing")
    return PathStop(
        str(entry["view"]),
        _seconds(entry.get("seconds"), 4.0),
        _seconds(entry.get("hold_s"), 0.0),
        easing if easing in EASINGS else "smooth",
    )


def _seconds(value: Any, usual: float) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return usual
    return min(max(found, 0.0), LONGEST_S) if found == found else usual


def add_path(session: Session, name: str, stops: Sequence[PathStop], loop: bool = False) -> str:
    """Keep a camera path through views."""
    named = name.strip() or _("Camera path")
    id = _new_id(session)
    fields: dict[str, Value] = {"name": named, "stops": _text(session, stops), "loop": loop}
    session.do(words("Keep camera path {name}"), [Delta("camera_paths", id, None, fields)], name=named)
    return id


def change_path(
    session: Session, path: str, *, name: str | None = None, stops: Sequence[PathStop] | None = None,
    loop: bool | None = None,
) -> Change | None:  # fmt: skip
    """Another name, other stops, with or without a return to the beginning."""
    row = _row(session, "camera_paths", path)
    after: dict[str, Value] = {}
    if name is not None:
        after["name"] = name.strip() or row["name"]
    if stops is not None:
        after["stops"] = _text(session, stops)
    if loop is not None:
        after["loop"] = loop
    before = {key: row[key] for key in after}
    named = str(after.get("name") or row["name"])
    return session.do(words("Change camera path {name}"), [Delta("camera_paths", path, before, after)], name=named)


def remove_path(session: Session, path: str) -> Change | None:
    """Take a camera path away; its views stay."""
    row = _row(session, "camera_paths", path)
    name = str(row["name"])
    return session.do(words("Remove camera path {name}"), [Delta("camera_paths", path, dict(row), None)], name=name)


def find_path(session: Session, name: str) -> str:
    """The id of the camera path of that name or id.

    Raises
    ------
    UserError
        ``no-such-thing``.
    """
    rows = session.rows("camera_paths")
    found = name if name in rows else next((id for id, row in rows.items() if row["name"] == name), "")
    if not found:
        raise UserError("no-such-thing", what=_("camera path"), id=name)
    return found


def _stops_delta(session: Session, path: str, stops: Sequence[PathStop]) -> Delta:
    row = _row(session, "camera_paths", path)
    return Delta("camera_paths", path, {"stops": row["stops"]}, {"stops": _text(session, stops)})


def _text(session: Session, stops: Sequence[PathStop]) -> str:
    known = session.rows("views")
    for stop in stops:
        if stop.view not in known:
            raise UserError("no-such-thing", what=_("view"), id=stop.view)
    return json.dumps([asdict(stop) for stop in stops], sort_keys=True, separators=(",", ":"))


def checked(camera: Mapping[str, float]) -> dict[str, Value]:
    """The fields of a view, each within its bounds.

    Raises
    ------
    UserError
        ``value-wrong``.
    """
    found: dict[str, Value] = {name: float(camera[name]) for name in CAMERA}
    found["heading_deg"] = float(camera["heading_deg"]) % 360.0
    check_values(Delta("views", "", None, found))
    return found


def _number(value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UserError("value-wrong", value=value, field=_("a view"), reason=_("it is no number"))
    return float(value)


def _row(session: Session, table: str, id: str) -> dict[str, Value]:
    row = session.row(table, id)
    if row is None:
        raise UserError("no-such-thing", what=_("view") if table == "views" else _("camera path"), id=id)
    return row


def _new_id(session: Session) -> str:
    return new_id(session.clock(), os.urandom(10))
