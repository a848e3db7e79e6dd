"""Photos: copied beside the project under their checksum, with what the camera wrote as a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.formats.photo import read_photo
from vidbudova.model.change import Delta
from vidbudova.session.core import Session
from vidbudova.store import media
from vidbudova.text import _

TABLE = "photos"


@dataclass(frozen=True, slots=True)
class Brought:
    """Photos that are in the project's folder now: their checksums, and the deltas of those that are new to it."""

    sha256: tuple[str, ...]
    deltas: tuple[Delta, ...]


def bring(session: Session, files: Iterable[Path]) -> Brought:
    """Copy photos in. They belong to the project once the deltas are committed; the same photo twice is one.

    All are read before the first is copied, so that one bad file among them changes nothing.
    """
    read = [(file, read_photo(file)) for file in files]
    seen: dict[str, Delta | None] = {}
    for file, photo in read:
        if photo.sha256 in seen:
            continue
        if media.copy_in(session.project, file, photo.ending) != photo.sha256:
            raise UserError("photo-unreadable", file=file.name, reason=_("it changed while it was read"))
        known = session.row(TABLE, photo.sha256)
        seen[photo.sha256] = None if known else Delta(TABLE, photo.sha256, None, photo.fields)
    return Brought(tuple(seen), tuple(delta for delta in seen.values() if delta))


def file_of(session: Session, sha256: str) -> Path | None:
    """Where a photo is; None if it is not on this computer (it may come with a bundle)."""
    return media.path_of(session.project, sha256)
