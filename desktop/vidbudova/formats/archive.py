"""Zip archives from strangers: only wanted members come out, under names of ours, and never more than allowed."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from vidbudova.errors import UserError
from vidbudova.text import _

MOST_MEMBERS = 2000
MOST_RATIO = 500
"""A member that unpacks to more than this many times its size is a bomb, not data (only above RATIO_FROM)."""
RATIO_FROM = 16 << 20
BLOCK = 1 << 20
_PLAIN = re.compile(r"\w[\w.-]{0,99}")


def is_zip(head: bytes) -> bool:
    """Whether a file begins as a zip archive does."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def members(path: Path, name: str) -> list[zipfile.ZipInfo]:
    """The files in an archive; a UserError if it is damaged or has too many."""
    try:
        with zipfile.ZipFile(path) as archive:
            listed = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UserError("file-unreadable", file=name, reason=str(error)) from None
    if len(listed) > MOST_MEMBERS:
        raise UserError("file-too-big", file=name, what=_("files"), limit=MOST_MEMBERS)
    return [info for info in listed if not _hidden(info)]


def _hidden(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1].startswith("."))


def unpack(
    path: Path, name: str, folder: Path, wanted: Callable[[zipfile.ZipInfo], bool], most_mb: int
) -> dict[str, Path]:
    """Unpack the wanted members; archive name -> file in `folder`, each in a numbered folder of its own.

    Members of one archive folder and stem share a folder, so that a Shapefile stays together; those of a geodatabase
    keep their names in a folder that ends in .gdb.
    """
    left = most_mb << 20
    groups: dict[str, int] = {}
    found: dict[str, Path] = {}
    with zipfile.ZipFile(path) as archive:
        for info in members(path, name):
            if not wanted(info):
                continue
            target = folder / _place(PurePosixPath(info.filename.replace("\\", "/")), groups)
            target.parent.mkdir(parents=True, exist_ok=True)
            left -= _copy(archive, info, target, left, name)
            found[info.filename] = target
    return found


def _place(inside: PurePosixPath, groups: dict[str, int]) -> str:
    whole = inside.parent.suffix.lower() == ".gdb" and _PLAIN.fullmatch(inside.name)
    group = groups.setdefault(str(inside.parent if whole else inside.with_suffix("")).lower(), len(groups))
    return f"{group}.gdb/{inside.name}" if whole else f"{group}/part{inside.suffix.lower()}"


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int, name: str) -> int:
    written = 0
    try:
        with archive.open(info) as source, target.open("wb") as out:
            while block := source.read(BLOCK):
                written += len(block)
                if written > left or (written > RATIO_FROM and written > MOST_RATIO * max(info.compress_size, 1)):
                    raise UserError("file-too-big", file=name, what=_("disk space"), limit=_("the archive swells"))
                out.write(block)
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError) as error:
        shutil.rmtree(target.parent, ignore_errors=True)
        raise UserError("file-unreadable", file=name, reason=str(error) or type(error).__name__) from None
    return written
