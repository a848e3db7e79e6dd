"""Reading one foreign file in a child of its own, from the program's side: start, watch, kill, report."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

import vidbudova
from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.formats import endings, problems, watching
from vidbudova.formats.report import FileReport, Job, LayerRow, Limits
from vidbudova.formats.sources import checksum, parts, real_path
from vidbudova.model import schema
from vidbudova.text import _, language, number

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]

POLL_S = 0.05
PASSED_ON = (
    "SYSTEMROOT",
    "WINDIR",
    "TEMP",
    "TMP",
    "TMPDIR",
    "HOME",
    "USERPROFILE",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "PROJ_DATA",
    "GDAL_DATA",
)
STDERR_TAIL = 300


@dataclass(frozen=True, slots=True)
class Assumed:
    """What derived heights rest on, the words that stay with the layer, and the bounds of what is there already.

    within : west, south, east, north in degrees; features that do not meet that box are left out.
    terrain : files of arrays with the ground of the project.
    """

    storey_height_m: float = 3.0
    default_height_m: float = 6.0
    attribution: str = ""
    licence: str = ""
    around: tuple[float, float, float, float] | None = None
    within: tuple[float, float, float, float] | None = None
    terrain: tuple[str, ...] = ()


def read(
    path: Path,
    *,
    project_crs: str,
    staging: Path,
    sha256: str | None = None,
    kind: str | None = None,
    crs: str | None = None,
    mends: Sequence[str] = (),
    assumed: Assumed = Assumed(),  # noqa: B008 - frozen
    limits: Limits = Limits(),  # noqa: B008 - frozen
    progress: Progress = lambda share, what: None,
    cancelled: Cancelled = lambda: False,
) -> FileReport:
    """Read a file into a staging file; on any error or cancel no staging file is left.

    Raises
    ------
    UserError
        With the sentence for a person; a child that crashes or is killed is one, too.
    """
    real = real_path(path)
    staging.unlink(missing_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="vidbudova-read-"))
    job = Job(
        path=str(real), name=path.name, sha256=sha256 or checksum(real, cancelled),
        project_crs=project_crs, staging=str(staging.resolve()),
        scratch=str(scratch), parts=[str(part) for part in parts(real)], kind=kind, crs=crs,
        mends=list(mends), limits=asdict(limits), **asdict(assumed),
    )  # fmt: skip
    try:
        report = _Child(job, limits).run(progress, cancelled)
        return _worded(job, report)
    except BaseException:
        staging.unlink(missing_ok=True)
        shutil.rmtree(staging.with_name(staging.name + ".files"), ignore_errors=True)
        raise
    finally:
        with contextlib.suppress(OSError):  # it holds files of arrays, or was never made
            staging.with_name(staging.name + ".files").rmdir()
        shutil.rmtree(scratch, ignore_errors=True)


class _Child:
    def __init__(self, job: Job, limits: Limits) -> None:
        self.job = job
        self.limits = limits
        self.lines: queue.Queue[str | None] = queue.Queue()

    def run(self, progress: Progress, cancelled: Cancelled) -> dict[str, Any]:
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            process = self._start(said)
            leash = watching.leash(process, self.limits.memory_mb)
            listener = threading.Thread(target=self._listen, args=(process,), daemon=True)
            listener.start()
            try:
                answer = self._follow(process, progress, cancelled)
            finally:
                process.kill()
                process.wait()
                listener.join()
                for pipe in (process.stdin, process.stdout):
                    if pipe:
                        _close(pipe)
                del leash
            return answer if answer is not None else self._crashed(process.returncode, said)

    def _start(self, said: IO[str]) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            paths.child_command("vidbudova.formats.child"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
            cwd=self.job.scratch, env=environment(self.job.scratch), encoding="utf-8", errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died at once: its exit code says so
            process.stdin.write(json.dumps(asdict(self.job)) + "\n")
            process.stdin.flush()
        return process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def _follow(
        self, process: subprocess.Popen[str], progress: Progress, cancelled: Cancelled
    ) -> dict[str, Any] | None:
        began = heard = time.monotonic()
        while True:
            if cancelled():
                raise UserError("import-cancelled", file=self.job.name)
            now = time.monotonic()
            self._check(process, now - began, now - heard)
            try:
                line = self.lines.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if line is None:
                return None
            heard = now
            told = _told(line)
            if "report" in told:
                return cast(dict[str, Any], told["report"])
            if "error" in told:
                raise UserError(told["error"]["key"], **told["error"]["values"])
            progress(float(told.get("progress", 0.0)), str(told.get("what", "")))

    def _check(self, process: subprocess.Popen[str], seconds: float, quiet: float) -> None:
        for spent, most in ((seconds, self.limits.seconds), (quiet, self.limits.quiet_seconds)):
            if spent > most:
                raise self._too_much(_("time"), _("{n} s").format(n=number(most)))
        if watching.resident_mb(process.pid) > self.limits.memory_mb:
            raise self._too_much(_("memory"), f"{number(self.limits.memory_mb)} MB")

    def _too_much(self, what: str, limit: str) -> UserError:
        return UserError("file-too-big", file=self.job.name, what=what, limit=limit)

    def _crashed(self, code: int, said: IO[str]) -> dict[str, Any]:
        from vidbudova.formats.guard import OUT_OF_MEMORY

        said.seek(0)
        tail = said.read()[-STDERR_TAIL:].strip().splitlines()
        if code == OUT_OF_MEMORY or "MemoryError" in "".join(tail) or "bad_alloc" in "".join(tail):
            raise self._too_much(_("memory"), f"{number(self.limits.memory_mb)} MB")
        reason = _("its reader broke off ({code})").format(code=code)
        raise UserError("file-unreadable", file=self.job.name, reason=reason)


def _told(line: str) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _close(pipe: IO[str]) -> None:
    with contextlib.suppress(OSError):  # the child was gone before it took what was written
        pipe.close()


def environment(scratch: str) -> dict[str, str]:
    """A clean environment: no proxies, keys or options of the person's own reach the child."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    if not paths.is_frozen():
        kept["PYTHONPATH"] = str(Path(vidbudova.__file__).resolve().parents[1])
    if sys.platform == "win32":
        kept["PATH"] = os.environ.get("PATH", "")
    return {
        **kept, "VIDBUDOVA_LANGUAGE": language(), "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1", "TMPDIR": scratch, "TEMP": scratch, "TMP": scratch, "PROJ_NETWORK": "OFF",
    }  # fmt: skip


def _worded(job: Job, told: dict[str, Any]) -> FileReport:
    """The report in the reader's language, with a line for each layer."""
    counts: dict[str, int] = told["counts"]
    named = [t for t in counts if t != "sightings" and counts[t]]
    main = sorted((t for t in named if t != "quarantine"), key=lambda t: -counts[t])
    stem = endings.stem(job.name)
    return {
        "file": job.name,
        "sha256": job.sha256,
        "format": told["format"],
        "kind": ", ".join(main) or "quarantine",
        "read": told["read"],
        "kept": told["kept"],
        "skipped": told["read"] - told["kept"],
        "crs": told["crs"],
        "problems": [problems.row(**p) for p in told["problems"]],
        "layers": [
            _layer(job, told, table, stem, len(named) > 1) for table in sorted(named, key=[*main, "quarantine"].index)
        ],
        "already": False,
    }


def _layer(job: Job, told: dict[str, Any], table: str, stem: str, several: bool) -> LayerRow:
    title = _(schema.TABLES[table].title)
    return {
        "kind": table,
        "name": _("{file}: {table}").format(file=stem, table=title) if several else stem,
        "features": told["counts"][table],
        "attribution": job.attribution or told["attribution"],
        "licence": job.licence or told["licence"],
    }
