"""3D Tiles 1.0 and 1.1 as a backdrop: the finest tiles of a tileset that lies on this disk.

b3dm, i3dm, cmpt, glTF and GLB contents, explicit and implicit tiles, tilesets within tilesets; files below the
tileset's own folder only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import beside
from vidbudova.formats.backdrop import Backdrop
from vidbudova.formats.facets import Floats
from vidbudova.formats.gltf_document import Document, Unsound
from vidbudova.formats.gltf_meshes import Z_UP, meshes
from vidbudova.formats.intake import Intake
from vidbudova.formats.tile_contents import Content, contents
from vidbudova.formats.tile_trees import implicit
from vidbudova.text import _

NAME = "3dtiles"
TITLE = "3D Tiles"
ENDINGS = ("tileset.json",)

VERSIONS = ("0.0", "1.0", "1.1")
DEEPEST = 300
MOST_TILESETS = 8
_SNIFF = re.compile(rb'"(?:root|asset)"\s*:')


def sniff(path: Path, head: bytes) -> bool:
    """The JSON of a tileset."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"{") and b'"geometricError"' in head and bool(_SNIFF.search(head))


def read(path: Path, intake: Intake) -> None:
    """The contents of the finest tiles."""
    try:
        reader = Reader(path, intake)
        reader.tileset(path, np.eye(4), 0)
    except Unsound as wrong:
        raise UserError("file-unreadable", file=intake.job.name, reason=str(wrong)) from None
    if not intake.read:
        raise UserError(
            "import-empty", file=intake.job.name, reason=_("none of its tiles has triangles that can be read")
        )
    reader.backdrop.finish()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tile is: its matrix, how it is refined, how deep it lies."""

    matrix: Floats
    refine: str = "REPLACE"
    depth: int = 0


class Reader:
    """Walks a tileset and takes the contents that are to be shown."""

    def __init__(self, path: Path, intake: Intake) -> None:
        self.root, self.intake = path.parent, intake
        self.allowed = set(beside.files(path))
        self.backdrop = Backdrop(intake, "")
        self._tiles = 0

    def tileset(self, path: Path, matrix: Floats, depth: int) -> None:
        """One tileset file."""
        try:
            said = json.loads(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise Unsound(str(error) or "nested too deeply") from None
        asset = said.get("asset") if isinstance(said, dict) else None
        if not isinstance(asset, dict) or str(asset.get("version")) not in VERSIONS:
            raise Unsound(_("it names no version of 3D Tiles that is known (1.0, 1.1)"))
        if not isinstance(said.get("root"), dict):
            raise Unsound(_("it has no root tile"))
        needs = said.get("extensionsRequired")
        if isinstance(needs, list) and (
            strange := [
                n
                for n in needs
                if n
                not in (
                    "3DTILES_content_gltf",
                    "3DTILES_implicit_tiling",
                    "3DTILES_multiple_contents",
                    "3DTILES_metadata",
                )
            ]
        ):
            raise Unsound(
                _("it needs {names}, which is not read here").format(names=", ".join(map(str, strange))[:100])
            )
        up = str(asset.get("gltfUpAxis", "Y"))
        self.tile(said["root"], Place(matrix), path.parent, depth, up)

    def tile(self, said: Any, above: Place, folder: Path, tilesets: int, up: str) -> None:
        """One tile: its contents if nothing finer takes their place, and its children."""
        if not isinstance(said, dict) or above.depth > DEEPEST:
            raise Unsound(
                _("a tile is no object") if not isinstance(said, dict) else _("its tiles are nested too deeply")
            )
        matrix = above.matrix @ _matrix(said.get("transform"))
        refine = str(said.get("refine") or above.refine).upper()
        place = Place(matrix, refine, above.depth + 1)
        self._tiles += 1
        extension = (
            (said.get("extensions") or {}).get("3DTILES_implicit_tiling")
            if isinstance(said.get("extensions"), dict)
            else None
        )
        tiling = said.get("implicitTiling") or extension
        if isinstance(tiling, dict):
            for uri in implicit(said, tiling, folder, self.find, refine):
                self.content(uri, place, folder, tilesets, up)
            return
        children = _list(said.get("children"))
        if not children or refine == "ADD" or any(uri.lower().endswith(".json") for uri in uris(said)):
            for uri in uris(said):
                self.content(uri, place, folder, tilesets, up)
        for child in children:
            self.tile(child, place, folder, tilesets, up)
        self.intake.progress(1 - 1 / (1 + self._tiles / 100), "")

    def find(self, uri: str, folder: Path) -> Path | None:
        """The file that a tile names; notes why it is not to be had."""
        path = beside.inside(uri.partition("?")[0], folder, self.root)
        if path is not None and path in self.allowed:
            return path
        outside = "://" in uri or uri.startswith(("/", "\\")) or ".." in Path(uri).parts
        self.intake.note("tile-elsewhere" if outside else "tile-missing", uri)
        return None

    def content(self, uri: str, place: Place, folder: Path, tilesets: int, up: str) -> None:
        """What one content holds."""
        path = self.find(uri, folder)
        if path is None:
            return
        if path.suffix.lower() == ".json":
            if tilesets >= MOST_TILESETS:
                raise Unsound(_("its tilesets are nested too deeply"))
            self.tileset(path, place.matrix, tilesets + 1)
            return
        try:
            for one in contents(path.read_bytes()):
                self._take(one, path, place, up)
        except Unsound as wrong:
            self.intake.note("tile-unreadable", f"{path.name}: {wrong}")

    def _take(self, one: Content, path: Path, place: Place, up: str) -> None:
        if one.points:
            self.intake.note("not-triangles", path.name)
            return
        name = path.relative_to(self.root).with_suffix("").as_posix()
        raw = one.gltf
        if one.uri:
            beside_it = self.find(one.uri, path.parent)
            if beside_it is None:
                return
            raw = beside_it.read_bytes()
        document = Document(raw, lambda uri: beside.inside(uri, path.parent, self.root))
        turn = np.eye(4) if up == "Z" else Z_UP
        for mesh in meshes(document, self.intake, self.backdrop.models.pictures, name):
            flat = mesh.xyz @ turn[:3, :3].T
            for k, instance in enumerate(one.placed):
                whole = place.matrix @ instance
                again = type(mesh)(
                    flat @ whole[:3, :3].T + whole[:3, 3],
                    mesh.triangles,
                    mesh.owners,
                    mesh.owner,
                    mesh.uv,
                    mesh.image,
                    mesh.rgb,
                )
                if len(one.placed) > 1:
                    again.owners = [f"{owner}@{k}" for owner in mesh.owners]
                self.backdrop.take(again)


def uris(said: dict[str, Any]) -> Iterator[str]:
    """What a tile has as contents."""
    listed = [said.get("content"), *_list(said.get("contents"))]
    extensions = said.get("extensions")
    extension = extensions.get("3DTILES_multiple_contents") if isinstance(extensions, dict) else None
    if isinstance(extension, dict):
        listed += _list(extension.get("contents") or extension.get("content"))
    for one in listed:
        uri = one.get("uri", one.get("url")) if isinstance(one, dict) else None
        if isinstance(uri, str) and uri:
            yield uri


def _list(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []


def _matrix(said: Any) -> Floats:
    if said is None:
        return np.eye(4)
    if not isinstance(said, list) or len(said) != 16 or not all(type(v) in (int, float) for v in said):
        raise Unsound(_("the place of a tile is no matrix"))
    return np.array(said, np.float64).reshape(4, 4).T
