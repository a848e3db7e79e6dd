"""Results of analyses that are kept with the project: their files beside it, and a row for each that is not logged.

A result is no edit: it is not merged, not undone, and can be made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vidbudova.store import inputs, layer_files
from vidbudova.store.access import Access
from vidbudova.store.connection import Connection, mended
from vidbudova.text import _

ENDING = ".result"


@dataclass(frozen=True, slots=True)
class Row:
    """One kept result: its id, the checksum of its file, the last Change it may have seen, what is said of it."""

    id: str
    file: str
    after: str
    told: dict[str, Any]


def last_change(project: Access) -> str:
    """The id of the latest line of the log; "" where there is none."""
    with project.looking() as db:
        row = db.execute("SELECT id FROM vb_change ORDER BY n DESC LIMIT 1").fetchone()
    return str(row[0]) if row else ""


def keep(project: Access, file: Path, id: str, after: str, told: Mapping[str, Any]) -> Row:
    """Take the file of a result beside the project, whole and on the disk, and note it."""
    with project.writing() as db:
        sha256 = _bring(project, file)
        row = Row(id, sha256, after, dict(told))
        said = json.dumps(row.told, ensure_ascii=False, sort_keys=True)
        db.execute("INSERT INTO vb_result VALUES (?, ?, ?, ?)", (id, sha256, after, said))
    return row


def listed(project: Access) -> list[Row]:
    """Every kept result, in no order."""
    with project.looking() as db:
        rows = db.execute("SELECT id, file, after, told FROM vb_result ORDER BY id").fetchall()
    return [Row(id, file, after, json.loads(told)) for id, file, after, told in rows]


def path_of(project: Access, sha256: str) -> Path | None:
    """The file of that checksum; None if it is not here."""
    file = layer_files.folder(project) / f"{sha256}{ENDING}"
    return file if sha256.isalnum() and file.is_file() else None


def forget(project: Access, id: str) -> bool:
    """Take a result out, and its file if no other result is the same; whether there was one."""
    with project.writing() as db:
        found = db.execute("SELECT file FROM vb_result WHERE id = ?", (id,)).fetchone()
        db.execute("DELETE FROM vb_result WHERE id = ?", (id,))
        used = found and db.execute("SELECT 1 FROM vb_result WHERE file = ?", found).fetchone()
    if found and not used and (file := path_of(project, found[0])) is not None:
        file.unlink(missing_ok=True)
    return found is not None


def changes_since(project: Access, after: str, tables: list[str], scenario: str) -> int:
    """How many Changes that touch some tables came after one."""
    with project.looking() as db:
        row = db.execute("SELECT n FROM vb_change WHERE id = ?", (after,)).fetchone()
        return inputs.changes_since(db, row[0] if row else 0, tables, scenario) if tables else 0


def problems(db: Connection, project: Access) -> Iterator[str]:
    """Results whose file is missing or damaged."""
    for (sha256,) in db.execute("SELECT DISTINCT file FROM vb_result ORDER BY file").fetchall():
        file = path_of(project, str(sha256))
        if file is None:
            yield _("The file {id} of a kept result is not here.").format(id=sha256)
        elif not is_whole(file):
            yield _("The file {id} of a kept result is damaged.").format(id=sha256)


def is_whole(file: Path) -> bool:
    """Whether a file's bytes are what its name says."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest() == file.stem


def _bring(project: Access, file: Path) -> str:
    folder = layer_files.folder(project)
    with mended(folder):
        folder.mkdir(exist_ok=True)
        with file.open("rb") as source:
            sha256 = hashlib.file_digest(source, "sha256").hexdigest()
        target = folder / f"{sha256}{ENDING}"
        part = target.with_name(f"{os.getpid()}-{target.name}.part")
        try:
            _take(file, part)
            with part.open("rb+") as copy:
                os.fsync(copy.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return sha256


def _take(file: Path, part: Path) -> None:
    """The same file under another name; a copy where it lies on another disk."""
    try:
        file.replace(part)
    except OSError:
        with file.open("rb") as source, part.open("wb") as copy:
            shutil.copyfileobj(source, copy, layer_files.BLOCK)
