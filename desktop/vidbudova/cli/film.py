"""A command run for the window as a child: it ends, leaving no half file, when its standard input ends."""

from __future__ import annotations

import _thread
import os
import sys
import threading

from vidbudova import paths
from vidbudova.cli import main
from vidbudova.text import system_language, use_language


def run() -> int:
    """Run the command of the arguments with --json."""
    use_language(os.environ.get("VIDBUDOVA_LANGUAGE") or system_language(), paths.locale())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return main([*sys.argv[1:], "--json"])


def _end_with_parent() -> None:
    while sys.stdin.read(4096):
        pass
    _thread.interrupt_main()


if __name__ == "__main__":
    code = run()
    sys.stdout.flush()
    os._exit(code)
