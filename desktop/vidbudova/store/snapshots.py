"""Copies of the whole project: rotating snapshots beside it, and “Save a copy”."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.store.connection import mended

KEEP = 5
ENDING = ".vbp.gpkg"


def back_up(source: Path, target: Path, forget: tuple[str, ...] = ()) -> None:
    """Copy a project with SQLite's own backup, log and all; complete under its name or not there.

    `forget` names facts that the copy shall not carry.
    """
    part = target.with_name(target.name + ".part")
    with mended(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        try:
            _copy(source, part, forget)
            part.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        finally:
            for ending in ("-wal", "-shm", "-journal"):
                part.with_name(part.name + ending).unlink(missing_ok=True)


def _copy(source: Path, part: Path, forget: tuple[str, ...]) -> None:
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with contextlib.ExitStack() as open_files:
        old = open_files.enter_context(contextlib.closing(sqlite3.connect(uri, uri=True)))
        new = open_files.enter_context(contextlib.closing(sqlite3.connect(part)))
        old.backup(new, pages=-1)
        new.execute("PRAGMA journal_mode = DELETE")
        new.executemany("DELETE FROM vb_meta WHERE key = ?", [(key,) for key in forget])
        new.commit()
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def listed(folder: Path) -> list[Path]:
    """The snapshots of a project, newest first."""
    return sorted(folder.glob(f"*{ENDING}"), reverse=True) if folder.is_dir() else []


def lines_of(snapshot: Path) -> int:
    """How many Changes a snapshot holds, from its name."""
    last = snapshot.name.removesuffix(ENDING).rpartition("-")[2]
    return int(last) if last.isdigit() else -1


def take(source: Path, folder: Path, lines: int, keep: int = KEEP) -> Path:
    """Take a snapshot and let the oldest go."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    target = folder / f"{stamp}-{lines}{ENDING}"
    back_up(source, target)
    for old in listed(folder)[keep:]:
        old.unlink(missing_ok=True)
    return target


def save_copy(source: Path, folders: Mapping[Path, Path], target: Path) -> None:
    """A copy of a project and of the folders beside it (from: to); opened, it is a replica of its own."""
    if target.exists():
        raise UserError("project-exists", path=target)
    with mended(target):
        copy_folders(folders)
    back_up(source, target, forget=("fingerprint", "open"))


def copy_folders(folders: Mapping[Path, Path]) -> None:
    """Copy whole folders (from: to) that are there; half files stay behind."""
    for old, new in folders.items():
        if old.is_dir():
            shutil.copytree(old, new, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.part"))
