"""The wiring: a child of the frozen program, a command, or the window."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from vidbudova import paths, text
from vidbudova.errors import UserError

CHILD_FLAG = "--vidbudova-child"
CHILDREN = frozenset(
    {
        "vidbudova.formats.child", "vidbudova.jobs.child", "vidbudova.ui.gl_probe", "vidbudova.ui.printing",
        "vidbudova.cli.film",
    }
)  # fmt: skip
"""The modules that `paths.child_command` may start; anything else on the command line is refused."""


ASIDE = ("selftest", "tour")
"""Commands for the build and for machines without a screen; `--help` does not name them."""


def run(argv: Sequence[str] | None = None) -> int:
    """Start what the arguments ask for; gives the exit code."""
    multiprocessing.freeze_support()
    args = list(sys.argv[1:] if argv is None else argv)
    speak_utf8()
    if args[:1] == [CHILD_FLAG]:
        return run_child(args[1:])
    text.use_language(text.system_language(), paths.locale())
    if not has_display(sys.platform, os.environ):
        # Without it VTK first looks for an X server and complains before it draws off screen all the same.
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    if asks_for_window(args):
        return open_window(args[0] if args else None)
    if args[0] in ASIDE:
        return run_aside(args)
    from vidbudova import cli

    return cli.main(args)


def speak_utf8() -> None:
    """Let every stream carry Ukrainian, also where the console's own code page cannot."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def run_child(args: list[str]) -> int:
    """Be one of our child processes (the frozen program has no `python -m`)."""
    if not args or args[0] not in CHILDREN:
        return 2
    sys.argv = args
    runpy.run_module(args[0], run_name="__main__", alter_sys=True)
    return 0


def run_aside(args: list[str]) -> int:
    """Run a command that is not for everyday use."""
    from vidbudova.cli.answers import refuse

    try:
        if args[0] == "tour":
            from vidbudova.cli import tour

            return tour.run(args[1:])
        from vidbudova.cli import selftest
        from vidbudova.ui.trial import colours_in_window

        return selftest.run(colours_in_window, [Path(folder) for folder in args[1:]])
    except UserError as error:
        return refuse(error, as_json="--json" in args)


def asks_for_window(args: list[str]) -> bool:
    """Whether these arguments are none, or a project alone."""
    if not args:
        return True
    return len(args) == 1 and not args[0].startswith("-") and Path(args[0]).suffix.lower() == ".gpkg"


def open_window(project: str | None) -> int:
    """Open the desktop program, or say why that cannot be."""
    if not has_display(sys.platform, os.environ):
        from vidbudova.cli.answers import refuse

        return refuse(UserError("no-display"), as_json=False)
    from vidbudova.ui import app

    return app.run(Path(project) if project else None)


def has_display(system: str, environ: Mapping[str, str]) -> bool:
    """Whether a window can open; QT_QPA_PLATFORM says that someone knows better."""
    if not system.startswith("linux"):
        return True
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


if __name__ == "__main__":
    raise SystemExit(run())
