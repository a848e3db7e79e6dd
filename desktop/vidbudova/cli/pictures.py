"""`render` and `export`: pictures and files for others."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidbudova.cli import shown_result
from vidbudova.cli.answers import Answer, Progress
from vidbudova.cli.opened import to_look
from vidbudova.cli.options import command, picture_size
from vidbudova.errors import UserError
from vidbudova.model.change import NOW
from vidbudova.text import _, number

if TYPE_CHECKING:
    from vidbudova.scene.camera import Camera
    from vidbudova.scene.still import When
    from vidbudova.session import Session

SIZE = (1280, 720)
AROUND_M = 60.0
"""How much of what stands round a building its view shows."""


def register(commands: Any) -> None:
    """Add the commands of this file."""
    render = command(commands, "render", render_, _("a picture of the city, without a window"))
    render.add_argument("--out", required=True, type=Path, metavar="FILE.png")
    render.add_argument("--size", type=picture_size, default=SIZE, metavar="WxH", help=_("in pixels"))
    about = _("overview, top, the name of a view or zone, or the id of a building")
    render.add_argument("--view", default="overview", metavar="NAME", help=about)
    about = _("a point looked at, the distance to it, heading, degrees down, field of view; instead of a named view")
    names = ("X", "Y", "Z", "DISTANCE", "HEADING", "PITCH", "FOV")
    render.add_argument("--camera", nargs=7, type=float, metavar=names, help=about)
    render.add_argument("--scenario", default=NOW, metavar="S")
    about = _("damage, none, or a field of buildings such as use or height_m")
    render.add_argument("--colour-by", default="damage", metavar="FIELD", help=about)
    about = _("let the sun of a moment shine: 2026-06-21T18:00 by the city's clock, or with a zone (+03:00, Z)")
    render.add_argument("--sun", metavar="TIME", help=about)
    about = _("the damage as of a day: YYYY-MM-DD, or “before” any was seen")
    render.add_argument("--at", metavar="DATE", help=about)
    shown_result.add_options(render)
    export = command(commands, "export", export_, _("write a layer to a file for others"))
    export.add_argument("--layer", required=True, metavar="L", help=_("a table (buildings, zones …) or a layer's name"))
    export.add_argument("--out", required=True, type=Path, metavar="FILE", help=_("its ending says the format"))


def render_(args: Namespace) -> Answer:
    """Draw the city into a PNG file."""
    from vidbudova.scene.still import picture

    if args.scenario != NOW:
        raise UserError("no-such-thing", what=_("scenario"), id=args.scenario)
    with to_look(args) as session:
        view = _camera(args.camera) if args.camera else _view(session, args.view, args.size)
        when, said = _when(session, args.sun, args.at)
        table = shown_result.table_of(session, args)
        said |= shown_result.said(table, args.result)
        image = picture(session, args.size, view, "" if args.colour_by == "none" else args.colour_by, when, table)
    _write(args.out, image)
    width, height = args.size
    body = {"out": str(args.out), "width": width, "height": height, "bytes": args.out.stat().st_size, **said}
    return Answer(body, [f"{args.out} ({width}×{height})"])


def _when(session: Session, sun: str | None, at: str | None) -> tuple[When, dict[str, Any]]:
    """The moment of a picture, and what the answer says of it."""
    from vidbudova.scene.daylight import sun_over
    from vidbudova.scene.still import When
    from vidbudova.session.moments import parse

    on = parse(at) if at else None
    said: dict[str, Any] = {"at": at} if at else {}
    if not sun:
        return When(None, on), said
    x0, y0, x1, y1 = session.bounds("buildings") or session.bounds() or (0.0, 0.0, 1000.0, 1000.0)
    middle = (x0 + x1) / 2, (y0 + y1) / 2
    moment = _moment(sun, middle, session.crs)
    found = sun_over(middle, session.crs, moment)
    elevation, azimuth = round(found.elevation_deg, 3), round(found.azimuth_deg, 3)
    said["sun"] = {"time": moment.isoformat(), "elevation_deg": elevation, "azimuth_deg": azimuth}
    return When(moment, on), said


def _moment(words: str, middle: tuple[float, float], crs: str) -> datetime:
    """An aware time; one without a zone is by the city's clock."""
    from vidbudova.scene.daylight import city_zone

    try:
        found = datetime.fromisoformat(words)
    except ValueError as error:
        reason = _("a time is written like 2026-06-21T18:00")
        raise UserError("value-wrong", value=words, field=_("a time"), reason=reason) from error
    return found if found.tzinfo is not None else found.replace(tzinfo=city_zone(middle, crs, found.date()))


def _camera(numbers: list[float]) -> Camera:
    from vidbudova.scene.video import camera_of
    from vidbudova.session.views import CAMERA, checked

    return camera_of(checked(dict(zip(CAMERA, numbers, strict=True))))


def _view(session: Session, name: str, size: tuple[int, int]) -> Camera | None:
    """The camera of a view; None for the overview of everything."""
    from vidbudova.scene.base_files import relief
    from vidbudova.scene.camera import Camera, fit, top
    from vidbudova.scene.standing import grounded
    from vidbudova.scene.video import camera_of
    from vidbudova.session import views

    if name == "overview":
        return None
    if id := views.find(session, name):
        return camera_of(session.row("views", id) or {})
    ground = relief(session, session.shapes("water", ("kind",)))
    if name == "top":
        bounds = session.bounds("buildings") or session.bounds() or (0.0, 0.0, 1000.0, 1000.0)
        return grounded(fit(top(Camera()), bounds, size), ground)
    return grounded(fit(Camera(pitch_deg=38.0, heading_deg=22.0), _bounds_of(session, name), size), ground)


def _bounds_of(session: Session, name: str) -> tuple[float, float, float, float]:
    """The extent of a zone by its name or id, or round a building."""
    from vidbudova.session.places import buildings, find_id, wholes
    from vidbudova.session.zones import neighbours

    for zone in neighbours(session):
        if name in (zone.id, zone.name):
            x0, y0, x1, y1 = zone.area.bounds
            return x0, y0, x1, y1
    id, stock = find_id(session, name), buildings(session)
    x0, y0, x1, y1 = stock.footprints[stock.place[wholes(session).get(id, id)]].buffer(AROUND_M).bounds
    return x0, y0, x1, y1


def _write(out: Path, image: Any) -> None:
    from PIL import Image

    part = out.with_name(out.name + ".part")
    try:
        Image.fromarray(image).save(part, "PNG")
        part.replace(out)
    except OSError as error:
        raise UserError("export-failed", file=out, reason=error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def export_(args: Namespace) -> Answer:
    """Write a layer to a file."""
    from vidbudova.session.exporting import export

    progress = Progress()
    with to_look(args) as session:
        count = export(session, args.layer, args.out)
    progress.end()
    body = {"out": str(args.out), "layer": args.layer, "features": count, "bytes": args.out.stat().st_size}
    return Answer(body, [_("{path}: {n} features").format(path=args.out, n=number(count))])
