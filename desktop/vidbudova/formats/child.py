"""The child that reads one foreign file: job as JSON on standard input, JSON lines on standard output, then it ends.

Run as `python -m vidbudova.formats.child`. Whatever the file does to it, the program itself only sees a process end.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.formats import fence, guard
from vidbudova.formats.report import Job
from vidbudova.text import _, system_language, use_language

PROGRESS_EVERY_S = 0.1


class Teller:
    """Writes JSON lines to the program."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._last = 0.0

    def say(self, **told: Any) -> None:
        """One line."""
        self._out.write(json.dumps(told, ensure_ascii=False) + "\n")
        self._out.flush()

    def progress(self, share: float, what: str) -> None:
        """How far it is, not more often than a person can see."""
        now = time.monotonic()
        if now - self._last >= PROGRESS_EVERY_S:
            self._last = now
            self.say(progress=round(share, 4), what=what)


def main() -> int:
    """Read the job, read the file, say what came of it."""
    teller = Teller(_own_stdout())
    job = Job(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    guard.limit(job.limits, _mapped_mb(Path(job.path)))
    use_language(system_language(), paths.locale())
    fence.put_up(job)
    try:
        teller.say(report=work(job, teller))
    except UserError as error:
        teller.say(error={"key": error.key, "values": {k: _plain(v) for k, v in error.values.items()}})
    except MemoryError:
        teller.say(error=_too_big(job))
    except Exception as error:  # noqa: BLE001 - the border of the child process: a broken file must give a sentence
        teller.say(error=_unreadable(job, error))
    return 0


def _mapped_mb(path: Path) -> int:
    """A file of text is mapped, and its vertices in a file beside it take no more than the text did."""
    return 2 * path.stat().st_size >> 20 if path.is_file() else 0


def work(job: Job, teller: Teller) -> dict[str, Any]:
    """Stage the file of a job; gives the report without its words."""
    from vidbudova.formats import gdal, registry

    path = Path(job.path)
    chosen = registry.detect(path, job.name)
    os.environ.update(gdal.environment(getattr(chosen, "DRIVERS", ())))
    from vidbudova.formats.intake import Intake
    from vidbudova.formats.staging import Staging

    staging = Staging(Path(job.staging))
    intake = Intake(job, staging, teller.progress)
    intake.format = chosen.NAME
    chosen.read(path, intake)
    if not intake.read:
        raise UserError("import-empty", file=job.name, reason=_("it has no features"))
    intake.finish()
    report = intake.report()
    staging.close(report)
    return report


def _plain(value: object) -> object:
    return value if isinstance(value, list) else str(value)


def _own_stdout() -> IO[str]:
    """Our own line to the program; whatever a C library prints goes to standard error."""
    line = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return line


def _end_with_parent() -> None:
    """Standard input ends when the program does: then nobody waits for this file any more."""
    while sys.stdin.read(4096):
        pass
    os._exit(3)


def _too_big(job: Job) -> dict[str, Any]:
    values = {"file": job.name, "what": _("memory"), "limit": f"{job.limits.get('memory_mb')} MB"}
    return {"key": "file-too-big", "values": values}


def _unreadable(job: Job, error: Exception) -> dict[str, Any]:
    import traceback

    traceback.print_exception(error, file=sys.stderr)
    said = str(error).replace(job.path, job.name).replace(job.scratch, "").strip().splitlines()
    return {
        "key": "file-unreadable",
        "values": {"file": job.name, "reason": (said or [type(error).__name__])[0].split(";")[0][:200]},
    }


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)
