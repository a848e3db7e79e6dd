"""Files of large arrays beside the project (terrain, imagery, clouds, models), named by their checksum."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from vidbudova.model.schema_files import FILED
from vidbudova.store.access import Access
from vidbudova.store.connection import Connection, mended
from vidbudova.text import _

ENDING = ".arrays"
BLOCK = 1 << 22


def folder(project: Access) -> Path:
    """Where the files of a project's layers are."""
    return project.beside("layers")


def path_of(project: Access, sha256: str) -> Path | None:
    """The file of that checksum; None if it is not here (it may come with a later bundle)."""
    file = folder(project) / f"{sha256}{ENDING}"
    return file if sha256.isalnum() and file.is_file() else None


def staged(staging: Path) -> list[Path]:
    """The files that a reader put beside its staging file."""
    there = staging.with_name(staging.name + ".files")
    return sorted(there.glob(f"*{ENDING}")) if there.is_dir() else []


@contextlib.contextmanager
def brought(project: Access, staging: Path) -> Iterator[None]:
    """The staged files beside the project while the block takes their rows in; none of them stays if it raises."""
    new: list[Path] = []
    with mended(folder(project)):
        try:
            for file in staged(staging):
                target = folder(project) / file.name
                if not target.is_file():
                    target.parent.mkdir(exist_ok=True)
                    new.append(target)
                    _bring(file, target)
            yield
        except BaseException:
            for target in new:
                target.unlink(missing_ok=True)
            raise


def _bring(file: Path, target: Path) -> None:
    """Copy a file whole and on the disk, checking that it is what its name says."""
    part = target.with_name(f"{os.getpid()}-{target.name}.part")
    digest = hashlib.sha256()
    try:
        with file.open("rb") as source, part.open("wb") as copy:
            while block := source.read(BLOCK):
                digest.update(block)
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != target.stem:
            raise OSError(f"{file.name} is not what its name says")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def problems(db: Connection, project: Access) -> Iterator[str]:
    """Files that rows name and that are missing or damaged."""
    for table in FILED:
        for (sha256,) in db.execute(f'SELECT file FROM "{table}" WHERE file IS NOT NULL ORDER BY file').fetchall():
            file = path_of(project, str(sha256))
            if file is None:
                yield _("The file {id} of a layer ({table}) is not here.").format(id=sha256, table=table)
            elif not _is_whole(file):
                yield _("The file {id} of a layer ({table}) is damaged.").format(id=sha256, table=table)


def _is_whole(file: Path) -> bool:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest() == file.stem
