"""The same runs on a Dask cluster: each worker runs the plugin in a process of its own, as this computer would.

The project is copied once, whole, beside itself: workers that share the disk read that copy, to others it is sent.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.jobs.many import Wanted
from vidbudova.jobs.order import Limits
from vidbudova.jobs.process import Cancelled, Progress
from vidbudova.jobs.ran import Ran
from vidbudova.jobs.running import run
from vidbudova.plugin import finding
from vidbudova.store import snapshots
from vidbudova.text import _

Client = Any
"""`distributed.Client`, which is there only where the library is."""

CONNECT_S = 10
POLL_S = 0.2
ASK_S = 0.5
"""How often a worker looks whether the person has stopped the runs."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one worker is told."""

    plugin: str
    code_sha256: str
    project: str
    scenario: str
    parameters: dict[str, Any]
    limits: dict[str, Any]
    stop: str


@dataclass(frozen=True, slots=True)
class Done:
    """What it gives back: the facts of the run, and the file of its result."""

    facts: dict[str, Any]
    file: bytes


def run_on_cluster(
    address: str,
    wanted: Sequence[Wanted],
    progress: Progress = lambda share, what: None,
    cancelled: Cancelled = lambda: False,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> list[Ran | UserError]:
    """Run all on the workers of a scheduler; as `many.run_many` does here.

    Raises
    ------
    UserError
        cluster-missing without the library, cluster-lost where nobody answers.
    """
    client = _client(address)
    stop = f"vidbudova-stop-{uuid.uuid4().hex}"
    with contextlib.ExitStack() as held:
        held.callback(client.close)
        copies = {project: held.enter_context(_copied(project)) for project in {w.project for w in wanted}}
        try:
            futures = [_submit(client, w, copies[w.project], limits, stop) for w in wanted]
            _wait(client, futures, progress, cancelled, stop)
            return [_gathered(future, w, cancelled) for future, w in zip(futures, wanted, strict=True)]
        except (OSError, TimeoutError, RuntimeError) as error:
            raise UserError("cluster-lost", address=address, reason=str(error)[:200]) from error


def _client(address: str) -> Client:
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise UserError("cluster-missing") from error
    try:
        client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError("cluster-lost", address=address, reason=_("nobody answers there")) from error
    if not client.scheduler_info()["workers"]:
        client.close()
        raise UserError("cluster-lost", address=address, reason=_("it has no workers"))
    return client


@contextlib.contextmanager
def _copied(project: Path) -> Iterator[Path]:
    """A whole copy of a project beside it, where workers that share the disk find it; without its log beside it."""
    project = project.resolve()
    folder = project.parent if os.access(project.parent, os.W_OK) else Path(tempfile.gettempdir())
    place = Path(tempfile.mkdtemp(prefix=".vidbudova-cluster-", dir=folder))
    try:
        snapshots.back_up(project, place / project.name)
        yield place / project.name
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _submit(client: Client, wanted: Wanted, copy: Path, limits: Limits, stop: str) -> Any:
    task = Task(
        wanted.plugin.id,
        wanted.plugin.sha256,
        str(copy),
        wanted.scenario,
        dict(wanted.parameters),
        asdict(limits),
        stop,
    )
    shared = all(client.run(can_read, str(copy), copy.stat().st_size).values())
    sent = None if shared else client.scatter(copy.read_bytes(), broadcast=True, hash=True)
    return client.submit(work, task, sent, pure=False)


def _wait(client: Client, futures: list[Any], progress: Progress, cancelled: Cancelled, stop: str) -> None:
    """Until all are done; a person's cancel is told to the workers, who end their processes."""
    distributed: Any = importlib.import_module("distributed")
    stopped = False
    while not all(future.done() for future in futures):
        if cancelled() and not stopped:
            distributed.Event(stop, client=client).set()
            client.cancel(
                [future for future in futures if future.status == "pending" and not future.done()], force=False
            )
            return
        progress(sum(future.done() for future in futures) / len(futures), "")
        time.sleep(POLL_S)
    progress(1.0, "")


def _gathered(future: Any, wanted: Wanted, cancelled: Cancelled) -> Ran | UserError:
    from vidbudova.plugin import result_file

    if future.cancelled() or (cancelled() and not future.done()):
        return UserError("plugin-cancelled", plugin=wanted.plugin.name)
    done = future.result()
    if isinstance(done, UserError):
        return done
    with tempfile.TemporaryDirectory(prefix="vidbudova-gathered-") as folder:
        file = Path(folder) / "result"
        file.write_bytes(done.file)
        result = result_file.read(file)
        if wanted.into is not None:
            shutil.copyfile(file, wanted.into)
    return Ran(result=result, warnings=result.warnings, **done.facts)


def can_read(path: str, size: int) -> bool:
    """Whether a worker sees the copy of the project."""
    try:
        return os.access(path, os.R_OK) and Path(path).stat().st_size == size
    except OSError:
        return False


def work(task: Task, sent: bytes | None) -> Done | UserError:
    """On a worker: run one plugin on the copy of the project, or on what was sent."""
    try:
        with tempfile.TemporaryDirectory(prefix="vidbudova-work-") as folder:
            project = Path(task.project)
            if sent is not None:
                project = Path(folder) / project.name
                project.write_bytes(sent)
            return _work(task, project, Path(folder) / "result")
    except UserError as error:
        return error


def _work(task: Task, project: Path, file: Path) -> Done:
    plugin = finding.ready(task.plugin)
    if plugin.sha256 != task.code_sha256:
        reason = _("a worker has another version of it")
        raise UserError("plugin-failed", plugin=task.plugin, reason=reason)
    limits = Limits(**task.limits)
    ran = run(plugin, project, task.scenario, task.parameters, cancelled=_stopped(task.stop), limits=limits, into=file)
    facts = asdict_of(ran)
    return Done(facts, file.read_bytes())


def asdict_of(ran: Ran) -> dict[str, Any]:
    """The facts of a run without its result."""
    names = ("parameters", "seconds", "inputs_sha256", "data_sha256", "peak_mb")
    return {name: getattr(ran, name) for name in names}


def _stopped(name: str) -> Callable[[], bool]:
    """Whether the person has stopped the runs, asked of the scheduler now and then."""
    distributed: Any = importlib.import_module("distributed")
    event, asked, known = distributed.Event(name), 0.0, False

    def stopped() -> bool:
        nonlocal asked, known
        if not known and time.monotonic() - asked > ASK_S:
            asked = time.monotonic()
            known = bool(event.is_set())
        return known

    return stopped
