"""Collecting the surfaces of a model, however many, and writing them as files of arrays with their rows."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.formats import arrays, soundness
from vidbudova.formats.facets import Face, Floats, rings_of, triangles_of
from vidbudova.formats.intake import Intake
from vidbudova.formats.pictures import Pictures
from vidbudova.model import ids as identity
from vidbudova.model import schema

CELL_M = 8192.0
"""A file holds what lies in one square of this size: float32 about its middle is true to a quarter of a millimetre."""
AT_ONCE = 20_000
KINDS: dict[str, Any] = {
    "points": np.float32, "uv": np.float32, "triangles": np.int64, "owner": np.int32, "surface": np.uint8,
    "image": np.int16, "rgb": np.uint8,
}  # fmt: skip
WIDTHS = {"points": 3, "uv": 2, "triangles": 3, "rgb": 3}

Key = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Dress:
    """What triangles are and wear: kinds (t,), numbers of pictures (t,), colours (t, 3) if any are told."""

    surface: NDArray[np.uint8]
    image: NDArray[np.int16]
    rgb: NDArray[np.uint8]
    coloured: bool = False

    def of(self, rows: NDArray[Any]) -> Dress:
        """The same for some of them."""
        return Dress(self.surface[rows], self.image[rows], self.rgb[rows], self.coloured)


ToProject = Callable[[Floats], Floats]


@dataclass(slots=True)
class _Growing:
    """One file to be: its arrays grow in files of the scratch folder."""

    folder: Path
    origin: Floats
    owners: dict[str, int] = field(default_factory=dict)
    points: int = 0
    triangles: int = 0
    low: Floats = field(default_factory=lambda: np.full(3, np.inf))
    high: Floats = field(default_factory=lambda: np.full(3, -np.inf))
    images: dict[int, int] = field(default_factory=dict)
    coloured: bool = False

    def append(self, name: str, values: NDArray[Any]) -> None:
        with (self.folder / name).open("ab") as out:
            out.write(np.ascontiguousarray(values, KINDS[name]).tobytes())

    def mapped(self, name: str) -> NDArray[Any]:
        path = self.folder / name
        wide = WIDTHS.get(name, 1)
        if not path.is_file() or not path.stat().st_size:
            return np.zeros((0, wide) if wide > 1 else 0, KINDS[name])
        found = np.memmap(path, KINDS[name], "r")
        return found.reshape(-1, wide) if wide > 1 else found


class Models:
    """The surfaces of one source; `finish` stages one row a role, level of detail and square."""

    def __init__(self, intake: Intake, to_project: ToProject, datum: str = "", dated_on: str | None = None) -> None:
        self.intake, self.to_project, self.datum, self.dated_on = intake, to_project, datum, dated_on
        self.pictures = Pictures(intake)
        self._growing: dict[Key, _Growing] = {}
        self._waiting: dict[tuple[str, str], list[tuple[str, Face]]] = defaultdict(list)
        self._count = 0
        self.known_as: dict[str, str] = {}
        """What the source calls an owner, for the report."""

    def add(self, role: str, lod: str, owner: str, faces: list[Face]) -> None:
        """Faces of one owner: the id of a row of buildings, or of a thing of a backdrop."""
        listed = self._waiting[role, lod]
        listed += [(owner, face) for face in faces]
        self._count += len(faces)
        if self._count > AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Work off what waits."""
        for (role, lod), listed in self._waiting.items():
            if listed:
                self._work_off(role, lod, listed)
        self._waiting.clear()
        self.known_as.clear()
        self._count = 0

    def _work_off(self, role: str, lod: str, listed: list[tuple[str, Face]]) -> None:
        faces = [face for _owner, face in listed]
        rings = rings_of(faces)
        for code, bad in soundness.faults(faces, rings):
            if len(bad):
                first = listed[int(bad[0])][0]
                self.intake.note(f"solid-{code}", self.known_as.get(first, first), len(bad))
        triangles, of = triangles_of(rings, len(faces))
        names, owner = _numbered([name for name, _face in listed])
        shown = np.array([face.rgb or (255, 255, 255) for face in faces], np.uint8)
        surface = np.array([face.surface for face in faces], np.uint8)
        image = np.array([face.image for face in faces], np.int16)
        dress = Dress(surface[of], image[of], shown[of], any(face.rgb for face in faces))
        self._spread(role, lod, names, owner[of], self.to_project(rings.xyz), _uv(faces, rings), triangles, dress)

    def add_triangles(
        self, role: str, lod: str, owners: list[str], owner: Any, xyz: Floats, triangles: Any, dress: Dress, uv: Any
    ) -> None:
        """Triangles (t, 3) of vertices xyz (v, 3) that are there already; owner (t,) is an index into `owners`."""
        places = np.zeros((len(xyz), 2)) if uv is None else uv
        self._spread(role, lod, owners, owner, self.to_project(xyz), places, triangles, dress)

    def _spread(
        self, role: str, lod: str, names: list[str], owner: Any, places: Floats, uv: Any, triangles: Any, dress: Dress
    ) -> None:
        """Each owner into the file of the square that its first triangle lies in."""
        good = np.isfinite(places[triangles]).all(axis=(1, 2)) if len(triangles) else np.zeros(0, bool)
        triangles, owner, dress = triangles[good], owner[good], dress.of(good)
        cells = _cells(places[triangles[:, 0], :2], owner)
        for cell in np.unique(cells, axis=0).tolist():
            mine = (cells == cell).all(axis=1)
            file = self._file((role, lod, cell[0], cell[1]))
            self._write(file, names, owner[mine], places, uv, triangles[mine], dress.of(mine))

    def _file(self, key: Key) -> _Growing:
        if key not in self._growing:
            folder = Path(self.intake.job.scratch) / f"model-{len(self._growing)}"
            folder.mkdir()
            self._growing[key] = _Growing(folder, np.array([(key[2] + 0.5) * CELL_M, (key[3] + 0.5) * CELL_M, 0.0]))
        return self._growing[key]

    def _write(
        self, file: _Growing, names: list[str], owner: Any, places: Floats, uv: Any, triangles: Any, dress: Dress
    ) -> None:
        used, place = np.unique(triangles, return_inverse=True)
        file.append("points", places[used] - file.origin)
        file.append("uv", uv[used])
        file.append("triangles", place.reshape(-1, 3) + file.points)
        known, of = np.unique(owner, return_inverse=True)
        number = np.array([file.owners.setdefault(names[k], len(file.owners)) for k in known.tolist()], np.int32)
        file.append("owner", number[of.reshape(-1)])
        for name, values in (("surface", dress.surface), ("image", dress.image), ("rgb", dress.rgb)):
            file.append(name, values)
        file.coloured |= dress.coloured
        file.points += len(used)
        file.triangles += len(triangles)
        file.low = np.minimum(file.low, places[used].min(axis=0))
        file.high = np.maximum(file.high, places[used].max(axis=0))

    def finish(self) -> None:
        """Write the files and stage their rows."""
        self.flush()
        rows = []
        for key, file in self._growing.items():
            if file.triangles:
                rows.append(self._stage(key, file))
            shutil.rmtree(file.folder)
        if rows:
            self.intake.staging.add("models", rows)

    def _stage(self, key: Key, file: _Growing) -> dict[str, Any]:
        role, lod, i, j = key
        name = f"{role}-{lod}-{i}-{j}"
        path = Path(self.intake.job.scratch) / f"{name}.arrays"
        _write_arrays(path, file, self.pictures, self._meta(file))
        sha256 = self.intake.staging.add_file(path)
        return {
            "id": identity.source_id(self.intake.job.sha256, name, "models"),
            schema.GEOM: shapely.to_wkb(shapely.box(*file.low[:2], *np.maximum(file.high[:2], file.low[:2] + 0.01))),
            "name": Path(self.intake.job.name).name,
            "file": sha256, "role": role, "lod": lod, "triangles": file.triangles,
            "height_datum": self.datum or None, "dated_on": self.dated_on, "source_id": name,
        }  # fmt: skip

    def _meta(self, file: _Growing) -> dict[str, Any]:
        return {
            "origin": file.origin.tolist(),
            "ids": list(file.owners),
            "heights": "absolute",
            "crs": self.intake.job.project_crs,
            "height_datum": self.datum,
        }


def _numbered(listed: list[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Names, each once, and the place of each of a list among them."""
    place: dict[str, int] = {}
    of = np.array([place.setdefault(name, len(place)) for name in listed], np.int64)
    return list(place), of


def _cells(first: Floats, owner: Any) -> NDArray[np.int64]:
    """The square (t, 2) of each triangle: that of the first triangle of its owner."""
    _owners, at, of = np.unique(owner, return_index=True, return_inverse=True)
    return np.asarray(np.floor(first / CELL_M).astype(np.int64)[at][of.reshape(-1)])


def _uv(faces: list[Face], rings: Any) -> Floats:
    if not any(face.uv for face in faces):
        return np.zeros((len(rings.xyz), 2))
    return np.concatenate(
        [
            ring if face.uv and len(ring) == len(rest) else np.zeros((len(rest), 2))
            for face in faces
            for ring, rest in zip(face.uv or face.rings, face.rings, strict=True)
        ]
        or [np.zeros((0, 2))]
    )


def _write_arrays(path: Path, file: _Growing, pictures: Pictures, meta: dict[str, Any]) -> None:
    owner = file.mapped("owner")
    order = np.argsort(owner, kind="stable")
    image = file.mapped("image")
    used = [int(k) for k in np.unique(image) if k >= 0 and pictures.has(int(k))]
    place = np.full(int(max([*np.unique(image).tolist(), 0])) + 2, -1, np.int16)
    place[used] = np.arange(len(used))
    with arrays.Writer(path) as writer:
        for block in _blocks(file.points):
            writer.append("points", file.mapped("points")[block])
        for name in (
            "triangles",
            "owner",
            "surface",
            *(["rgb"] if file.coloured else []),
            *(["image"] if used else []),
        ):
            mapped = file.mapped(name)
            for block in _blocks(len(order)):
                rows = mapped[order[block]]
                kind = np.int32 if name == "triangles" else KINDS[name]
                writer.append(name, place[rows] if name == "image" else rows.astype(kind))
        writer.put("owner_start", np.searchsorted(owner[order], np.arange(len(file.owners) + 1)).astype(np.int64))
        if used:
            for block in _blocks(file.points):
                writer.append("uv", file.mapped("uv")[block])
            listed = [pictures.bytes_of(k) for k in used]
            ends = np.cumsum([0, *(len(b) for b in listed)])
            writer.put("pixels", np.frombuffer(b"".join(listed), np.uint8))
            writer.put("pixel_range", np.stack([ends[:-1], ends[1:]], axis=1).astype(np.int64))
            meta = {**meta, "images": [pictures.name_of(k) for k in used], "wraps": [pictures.wraps(k) for k in used]}
        writer.close(meta)


def _blocks(count: int) -> Iterator[slice]:
    size = 1 << 20
    return (slice(start, start + size) for start in range(0, count, size))
