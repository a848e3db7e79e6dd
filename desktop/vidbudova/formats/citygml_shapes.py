"""GML geometry of city objects as faces: polygons, triangles, solids, links, shared shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from vidbudova.formats.city_things import Thing
from vidbudova.formats.citygml_looks import Dresses
from vidbudova.formats.facets import SURFACES, UNKNOWN, Face, Floats
from vidbudova.formats.intake import Intake
from vidbudova.formats.spatial import Spatial
from vidbudova.formats.xml_stream import Node

OBJECTS = frozenset(
    {
        "Building", "BuildingPart", "BuildingInstallation", "IntBuildingInstallation", "Room", "BuildingRoom",
        "BuildingFurniture", "BuildingConstructiveElement", "Storey", "BuildingUnit", "Bridge", "BridgePart",
        "BridgeInstallation", "BridgeConstructionElement", "BridgeConstructiveElement", "BridgeRoom", "Tunnel",
        "TunnelPart", "TunnelInstallation", "HollowSpace", "TunnelConstructiveElement", "IntBridgeInstallation",
        "IntTunnelInstallation",
    }
)  # fmt: skip
_LOD = re.compile(r"^lod(\d)(\w*)$")
_PASSED = frozenset({"appearance", "appearanceMember", "boundedBy_", "address", "genericAttribute", "groupMember"})
_LINKING = re.compile(r"(surfaceMember|solidMember|baseSurface|polygonMember|^exterior|^interior|surfaceMembers)$")
_NO_SURFACE = ("TerrainIntersection", "MultiCurve", "Network")
POLYGONS = frozenset({"Polygon", "Triangle", "Rectangle", "PolygonPatch"})


@dataclass(frozen=True, slots=True)
class Nested:
    """A city object inside another."""

    node: Node


@dataclass(frozen=True, slots=True)
class Around:
    """What holds where the reader is: level of detail, kind of surface, shell, names of surfaces, turned over."""

    lod: str = ""
    surface: int = UNKNOWN
    shell: int = -1
    names: tuple[str, ...] = ()
    turned: bool = False

    def but(self, **other: object) -> Around:
        """The same with something changed."""
        return Around(**{**{n: getattr(self, n) for n in self.__slots__}, **other})


def key_of(node: Node) -> str:
    """Its gml:id."""
    return next((value for name, value in node.attributes.items() if name.rpartition(":")[2] == "id"), "")


def link_of(node: Node) -> str:
    """Where its xlink leads, within the file."""
    said = next((value for name, value in node.attributes.items() if name.rpartition(":")[2] == "href"), "")
    return said[1:] if said.startswith("#") else ""


class Reader:
    """Puts the geometry of one object after the other into Things."""

    def __init__(self, intake: Intake, where: Spatial, dresses: Dresses) -> None:
        self.intake, self.where, self.dresses = intake, where, dresses
        self.shared: dict[str, list[Face]] = {}
        self._count = 0

    def number(self) -> int:
        """Another one each time."""
        self._count += 1
        return self._count

    def into(self, thing: Thing, node: Node, nested: list[Nested]) -> None:
        """The faces of an object; objects inside it are put aside in `nested`."""
        self._thing, self._nested = thing, nested
        self._by_name: dict[tuple[str, str], list[Face]] = {}
        self._links: list[tuple[str, Around]] = []
        self._walk_children(node, Around())
        for name, around in self._links:
            self._follow(name, around)

    def _walk_children(self, node: Node, around: Around) -> None:
        for child in node.children:
            self._walk(child, around)

    def _walk(self, node: Node, around: Around) -> None:
        name = node.name
        if name in _PASSED:
            return
        if name in OBJECTS:
            self._nested.append(Nested(node))
            return
        if name in POLYGONS:
            self._polygon(node, around)
            return
        if found := _LOD.match(name):
            if found[2] in _NO_SURFACE:
                return
            around = around.but(lod=found[1] + (".9" if found[2] == "RoofEdge" else ""))
        if name == "ImplicitGeometry":
            self._implicit(node, around)
            return
        if name in ("MultiPoint", "Point") and around.lod:
            self._thing.points += [self._positions(node)]
            return
        if name in SURFACES:
            around = around.but(surface=SURFACES[name])
        elif name == "Solid":
            around = around.but(shell=self.number())
        elif name == "OrientableSurface" and node.attributes.get("orientation") == "-":
            around = around.but(turned=not around.turned)
        if (_LINKING.search(name) or _LOD.match(name)) and (link := link_of(node)):
            self._links.append((link, around))
        if own := key_of(node):
            around = around.but(names=(own, *around.names))
        self._walk_children(node, around)

    def _polygon(self, node: Node, around: Around) -> None:
        rings, names = [], []
        for child in node.children:
            if child.name in ("exterior", "interior", "outerBoundaryIs", "innerBoundaryIs"):
                for ring in child.all("LinearRing"):
                    rings.append(self._ring(ring))
                    names.append(key_of(ring))
        if not rings or not len(rings[0]):
            self.intake.note("solid-101", self._thing.id)
            return
        face = Face(rings, around.surface, shell=around.shell)
        surfaces = [key_of(node), *around.names]
        self.dresses.dress(face, names, surfaces)
        if around.turned:
            _turn(face)
        lod = around.lod or "1"
        self._thing.faces.setdefault(lod, []).append(face)
        for name in surfaces:
            if name:
                self._by_name.setdefault((lod, name), []).append(face)

    def _ring(self, node: Node) -> Floats:
        xyz = self._positions(node)
        return xyz[:-1] if len(xyz) > 1 and (xyz[0] == xyz[-1]).all() else xyz

    def _positions(self, node: Node) -> Floats:
        said = [one for name in ("posList", "pos") for one in node.all(name)]
        if not said and (old := node.all("coordinates")):
            text = " ".join(one.text.replace(",", " ") for one in old)
        else:
            text = " ".join(one.text for one in said)
        wide = 2 if any(one.attributes.get("srsDimension") == "2" for one in said) else 3
        try:
            flat = np.array(text.split(), dtype="S40").astype(np.float64)
        except ValueError:
            flat = np.zeros(0)
        if len(flat) % wide or not np.isfinite(flat).all():
            self.intake.note("geometry-part-unreadable", self._thing.id)
            return np.zeros((0, 3))
        xyz = flat.reshape(-1, wide)
        return self.where.straight(xyz if wide == 3 else np.column_stack([xyz, np.zeros(len(xyz))]))

    def _follow(self, name: str, around: Around) -> None:
        """A link to surfaces of this object: they make up a shell; to another level's: they are its faces, too."""
        lod = around.lod or "1"
        if faces := self._by_name.get((lod, name)):
            for face in faces:
                face.shell = around.shell if around.shell >= 0 else face.shell
            return
        other = next((faces for (_lod, known), faces in self._by_name.items() if known == name), None)
        other = other or self.shared.get(name)
        if other is None:
            self.intake.note("link-broken", name)
            return
        self._thing.faces.setdefault(lod, []).extend(other)

    def _implicit(self, node: Node, around: Around) -> None:
        """A shape that many objects share, with its turn and its place."""
        matrix = np.array((node.said("transformationMatrix") or "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1").split(), "S40")
        reference = node.find("referencePoint")
        anchor = self._positions(reference) if reference is not None else np.zeros((0, 3))
        shape = node.find("relativeGMLGeometry") or node.find("relativeGeometry")
        if len(matrix) != 16 or not len(anchor) or shape is None:
            self._thing.fault = ("geometry-unreadable", "ImplicitGeometry")
            return
        turn = matrix.astype(np.float64).reshape(4, 4)
        for face in self._template(shape, around):
            rings = [(np.c_[ring, np.ones(len(ring))] @ turn.T)[:, :3] + anchor[0] for ring in face.rings]
            placed = Face(rings, face.surface, face.image, face.uv, face.rgb)
            self._thing.faces.setdefault(around.lod or "1", []).append(placed)

    def _template(self, shape: Node, around: Around) -> list[Face]:
        if (link := link_of(shape)) and link in self.shared:
            return self.shared[link]
        inner = Reader(self.intake, Spatial(self.where.flat), self.dresses)
        holder = Thing(self._thing.id, self._thing.kind)
        inner.into(holder, Node("shape", {}, children=shape.children), [])
        faces = [face for listed in holder.faces.values() for face in listed]
        for child in shape.children:
            if own := key_of(child):
                self.shared[own] = faces
        if not faces:
            self.intake.note("link-broken", self._thing.id)
        return faces


def _turn(face: Face) -> None:
    face.rings = [ring[::-1] for ring in face.rings]
    face.uv = [ring[::-1] for ring in face.uv] if face.uv else None
