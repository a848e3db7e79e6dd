"""The source file itself: the real file behind a path, the parts it consists of, and its checksum."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.formats import beside, folders
from vidbudova.formats.world_files import world_files

SIDECARS = (".dbf", ".prj", ".cpg", ".shx")
BLOCK = 1 << 20


def real_path(path: Path) -> Path:
    """The file itself, links followed; only regular files are read, and folders that are one data set."""
    try:
        real = path.resolve(strict=True)
    except OSError:
        raise UserError("file-missing", path=path) from None
    if not real.is_file() and not folders.is_source(real):
        raise UserError("file-missing", path=path)
    return real


def parts(path: Path) -> list[Path]:
    """The files that together are the source, the one that was named first."""
    if path.is_dir():
        return folders.files(path)
    if path.suffix.lower() == ".shp":
        there = {p.suffix.lower(): p for p in path.parent.iterdir() if p.stem == path.stem and p.is_file()}
        return [path, *(there[ending] for ending in SIDECARS if ending in there)]
    if named := beside.files(path) or world_files(path):
        return [path, *named]
    log = path.with_name(path.name + "-wal")
    return [path, log] if log.is_file() and log.stat().st_size else [path]


def checksum(path: Path, cancelled: Callable[[], bool] = lambda: False) -> str:
    """The sha256 of a file; of a Shapefile, or a GeoPackage with unfinished writes, of all parts in turn.

    Of a folder, the names count, too.
    """
    digest = hashlib.sha256()
    for part in parts(path):
        if path.is_dir():
            digest.update(f"{part.relative_to(path).as_posix()}\n{part.stat().st_size}\n".encode())
        with part.open("rb") as opened:
            while block := opened.read(BLOCK):
                digest.update(block)
                if cancelled():
                    raise UserError("import-cancelled", file=path.name)
    return digest.hexdigest()
