"""The process in which one plugin runs: an order on standard input, JSON lines on standard output, a file as result.

Run as `python -m vidbudova.jobs.child`. Whatever the plugin does to it, the program only sees a process end. It lives
for one run, or, where the plugin answers questions, until the program has no more of them. It may be told first which
plugin will be ordered, and gets ready then.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.formats import guard
from vidbudova.jobs import guest, lifeline, warming
from vidbudova.jobs.channel import Cancelled, Channel
from vidbudova.jobs.order import Order, Warming
from vidbudova.plugin import PluginError, Result
from vidbudova.text import use_language

TAIL = 4000
LONGEST = 300


def main() -> None:
    """Do what was ordered, answer what is asked, end."""
    channel = Channel()
    told = channel.first()
    lifeline.hold(os.environ)
    _first_to_go()
    guest.ban_windows()
    loaded = None
    if "warm" in told:
        loaded = _ready(Warming(**told["warm"]), channel)
        if loaded is None:
            return
        told = channel.asked.get()
    order = Order(**told)
    guard.limit(order.limits)
    use_language(order.language, paths.locale())
    if loaded is not None and not warming.fits(loaded, Path(order.folder), order.code_sha256):
        channel.say(error={"kind": "other"})
        return
    _obey(order, channel, loaded)
    channel.asked.get()  # the program ends this process, with all that it can still tell to be of it


def _obey(order: Order, channel: Channel, loaded: warming.Loaded | None) -> None:
    explorer = _told(channel, lambda: _run(order, channel, loaded), order.result)
    while order.explore and explorer is not None:
        asked = channel.asked.get()
        if "ask" not in asked:
            return
        channel.cancelled.clear()
        _told(channel, lambda: explorer.ask(asked["ask"], channel.progress), asked["result"])  # noqa: B023 - called at once


def _ready(wanted: Warming, channel: Channel) -> warming.Loaded | None:
    """Get ready for an order that has not come; None where that failed, and the order will say why."""
    if sys.platform != "darwin":  # where a limit cannot be made larger again
        guard.limit(wanted.limits)
    use_language(wanted.language, paths.locale())
    made: list[warming.Loaded] = []

    def work() -> None:
        made.append(warming.Loaded(Path(wanted.folder)))
        made[0].ahead(wanted.language, channel.progress)

    if _said(channel, work):
        channel.say(ready=True)
        return made[0]
    return None


def _run(order: Order, channel: Channel, loaded: warming.Loaded | None) -> Any:
    """What the plugin gives for the order: a result, or an explorer that holds one."""
    from vidbudova.plugin import tables

    loaded = loaded or warming.Loaded(Path(order.folder))
    loaded.warm(order.language, channel.progress)
    gc.freeze()  # the collector would look through all that was imported again and again while tables are read
    city = tables.open_city(
        Path(order.project), loaded.told, scenario=order.scenario, language=order.language, folder=Path(order.scratch)
    )
    return (loaded.module.explore if order.explore else loaded.module.run)(city, order.parameters, channel.progress)


def _told(channel: Channel, work: Callable[[], Any], path: str) -> Any:
    """Do the work, write its result, and say that it is done; gives what came, or None where nothing did."""
    came: list[Any] = []

    def both() -> None:
        came.append(work())
        _write(getattr(came[0], "result", came[0]), Path(path))

    if not _said(channel, both):
        return None
    channel.say(done=True)
    return came[0]


def _said(channel: Channel, work: Callable[[], None]) -> bool:
    """Whether the work was done; if not, it is said why."""
    try:
        work()
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
        return True
    return False


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
