"""Pictures and videos as files, drawn in a process of their own so that the window stays free."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.text import _, language

PROGRESS = re.compile(r"^\s*(\d+) %\s*(.*)$")
Progress = Callable[..., None]


def of_result(shown: tuple[str, str] | None) -> list[str]:
    """What tells a command to draw the result that lies on the city."""
    return [] if shown is None else ["--result", shown[0], "--table", shown[1]]


def film(words: Sequence[str], out: Path, progress: Progress, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Run one of our commands (`video`, `render`, `report`) in a child; gives what it answered.

    The file gets its name only once the child has ended well and somebody still wants it.

    Raises
    ------
    UserError
        What the command said, or ``export-cancelled``; no file is left then, and one of that name is as it was.
    """
    part = out.with_name(f"{out.stem}.unfinished{out.suffix}")
    try:
        body = _run([str(part) if word == str(out) else word for word in words], out, part, progress, cancelled)
        part.replace(out)
    except OSError as error:
        raise UserError("export-failed", file=out, reason=error.strerror or str(error)) from error
    finally:
        with contextlib.suppress(OSError):  # its folder may be none
            part.unlink(missing_ok=True)
    return body | {"out": str(out)}


def _run(
    words: Sequence[str], out: Path, part: Path, progress: Progress, cancelled: Callable[[], bool]
) -> dict[str, Any]:
    command = [*paths.child_command("vidbudova.cli.film"), *words]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env=os.environ | {"VIDBUDOVA_LANGUAGE": language()},
    )  # fmt: skip
    said: list[str] = []
    listener = threading.Thread(target=_listen, args=(child, progress, said), name="film", daemon=True)
    answered: list[str] = []
    reader = threading.Thread(target=lambda: answered.append(child.stdout.read()), name="film answer", daemon=True)  # type: ignore[union-attr]
    listener.start()
    reader.start()
    try:
        while child.poll() is None:
            if cancelled():
                raise UserError("export-cancelled", file=out)
            threading.Event().wait(0.1)
    finally:
        _end(child)
        listener.join(5)
        reader.join(5)
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None and not stream.closed:
                stream.close()
    answer, *heard = (text.replace(part.name, out.name) for text in ("".join(answered), *said))
    return _answer(child.returncode, answer, heard, out)


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is not None:
        return
    # the end of its input tells the child to leave no file behind and go
    assert child.stdin is not None
    child.stdin.close()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _listen(child: subprocess.Popen[str], progress: Progress, said: list[str]) -> None:
    assert child.stderr is not None
    for line in child.stderr:
        found = PROGRESS.match(line)
        if found:
            progress(int(found[1]) / 100, found[2])
        else:
            said.append(line.rstrip())


def _answer(code: int, text: str, said: Sequence[str], out: Path) -> dict[str, Any]:
    try:
        body: dict[str, Any] = json.loads(text)
    except ValueError:
        reason = (said or [_("its process ended with {code}").format(code=code)])[-1]
        raise UserError("export-failed", file=out, reason=reason) from None
    if code:
        message = body.get("error", {}).get("message", "")
        raise UserError("export-failed", file=out, reason=message or code)
    return body
