"""Photos beside the project, named by their checksum."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.store.access import Access
from vidbudova.store.connection import mended

BLOCK = 1 << 20


def folder(project: Access) -> Path:
    """Where a project's photos are."""
    return project.beside("media")


def copy_in(project: Access, file: Path, ending: str = "") -> str:
    """Copy a photo to the project, whole and on the disk when it returns; gives its sha256.

    The same photo twice is one file. `ending` is what the picture is (".jpg"), else the file's own.
    """
    if project.read_only:
        raise UserError("project-read-only", path=project.path, reason=file.name)
    if not file.is_file():
        raise UserError("file-missing", path=file)
    place = folder(project)
    with mended(place):
        place.mkdir(exist_ok=True)
        part = place / f"{os.getpid()}-{file.name}.part"
        try:
            sha256 = _copy(file, part)
            if path_of(project, sha256) is None:
                part.replace(place / (sha256 + (ending or file.suffix).lower()))
                _sync_folder(place)
        finally:
            part.unlink(missing_ok=True)
    return sha256


def _copy(file: Path, part: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as source, part.open("wb") as target:
        while block := source.read(BLOCK):
            digest.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()


def _sync_folder(place: Path) -> None:
    """Make a rename last through a power failure where the system can."""
    with contextlib.suppress(OSError):
        fd = os.open(place, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def path_of(project: Access, sha256: str) -> Path | None:
    """The file of a photo; None if it is not here (it may come with a later bundle)."""
    if not sha256.isalnum():
        return None
    return next((p for p in sorted(folder(project).glob(f"{sha256}.*")) if p.suffix != ".part"), None)


def is_whole(file: Path, sha256: str) -> bool:
    """Whether a photo's bytes are what its name says."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest() == sha256
