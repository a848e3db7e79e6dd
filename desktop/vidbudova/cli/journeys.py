"""`view` and `path`: named views and camera paths; `video`: a path as an MP4 file."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError, Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vidbudova.cli import shown_result
from vidbudova.cli.answers import Answer, Progress
from vidbudova.cli.opened import to_edit, to_look
from vidbudova.cli.options import command, group, picture_size
from vidbudova.errors import UserError
from vidbudova.text import _, number

VIDEO_SIZE = (1920, 1080)


def register(commands: Any) -> None:
    """Add the commands of this file."""
    view = group(commands, "view", _("named views"))
    command(view, "list", list_views, _("the named views and their numbers"))
    add = command(view, "add", add_view, _("keep a view under a name"), edits=True)
    add.add_argument("--name", required=True, metavar="NAME")
    _numbers(add, required=True)
    change = command(view, "set", set_view, _("correct the numbers of a view"), edits=True)
    change.add_argument("--name", required=True, metavar="NAME", help=_("the name or id of the view"))
    _numbers(change, required=False)
    remove = command(view, "remove", remove_view, _("take a view away"), edits=True)
    remove.add_argument("--name", required=True, metavar="NAME")
    path = group(commands, "path", _("camera paths through views"))
    command(path, "list", list_paths, _("the camera paths and their stops"))
    put = command(path, "add", add_path, _("keep a camera path"), edits=True)
    put.add_argument("--name", required=True, metavar="NAME")
    about = _("a view, seconds of the flight to it, seconds it is held: NAME[:SECONDS[:HOLD]]")
    put.add_argument("stops", nargs="+", type=_stop, metavar="STOP", help=about)
    put.add_argument("--loop", action="store_true", help=_("come back to the beginning"))
    away = command(path, "remove", remove_path, _("take a camera path away"), edits=True)
    away.add_argument("--name", required=True, metavar="NAME")
    video = command(commands, "video", video_, _("a camera path as a video, without a window"))
    video.add_argument("path", metavar="PATH", help=_("the name or id of a camera path"))
    video.add_argument("--out", required=True, type=Path, metavar="FILE.mp4")
    video.add_argument("--size", type=picture_size, default=VIDEO_SIZE, metavar="WxH", help=_("in pixels"))
    video.add_argument("--fps", type=int, default=30, choices=range(1, 121), metavar="N", help=_("frames a second"))
    about = _("pictures averaged to a frame: 1 is quick, 4 has smooth edges, 12 has soft shadows")
    video.add_argument("--averaged", type=int, default=1, choices=range(1, 13), metavar="N", help=about)
    about = _("damage, none, or a field of buildings such as use or height_m")
    video.add_argument("--colour-by", default="damage", metavar="FIELD", help=about)
    shown_result.add_options(video)


def _numbers(parser: Any, required: bool) -> None:
    looks = _("the point that is looked at, in the project's coordinates")
    parser.add_argument("--at", nargs=3, type=float, metavar=("X", "Y", "Z"), required=required, help=looks)
    for name, words in (
        ("distance", _("metres from that point")),
        ("heading", _("degrees clockwise from north")),
        ("pitch", _("degrees down from the horizon; 90 is straight down")),
        ("fov", _("vertical field of view in degrees")),
    ):
        parser.add_argument(f"--{name}", type=float, metavar="N", required=required and name != "fov", help=words)


def _stop(words: str) -> tuple[str, float, float]:
    found = re.fullmatch(r"(.+?)(?::(\d+(?:\.\d+)?))?(?::(\d+(?:\.\d+)?))?", words)
    if found is None:
        raise ArgumentTypeError(_("“{words}” is no stop like Station:4:2").format(words=words))
    return found[1], float(found[2] or 4.0), float(found[3] or 0.0)


def _said(args: Namespace) -> dict[str, float]:
    found = dict(zip(("focus_x_m", "focus_y_m", "focus_z_m"), args.at, strict=True)) if args.at else {}
    named = {"distance_m": args.distance, "heading_deg": args.heading, "pitch_deg": args.pitch, "fov_deg": args.fov}
    return found | {name: value for name, value in named.items() if value is not None}


def list_views(args: Namespace) -> Answer:
    """Name the views."""
    from vidbudova.session import views

    with to_look(args) as session:
        rows = [{"id": id, **row} for id, row in views.views(session).items()]
    lines = [f"{row['name']!s}  {row['focus_x_m']!s} {row['focus_y_m']!s}" for row in rows]
    return Answer({"views": rows}, lines or [_("There are no named views yet; keep one with “view add”.")])


def add_view(args: Namespace) -> Answer:
    """Keep a view."""
    from vidbudova.session import views

    with to_edit(args) as session:
        id = views.add_view(session, args.name, {"fov_deg": 35.0, **_said(args)})
        name = (session.row("views", id) or {})["name"]
    return Answer({"view": id, "name": name}, [f"{id}  {name!s}"])


def set_view(args: Namespace) -> Answer:
    """Correct a view."""
    from vidbudova.session import views

    with to_edit(args) as session:
        id = _view(session, args.name)
        views.change_view(session, id, **_said(args))
        row = session.row("views", id) or {}
    return Answer({"id": id, **row}, [str(row["name"])])


def remove_view(args: Namespace) -> Answer:
    """Take a view away."""
    from vidbudova.session import views

    with to_edit(args) as session:
        id = _view(session, args.name)
        views.remove_view(session, id)
    return Answer({"removed": id}, [args.name])


def _view(session: Any, name: str) -> str:
    from vidbudova.session import views

    id = views.find(session, name)
    if not id:
        raise UserError("no-such-thing", what=_("view"), id=name)
    return id


def list_paths(args: Namespace) -> Answer:
    """Name the paths."""
    from vidbudova.session import views

    with to_look(args) as session:
        named = {id: str(row["name"]) for id, row in session.rows("views").items()}
        rows = session.rows("camera_paths")
        found: list[dict[str, Any]] = [
            {
                "id": id, "name": rows[id]["name"], "loop": bool(rows[id]["loop"]),
                "stops": [{**asdict(stop), "view": named[stop.view]} for stop in stops],
            }
            for id, stops in views.paths(session).items()
        ]  # fmt: skip
    lines = [f"{p['name']}: " + " → ".join(s["view"] for s in p["stops"]) for p in found]
    return Answer({"paths": found}, lines or [_("There are no camera paths yet; make one with “path add”.")])


def add_path(args: Namespace) -> Answer:
    """Keep a path."""
    from vidbudova.session import views

    with to_edit(args) as session:
        stops = [views.PathStop(_view(session, name), seconds, hold) for name, seconds, hold in args.stops]
        id = views.add_path(session, args.name, stops, args.loop)
    return Answer({"path": id}, [f"{id}  {args.name}"])


def remove_path(args: Namespace) -> Answer:
    """Take a path away."""
    from vidbudova.session import views

    with to_edit(args) as session:
        id = views.find_path(session, args.name)
        views.remove_path(session, id)
    return Answer({"removed": id}, [args.name])


def video_(args: Namespace) -> Answer:
    """Write a path as a video."""
    from vidbudova.scene.video import write_video
    from vidbudova.session import views

    progress = Progress()
    with to_look(args) as session:
        path = views.find_path(session, args.path)
        colour_by = "" if args.colour_by == "none" else args.colour_by
        table = shown_result.table_of(session, args)
        count = write_video(
            session, path, args.out, args.size, args.fps, args.averaged, colour_by, progress, result=table
        )
    progress.end()
    width, height = args.size
    body = {
        "out": str(args.out), "width": width, "height": height, "fps": args.fps, "frames": count,
        "seconds": round(count / args.fps, 3), "bytes": args.out.stat().st_size,
        **shown_result.said(table, args.result),
    }  # fmt: skip
    return Answer(body, [f"{args.out} ({width}×{height}, {number(count)})"])
