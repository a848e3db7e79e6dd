"""The process in which one plugin runs: an order on standard input, JSON lines on standard output, a file as result.

Run as `python -m vidbudova.jobs.child`. Whatever the plugin does to it, the program only sees a process end. It lives
for one run, or, where the plugin answers questions, until the program has no more of them.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.formats import guard
from vidbudova.jobs import guest, lifeline
from vidbudova.jobs.channel import Cancelled, Channel
from vidbudova.jobs.order import Order
from vidbudova.plugin import PluginError, Result
from vidbudova.text import use_language

TAIL = 4000
LONGEST = 300


def main() -> None:
    """Do what was ordered, answer what is asked, end."""
    channel = Channel()
    order = Order(**channel.first())
    lifeline.hold(os.environ)
    guard.limit(order.limits)
    _first_to_go()
    use_language(order.language, paths.locale())
    guest.ban_windows()
    explorer = _told(channel, order.result, lambda: _run(order, channel))
    while order.explore and explorer is not None:
        asked = channel.asked.get()
        if "ask" not in asked:
            return
        channel.cancelled.clear()
        _told(channel, asked["result"], lambda: explorer.ask(asked["ask"], channel.progress))  # noqa: B023 - called at once


def _run(order: Order, channel: Channel) -> Any:
    """What the plugin gives for the order: a result, or an explorer that holds one."""
    from vidbudova.plugin import loading, manifest, tables

    told = manifest.read(Path(order.folder))
    module = loading.load(Path(order.folder), told.entry)
    city = tables.open_city(
        Path(order.project), told, scenario=order.scenario, language=order.language, folder=Path(order.scratch)
    )
    return (module.explore if order.explore else module.run)(city, order.parameters, channel.progress)


def _told(channel: Channel, path: str, work: Callable[[], Any]) -> Any:
    """Do the work and say what came of it; gives what came, or None where nothing did."""
    try:
        came = work()
        _write(getattr(came, "result", came), Path(path))
    except Cancelled:
        channel.say(error={"kind": "cancelled"})
    except UserError as error:
        channel.say(error={"key": error.key, "values": {name: str(value) for name, value in error.values.items()}})
    except PluginError as error:
        channel.say(error={"kind": "said", "reason": str(error)[:LONGEST]})
    except MemoryError:
        channel.say(error={"kind": "memory"})
    except BaseException as error:  # noqa: BLE001 - the border of the child: a plugin's error must give a sentence
        channel.say(error=_broken(error))
    else:
        channel.say(done=True)
        return came
    return None


def _write(result: object, path: Path) -> None:
    from vidbudova.plugin import result_file

    if not isinstance(result, Result):
        raise PluginError(f"run() gave back {type(result).__name__}, not a Result")
    result_file.write(result, path)


def _broken(error: BaseException) -> dict[str, Any]:
    """What is told of an error that the plugin did not mean."""
    trace = "".join(traceback.format_exception(error))[-TAIL:]
    if isinstance(error, guest.NoWindow):
        return {"kind": "window", "reason": str(error), "trace": trace}
    if isinstance(error, SystemExit):
        return {"kind": "failed", "reason": f"sys.exit({error.code!r})"[:LONGEST], "trace": trace}
    said = next(iter(str(error).strip().splitlines()), "")
    return {"kind": "failed", "reason": f"{type(error).__name__}: {said}"[:LONGEST], "trace": trace}


def _first_to_go() -> None:
    """Where memory runs out, Linux shall end this process and not the program."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")


if __name__ == "__main__":
    main()
    sys.stderr.flush()
    os._exit(0)
