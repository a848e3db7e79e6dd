"""Wavefront OBJ with its MTL as a backdrop. Heights are the third number, as city models have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import beside
from vidbudova.formats.backdrop import Backdrop
from vidbudova.formats.facets import Face, Floats, rings_of, triangles_of
from vidbudova.formats.gltf_meshes import Mesh
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "obj"
TITLE = "OBJ"
ENDINGS = (".obj",)

_VERTEX = re.compile(rb"^v\s+[-+\d.eE]+\s+[-+\d.eE]+\s+[-+\d.eE]+", re.M)
_FACE = re.compile(rb"^(?:f\s+[-\d]|mtllib\s|o\s|g\s|#)", re.M)
AT_ONCE = 50_000
RGB = tuple[int, int, int]


def sniff(path: Path, head: bytes) -> bool:
    """Lines of vertices, under its own ending."""
    return (
        path.suffix.lower() == ".obj" and bool(_VERTEX.search(head)) and bool(_FACE.search(head) or len(head) >= 65_536)
    )


def read(path: Path, intake: Intake) -> None:
    """All faces, by object or group."""
    backdrop = Backdrop(intake, "")
    reader = _Reader(path, intake, backdrop)
    with path.open("rb") as opened:
        for number, line in enumerate(opened):
            try:
                reader.line(line)
            except (ValueError, IndexError):
                intake.note("geometry-part-unreadable", _("line {n}").format(n=number + 1))
            if number % 100_000 == 0:
                intake.progress(opened.tell() / max(path.stat().st_size, 1), "")
    reader.flush()
    if not intake.read:
        raise UserError("import-empty", file=intake.job.name, reason=_("it has no faces"))
    backdrop.finish()


class _Reader:
    def __init__(self, path: Path, intake: Intake, backdrop: Backdrop) -> None:
        self.path, self.intake, self.backdrop = path, intake, backdrop
        self.allowed = beside.allowed(path)
        self.vertices: list[tuple[float, float, float]] = []
        self.places: list[tuple[float, float]] = []
        self.materials: dict[str, tuple[RGB | None, int]] = {}
        self.object, self.material = path.stem, ""
        self.waiting: dict[tuple[str, str], list[Face]] = {}
        self.count = 0

    def line(self, line: bytes) -> None:
        parts = line.split()
        if not parts:
            return
        word = parts[0]
        if word == b"v":
            self.vertices.append((float(parts[1]), float(parts[2]), float(parts[3])))
        elif word == b"vt":
            self.places.append((float(parts[1]), float(parts[2])))
        elif word == b"f":
            self._face(parts[1:])
        elif word in (b"o", b"g"):
            self.object = b" ".join(parts[1:]).decode("utf-8", "replace") or self.path.stem
        elif word == b"usemtl":
            self.material = b" ".join(parts[1:]).decode("utf-8", "replace")
        elif word == b"mtllib":
            self._library(b" ".join(parts[1:]).decode("utf-8", "replace"))
        elif word in (b"l", b"p"):
            self.intake.note("not-triangles", self.object)

    def _face(self, corners: list[bytes]) -> None:
        at, spots = [], []
        for corner in corners:
            split = corner.split(b"/")
            at.append(self._index(int(split[0]), len(self.vertices)))
            if len(split) > 1 and split[1]:
                spots.append(self._index(int(split[1]), len(self.places)))
        if len(at) < 3:
            self.intake.note("solid-101", self.object)
            return
        face = Face([np.array([self.vertices[k] for k in at])])
        if len(spots) == len(at):
            face.uv = [np.array([self.places[k] for k in spots])]
        self.waiting.setdefault((self.object, self.material), []).append(face)
        self.count += 1
        if self.count > AT_ONCE:
            self.flush()

    def _index(self, number: int, count: int) -> int:
        found = number - 1 if number > 0 else count + number
        if not 0 <= found < count:
            self.intake.note("no-vertex", self.object)
            raise IndexError
        return found

    def flush(self) -> None:
        """Take what was gathered."""
        for (name, material), faces in self.waiting.items():
            self.backdrop.take(self._mesh(name, faces, *self.materials.get(material, (None, -1))))
        self.waiting, self.count = {}, 0

    def _mesh(self, name: str, faces: list[Face], rgb: RGB | None, image: int) -> Mesh:
        rings = rings_of(faces)
        triangles = triangles_of(rings, len(faces))[0]
        count = len(triangles)
        mesh = Mesh(rings.xyz, triangles, [name], np.zeros(count, np.int64))
        if rgb is not None:
            mesh.rgb = np.tile(np.array(rgb, np.uint8), (count, 1))
        if image >= 0 and all(face.uv for face in faces):
            mesh.uv, mesh.image = _uv(faces), image
        return mesh

    def _library(self, name: str) -> None:
        path = self.allowed.get(name)
        if path is None:
            self.intake.note("texture-missing", name)
            return
        found = ""
        for said in _lines(path):
            word, _space, rest = said.partition(" ")
            rgb, image = self.materials.get(found, (None, -1))
            if word == "newmtl":
                found = rest.strip()
            elif word == "Kd" and len(numbers := rest.split()) >= 3:
                r, g, b = (round(255 * min(max(float(v), 0.0), 1.0)) for v in numbers[:3])
                self.materials[found] = ((r, g, b), image)
            elif word == "map_Kd":
                picture = beside.inside(rest.split()[-1], path.parent, self.path.parent)
                number = self.backdrop.models.pictures.add(rest.strip(), picture)
                self.materials[found] = (rgb, number)


def _uv(faces: list[Face]) -> Floats:
    return np.concatenate([ring for face in faces for ring in face.uv or []])


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as opened:
        for line in opened:
            yield line.strip()
