"""Work in threads: each job says what it does and how far it is, can be cancelled, and ends on the main thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

Progress = Callable[..., None]
"""progress(done, text=""): done from 0 to 1, or below 0 when it cannot be known."""
Work = Callable[[Progress, Callable[[], bool]], Any]

CLOSING_S = 15.0
log = logging.getLogger(__name__)


class Cancelled(Exception):
    """The work stopped because it was told to."""


class Job(QObject):
    """One piece of work. `done` is its share from 0 to 1 (below 0: unknown), `text` what it is at."""

    moved = Signal()
    _said = Signal(float, str)
    _ended = Signal(object, object)

    def __init__(self, title: str, work: Work, quiet: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.title, self.quiet = title, quiet
        self.done, self.text = -1.0, ""
        self.started = time.monotonic()
        self._work: Work | None = work
        self._stop = threading.Event()
        self.thread_of_work = threading.Thread(target=self._run, name=f"job {title}", daemon=True)
        self._said.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Ask it to stop; it does at its next look."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def _say(self, done: float, text: str = "") -> None:
        self._said.emit(float(done), text)

    def _take(self, done: float, text: str) -> None:
        self.done, self.text = done, text or self.text
        self.moved.emit()

    def _run(self) -> None:
        work, self._work = self._work, None
        assert work is not None
        result: Any = None
        error: BaseException | None = None
        try:
            result = work(self._say, self._stop.is_set)
        except BaseException as trouble:  # noqa: BLE001 - the border of the worker thread: it ends on the main thread
            error = trouble
        del work
        self._ended.emit(result, error)


class JobList(QObject):
    """All running jobs.

    changed : a job began or ended, or moved on.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running: list[Job] = []
        self._closing = False

    def start(
        self,
        title: str,
        work: Work,
        done: Callable[[Any], None] = lambda result: None,
        failed: Callable[[BaseException], None] | None = None,
        quiet: bool = False,
    ) -> Job:
        """Run `work(progress, cancelled)` in a thread, then `done(result)` or `failed(error)` on the main thread.

        Parameters
        ----------
        title : what it does, translated ("Reading krems.osm.pbf").
        failed : what to do with an error; without it the desk shows it. A cancelled job calls neither.
        quiet : leave it out of the list (searches and the like).
        """
        job = Job(title, work, quiet, self)
        # The slots must live as long as the job, and a lambda keeps them: Qt drops them with the job.
        job._ended.connect(
            lambda result, error: self._finish(job, result, error, done, failed), Qt.ConnectionType.QueuedConnection
        )
        job.moved.connect(self.changed)
        self.running.append(job)
        job.thread_of_work.start()
        self.changed.emit()
        return job

    def shown(self) -> list[Job]:
        """The jobs a person should see."""
        return [job for job in self.running if not job.quiet]

    def close(self) -> bool:
        """Cancel everything and wait for the threads; whether all ended in time."""
        self._closing = True
        for job in self.running:
            job.cancel()
        until = time.monotonic() + CLOSING_S
        for job in self.running:
            job.thread_of_work.join(max(0.0, until - time.monotonic()))
        left = [job for job in self.running if job.thread_of_work.is_alive()]
        for job in left:
            log.warning("job %r did not stop in time", job.title)
        return not left

    def _finish(
        self,
        job: Job,
        result: Any,
        error: BaseException | None,
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None] | None,
    ) -> None:
        if job in self.running:
            self.running.remove(job)
        job.deleteLater()
        if self._closing:
            return
        self.changed.emit()
        if error is None:
            done(result)
        elif not isinstance(error, Cancelled) and not (job.cancelled and is_cancellation(error)):
            (failed or self.unhandled)(error)

    def unhandled(self, error: BaseException) -> None:
        """What happens to an error that no one takes; the desk replaces this."""
        raise error


def is_cancellation(error: BaseException) -> bool:
    """Whether an error only says that a job was cancelled."""
    return isinstance(error, Cancelled) or getattr(error, "key", "") == "import-cancelled"
