"""`render` and `export`: pictures and files for others."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidbudova.cli.answers import Answer, Progress
from vidbudova.cli.opened import to_look
from vidbudova.cli.options import command, picture_size
from vidbudova.errors import UserError
from vidbudova.model.change import NOW
from vidbudova.text import _, number

if TYPE_CHECKING:
    from vidbudova.scene.camera import Camera
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
    render.add_argument("--scenario", default=NOW, metavar="S")
    about = _("damage, none, or a field of buildings such as use or height_m")
    render.add_argument("--colour-by", default="damage", metavar="FIELD", help=about)
    export = command(commands, "export", export_, _("write a layer to a file for others"))
    export.add_argument("--layer", required=True, metavar="L", help=_("a table (buildings, zones …) or a layer's name"))
    export.add_argument("--out", required=True, type=Path, metavar="FILE", help=_("its ending says the format"))


def render_(args: Namespace) -> Answer:
    """Draw the city into a PNG file."""
    from vidbudova.scene.still import picture

    if args.scenario != NOW:
        raise UserError("no-such-thing", what=_("scenario"), id=args.scenario)
    with to_look(args) as session:
        view = _view(session, args.view, args.size)
        image = picture(session, args.size, view, "" if args.colour_by == "none" else args.colour_by)
    _write(args.out, image)
    width, height = args.size
    body = {"out": str(args.out), "width": width, "height": height, "bytes": args.out.stat().st_size}
    return Answer(body, [f"{args.out} ({width}×{height})"])


def _view(session: Session, name: str, size: tuple[int, int]) -> Camera | None:
    """The camera of a view; None for the overview of everything."""
    from vidbudova.scene.camera import Camera, fit, top
    from vidbudova.scene.video import camera_of
    from vidbudova.session import views

    if name == "overview":
        return None
    if id := views.find(session, name):
        return camera_of(session.row("views", id) or {})
    if name == "top":
        return fit(top(Camera()), session.bounds("buildings") or session.bounds() or (0.0, 0.0, 1000.0, 1000.0), size)
    return fit(Camera(pitch_deg=38.0, heading_deg=22.0), _bounds_of(session, name), size)


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
