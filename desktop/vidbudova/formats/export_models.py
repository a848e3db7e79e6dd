"""Buildings as 3D files: which ending means which format; a half-written file or folder never stays."""

from __future__ import annotations

import shutil
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.formats import export_cityjson, export_gltf, export_tiles
from vidbudova.formats.bodies import Bodies
from vidbudova.formats.export import part_of

WRITERS = {
    ".city.json": export_cityjson.whole,
    ".city.jsonl": export_cityjson.lines,
    ".glb": export_gltf.binary,
    ".gltf": export_gltf.text,
}
TILESET = "tileset.json"


def is_model(path: Path) -> bool:
    """Whether the name is one of a 3D file."""
    return path.name.lower() == TILESET or path.name.lower().endswith(tuple(WRITERS))


def write(path: Path, bodies: Bodies) -> None:
    """Write buildings in the format of the file's ending; “tileset.json” gets its tiles beside it.

    Raises
    ------
    UserError
        ``export-failed``; no half file is left.
    """
    if path.name.lower() == TILESET:
        _tiles(path, bodies)
        return
    writer = next(made for ending, made in WRITERS.items() if path.name.lower().endswith(ending))
    with part_of(path) as part:
        writer(part, bodies)


def _tiles(path: Path, bodies: Bodies) -> None:
    """A folder of tiles of its own beside the tileset, put in place when all are whole."""
    folder, part = path.parent / export_tiles.FOLDER, path.parent / f".{export_tiles.FOLDER}.part"
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        with part_of(path) as tileset:
            export_tiles.write(tileset, part, bodies)
            shutil.rmtree(folder, ignore_errors=True)
            part.replace(folder)
    except (OSError, ValueError) as error:
        raise UserError("export-failed", file=path.name, reason=str(error)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
