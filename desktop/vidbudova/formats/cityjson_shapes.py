"""Geometry objects of CityJSON as faces: boundaries, semantics, materials, textures, templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vidbudova.formats.city_things import Thing
from vidbudova.formats.facets import SURFACES, UNKNOWN, Face, Floats
from vidbudova.formats.intake import Intake
from vidbudova.formats.pictures import Pictures

DEPTH = {"MultiSurface": 1, "CompositeSurface": 1, "Solid": 2, "MultiSolid": 3, "CompositeSolid": 3}
MOST_NESTED = 6


@dataclass(slots=True)
class Looks:
    """The appearance member: colours of materials, pictures of textures and the places in them."""

    colours: list[tuple[int, int, int] | None] = field(default_factory=list)
    images: list[tuple[str, bool]] = field(default_factory=list)
    uv: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    numbers: list[int] = field(default_factory=list)

    @staticmethod
    def of(said: Any) -> Looks:
        """Whatever of it is as it should be."""
        if not isinstance(said, dict):
            return Looks()
        rows = [row if _is_pair(row) else (0.0, 0.0) for row in _list(said.get("vertices-texture"))]
        images = [
            (str(one.get("image", "")), one.get("wrapMode", "wrap") in ("wrap", "mirror"))
            if isinstance(one, dict)
            else ("", False)
            for one in _list(said.get("textures"))
        ]
        colours = [_colour(one) for one in _list(said.get("materials"))]
        return Looks(colours, images, np.array(rows, np.float64).reshape(-1, 2))

    def pictures(self, pictures: Pictures, allowed: dict[str, Path]) -> None:
        """Number the pictures; the bytes are read when all is known."""
        self.numbers = [pictures.beside(name, allowed, wraps) for name, wraps in self.images]


def _colour(said: Any) -> tuple[int, int, int] | None:
    rgb = said.get("diffuseColor") if isinstance(said, dict) else None
    if not isinstance(rgb, list) or len(rgb) != 3 or not all(type(v) in (int, float) and 0 <= v <= 1 for v in rgb):
        return None
    return (round(rgb[0] * 255), round(rgb[1] * 255), round(rgb[2] * 255))


def _is_pair(row: Any) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(type(v) in (int, float) for v in row)


def _list(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []


@dataclass(slots=True)
class Templates:
    """Geometry that objects share, each with its own place and turn."""

    listed: list[Any] = field(default_factory=list)
    vertices: Floats = field(default_factory=lambda: np.zeros((0, 3)))

    @staticmethod
    def of(said: Any) -> Templates:
        if not isinstance(said, dict):
            return Templates()
        rows = [
            row
            if isinstance(row, list) and len(row) == 3 and all(type(v) in (int, float) for v in row)
            else [np.nan] * 3
            for row in _list(said.get("vertices-templates"))
        ]
        return Templates(_list(said.get("templates")), np.array(rows, np.float64).reshape(-1, 3))


class Shapes:
    """Puts the geometry of one object into a Thing."""

    def __init__(self, intake: Intake, vertices: Floats, looks: Looks, templates: Templates) -> None:
        self.intake, self.vertices, self.looks, self.templates = intake, vertices, looks, templates
        self._shells = 0

    def into(self, thing: Thing, geometries: list[Any]) -> None:
        """All its geometries, by level of detail."""
        for one in geometries:
            if not isinstance(one, dict):
                thing.fault = ("geometry-unreadable", str(one)[:60])
            elif one.get("type") == "GeometryInstance":
                self._instance(thing, one)
            else:
                self._geometry(thing, one, self.vertices)

    def _geometry(self, thing: Thing, one: dict[str, Any], vertices: Floats) -> None:
        kind, boundaries = one.get("type"), one.get("boundaries")
        if kind == "MultiPoint":
            thing.points += [self._corners(_list(boundaries), vertices)]
        elif kind == "MultiLineString":
            thing.lines += [self._corners(_list(line), vertices) for line in _list(boundaries)]
        elif kind in DEPTH:
            faces = list(self._faces(thing, one, DEPTH[str(kind)], vertices))
            lod = str(one.get("lod", "1"))[:8]
            thing.faces.setdefault(lod.removesuffix(".0"), []).extend(faces)
        else:
            thing.fault = ("geometry-type-unknown", str(kind)[:40])

    def _instance(self, thing: Thing, one: dict[str, Any]) -> None:
        which, at = one.get("template"), _list(one.get("boundaries"))
        matrix = np.array([v for v in _list(one.get("transformationMatrix")) if type(v) in (int, float)], np.float64)
        if not isinstance(which, int) or not 0 <= which < len(self.templates.listed) or len(matrix) != 16:
            thing.fault = ("geometry-unreadable", "GeometryInstance")
            return
        anchor = self._corners(at, self.vertices)
        template = self.templates.listed[which]
        if not len(anchor) or not isinstance(template, dict):
            thing.fault = ("geometry-unreadable", "GeometryInstance")
            return
        turned = np.c_[self.templates.vertices, np.ones(len(self.templates.vertices))] @ matrix.reshape(4, 4).T
        self._geometry(thing, template, turned[:, :3] / turned[:, 3:] + anchor[0])

    def _faces(self, thing: Thing, one: dict[str, Any], depth: int, vertices: Floats) -> Iterator[Face]:
        semantics = one.get("semantics")
        semantics = semantics if isinstance(semantics, dict) else {}
        kinds = [_surface(s) for s in _list(semantics.get("surfaces"))]
        material, texture = _theme(one.get("material")), _theme(one.get("texture"))
        for path, rings, corners in self._cornered(thing, one.get("boundaries"), depth, vertices):
            face = Face(corners)
            face.surface = _at(kinds, _walk(semantics.get("values"), path), UNKNOWN)
            face.shell = -1 if depth < 2 else self._shell(path)
            self._dress(face, rings, path, material, texture)
            yield face
        self._shells += 1000

    def _cornered(
        self, thing: Thing, boundaries: Any, depth: int, vertices: Floats
    ) -> Iterator[tuple[tuple[int, ...], list[Any], list[Floats]]]:
        """Each surface with the places of its rings; looked up all at once where all numbers are good."""
        listed = []
        for path, rings in _surfaces(boundaries, depth, ()):
            if isinstance(rings, list) and rings and all(isinstance(ring, list) for ring in rings):
                listed.append((path, rings))
            else:
                thing.fault = ("geometry-unreadable", str(rings)[:60])
        flat = [k for _path, rings in listed for ring in rings for k in ring]
        if all(type(k) is int for k in flat):
            numbers = np.array(flat, np.int64) if flat and max(flat) < len(vertices) and min(flat) >= 0 else None
        else:
            numbers = None
        every, at = None if numbers is None else np.asarray(vertices[numbers]), 0
        for path, rings in listed:
            corners = []
            for ring in rings:
                corners.append(self._corners(ring, vertices) if every is None else every[at : at + len(ring)])
                at += len(ring)
            if any(len(c) != len(r) for c, r in zip(corners, rings, strict=True)):
                self.intake.note("no-vertex", thing.id)
            else:
                yield path, rings, corners

    def _shell(self, path: tuple[int, ...]) -> int:
        """A number of its own for each shell; inner shells look inward and are told apart, too."""
        return self._shells + (path[0] if len(path) == 2 else path[0] * 30 + path[1])

    def _dress(self, face: Face, rings: list[Any], path: tuple[int, ...], material: Any, texture: Any) -> None:
        if material is not None:
            which = material["value"] if "value" in material else _walk(material.get("values"), path)
            face.rgb = _at(self.looks.colours, which, None)
        said = _walk(texture.get("values"), path) if texture is not None else None
        if not isinstance(said, list) or len(said) != len(rings):
            return
        image, uv = None, []
        for told, ring in zip(said, rings, strict=True):
            if not isinstance(told, list) or len(told) != len(ring) + 1 or not all(type(v) is int for v in told):
                return
            image = told[0]
            if any(not 0 <= v < len(self.looks.uv) for v in told[1:]):
                return
            uv.append(self.looks.uv[told[1:]])
        face.image, face.uv = _at(self.looks.numbers, image, -1), uv

    def _corners(self, ring: list[Any], vertices: Floats) -> Floats:
        """The vertices of a ring; fewer than it names if it names some that are not there."""
        good = [k for k in ring if type(k) is int and 0 <= k < len(vertices)]
        return np.asarray(vertices[good]) if good else np.zeros((0, 3))


def _surface(said: Any) -> int:
    return SURFACES.get(str(said.get("type")), UNKNOWN) if isinstance(said, dict) else UNKNOWN


def _theme(said: Any) -> Any:
    """The first theme of a material or texture member."""
    first = next(iter(said.values()), None) if isinstance(said, dict) else None
    return first if isinstance(first, dict) else None


def _surfaces(boundaries: Any, depth: int, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Each surface of nested boundaries with its way there."""
    for k, one in enumerate(_list(boundaries)):
        if depth == 1:
            yield (*path, k), one
        else:
            yield from _surfaces(one, depth - 1, (*path, k))


def _walk(values: Any, path: tuple[int, ...]) -> Any:
    """The entry of values that are nested as the boundaries are; a null further up holds for all below."""
    for k in path:
        if not isinstance(values, list) or k >= len(values):
            return None
        values = values[k]
    return values


def _at(listed: list[Any], which: Any, otherwise: Any) -> Any:
    return listed[which] if type(which) is int and 0 <= which < len(listed) else otherwise
