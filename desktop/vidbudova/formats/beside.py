"""Files that a model names and that lie beside it: pictures, materials, tiles. Never a path upwards, never a link."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

MOST = 20_000
HEAD = 4096
PICTURES = (".jpg", ".jpeg", ".png")
TILES = (".b3dm", ".i3dm", ".cmpt", ".pnts", ".glb", ".gltf", ".json", ".subtree", ".bin", *PICTURES)
MODELS = (".json", ".jsonl", ".gml", ".xml", ".citygml", ".obj", ".gltf", ".glb")

_PICTURE = re.compile(rb"\.(?:jpe?g|png)(?=[\"'<\s])", re.I)
_BEFORE = re.compile(rb"[^\"'<>\r\n]*$")
_URI = re.compile(rb'"ur[il]"\s*:\s*"([^"\r\n]{1,400})"')
_TEMPLATE = re.compile(r"\{(?:level|x|y|z)\}")
_LIBRARY = re.compile(rb"^[ \t]*mtllib[ \t]+([^\r\n]+)", re.M)
_MAP = re.compile(rb"^[ \t]*map_Kd[ \t]+([^\r\n]+)", re.M)


def files(path: Path) -> list[Path]:
    """The files that a model names, below its own folder, in the order of their names; [] if it is no model."""
    if path.suffix.lower() not in MODELS or not path.is_file() or not path.stat().st_size:
        return []
    return sorted(set(_named(path, path.parent, 0).values()) - {path})


def allowed(path: Path) -> dict[str, Path]:
    """Name as it stands in the file -> the file, for those that may be read."""
    return _named(path, path.parent, 0)


def inside(name: str, folder: Path, root: Path) -> Path | None:
    """The file that a name means, if it lies below the root and no link is on the way."""
    said = unquote(name.replace("\\", "/").replace("\\/", "/")).strip()
    pure = PurePosixPath(said)
    if not said or "://" in said or said.startswith("data:") or ":" in said or "\0" in said:
        return None
    if pure.is_absolute() or ".." in pure.parts:
        return None
    whole = folder / pure
    try:
        if not whole.is_file() or whole.resolve() != root.resolve() / whole.relative_to(root):
            return None
    except (OSError, ValueError):
        return None
    return whole


def _named(path: Path, root: Path, depth: int) -> dict[str, Path]:
    found: dict[str, Path] = {}
    if depth > 4 or not path.is_file() or not path.stat().st_size:
        return found
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for name in _names(path.suffix.lower(), data):
            for file in _meant(name, path.parent, root):
                found[name if len(found) < MOST else ""] = file
                found[file.relative_to(root).as_posix()] = file
                if file.suffix.lower() in (".json", ".gltf", ".glb", ".mtl") and file != path:
                    found |= {k: v for k, v in _named(file, root, depth + 1).items() if k not in found}
            if len(found) > 2 * MOST:
                break
    return found


def _meant(name: str, folder: Path, root: Path) -> Iterator[Path]:
    if not _TEMPLATE.search(name):
        if (file := inside(name, folder, root)) is not None:
            yield file
        return
    pattern = _TEMPLATE.sub("*", name)
    if inside(pattern.replace("*", "0"), folder, root) is None and (
        ".." in pattern or "://" in pattern or pattern[0] == "/"
    ):
        return
    for file in sorted(folder.glob(pattern))[:MOST]:
        if (kept := inside(file.relative_to(folder).as_posix(), folder, root)) is not None:
            yield kept


def _names(ending: str, data: mmap.mmap) -> Iterator[str]:
    head = data[:HEAD]
    if ending == ".obj":
        yield from (_text(m[1]) for m in _LIBRARY.finditer(data))
    elif ending == ".mtl":
        yield from (_text(m[1]).split()[-1] for m in _MAP.finditer(data))
    elif ending in (".gltf", ".glb") or ending == ".json" and _is_tiles(data):
        yield from (_text(m[1]) for m in _URI.finditer(data[: 64 << 20] if ending != ".glb" else data[: 4 << 20]))
    elif b"CityJSON" in head or b"CityJSON" in data[-HEAD:] or b"citygml" in head.lower() or b"imageURI" in head:
        yield from _pictures(data)


def _is_tiles(data: mmap.mmap) -> bool:
    head = data[: 64 << 10]
    return b'"geometricError"' in head and (b'"root"' in head or b'"asset"' in head)


def _pictures(data: mmap.mmap) -> Iterator[str]:
    seen: set[str] = set()
    for match in _PICTURE.finditer(data):
        before = _BEFORE.search(data[max(match.start() - 300, 0) : match.start()])
        name = _text((before[0] if before else b"") + match[0])
        if name not in seen and len(seen) < MOST:
            seen.add(name)
            yield name


def _text(raw: bytes) -> str:
    said = raw.decode("utf-8", "replace").strip()
    try:
        return str(json.loads(f'"{said}"'))
    except json.JSONDecodeError:
        return said
