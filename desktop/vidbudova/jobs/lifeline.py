"""A child ends with the program, also when a library computes for hours and lets no thread of ours run.

The program holds one end of a pipe for as long as it lives. Linux sends a signal to the child's whole group when that
end closes, whoever closes it; elsewhere the child's listener sees the end of its input, and Windows has its job object.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping

NAME = "VIDBUDOVA_LIFELINE"


def hold(environ: Mapping[str, str]) -> None:
    """Ask the system to end this process and its own children once the program has ended."""
    if not sys.platform.startswith("linux") or NAME not in environ:
        return
    import fcntl
    import select

    line = int(environ[NAME])
    os.set_inheritable(line, False)
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(line, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(line, fcntl.F_SETFL, fcntl.fcntl(line, fcntl.F_GETFL) | os.O_ASYNC)
    look = select.poll()
    look.register(line, select.POLLHUP)
    if look.poll(0):
        os._exit(3)
