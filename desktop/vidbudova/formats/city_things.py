"""City objects, from whatever format: each becomes rows of our tables and surfaces of a model, or is set aside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from vidbudova.formats import city_forms, kinds, values
from vidbudova.formats.facets import INTERIOR, Face, Floats
from vidbudova.formats.features import Features
from vidbudova.formats.intake import Intake
from vidbudova.formats.model_file import Models
from vidbudova.formats.spatial import Spatial
from vidbudova.model import ids

BATCH = 500
BUILDING = "Building"
PART = "BuildingPart"
WITH_PARENT = re.compile(
    r"^(Building|Bridge|Tunnel)(Installation|ConstructiveElement|Furniture|Room|Storey|Unit|HollowSpace)$"
)
TABLES: dict[str, tuple[str, str]] = {
    BUILDING: ("buildings", ""), PART: ("buildings", ""),
    "Road": ("landuse", "road"), "Railway": ("landuse", "railway"), "TransportSquare": ("landuse", "square"),
    "Square": ("landuse", "square"), "Track": ("landuse", "path"), "TransportationComplex": ("landuse", "road"),
    "Waterway": ("water", "waterway"), "WaterBody": ("water", "water"), "LandUse": ("landuse", ""),
    "PlantCover": ("landuse", "forest"), "SolitaryVegetationObject": ("trees", ""),
    "Bridge": ("features", "bridge"), "BridgePart": ("features", "bridge"), "Tunnel": ("features", "tunnel"),
    "TunnelPart": ("features", "tunnel"), "CityFurniture": ("features", "city furniture"),
    "OtherConstruction": ("features", "construction"), "GenericCityObject": ("features", "other"),
    "GenericOccupiedSpace": ("features", "other"), "TINRelief": ("features", "relief"),
    "ReliefFeature": ("features", "relief"), "CellSpace": ("features", "room"),
}  # fmt: skip
"""Kind of city object -> our table, and the kind there."""
FLAT = frozenset({"Road", "Railway", "TransportSquare", "Square", "Track", "TransportationComplex", "Waterway",
                  "WaterBody", "LandUse", "PlantCover"})  # fmt: skip
"""Kinds that only lie on the ground: their area says all, a backdrop would cover what is drawn there."""
_CODE = re.compile(r"^[\d_.]*$")
_FUNCTIONS = ("function", "class", "usage", "type")
_HEIGHTS = ("measuredHeight", "height", "height_m")
_YEARS = ("yearOfConstruction", "dateOfConstruction", "bouwjaar")


@dataclass(slots=True)
class Thing:
    """One city object as it stands in its file, coordinates in the file's system, east first.

    faces : by level of detail; places, lines : what is no face; fault : (code, what was seen) if it is broken.
    """

    id: str
    kind: str
    attributes: dict[str, Any] = field(default_factory=dict)
    parent: str = ""
    parts: int = 0
    faces: dict[str, list[Face]] = field(default_factory=dict)
    points: list[Floats] = field(default_factory=list)
    lines: list[Floats] = field(default_factory=list)
    fault: tuple[str, str] = ("", "")


class Said(dict[str, Any]):
    """Attributes as the source says them, with what we told from the shape kept apart."""

    def __init__(self, source: Mapping[str, Any], table: str, told: dict[str, Any]) -> None:
        super().__init__(source)
        self.table, self.told = table, told


class CityThings:
    """Takes city objects one by one; `finish` ends with those that wait for their parts."""

    def __init__(self, intake: Intake, spatial: Spatial | None, layer: str = "", dated_on: str | None = None) -> None:
        self.intake, self.spatial, self.layer = intake, spatial, layer
        datum = spatial.datum if spatial else ""
        self.models = Models(intake, self._to_project, datum, dated_on)
        self.crs = "" if spatial is None else intake.job.project_crs if spatial.geocentric else spatial.flat
        self._waiting: list[tuple[Thing, shapely.Geometry | None, str, dict[str, Any]]] = []
        self._whole: dict[str, Thing] = {}
        self._of_parts: dict[str, list[shapely.Geometry]] = {}
        self._tops: dict[str, list[tuple[float, float]]] = {}
        self._wanted_parents: dict[str, int] = {}
        self._seen: set[str] = set()

    def _to_project(self, xyz: Floats) -> Floats:
        assert self.spatial is not None
        return self.spatial.to_project(xyz, self.intake.job.project_crs)

    def take(self, thing: Thing) -> None:
        """One city object."""
        self._seen.add(thing.id)
        if WITH_PARENT.match(thing.kind) and thing.parent:
            self._with_parent(thing)
            return
        if thing.kind == "CityObjectGroup":
            self._counted(thing, "groups")
            return
        table, kind = self._table_of(thing)
        best = thing.faces.get(_best(thing.faces), [])
        told = {"kind": kind} if kind else {}
        if table == "buildings":
            self._building(thing, best, told)
            return
        shape = self._shape(thing, best, table)
        if shape is None and best:  # upright or a line from above: it is shown, but covers no ground
            shape = shapely.Point(np.concatenate([f.rings[0] for f in best])[:, :2].mean(axis=0))
            table = "features" if table != "trees" else table
        self._put(thing, shape, table, told)

    def left_out(self, id: str, has_parts: bool) -> None:
        """One that lies outside of what was asked for; its parts may not."""
        self.intake.note("outside")
        if has_parts:
            self._seen.add(id)

    def _table_of(self, thing: Thing) -> tuple[str, str]:
        found = TABLES.get(thing.kind)
        if found is None:
            self.intake.note("type-unknown", f"{thing.kind} {thing.id}")
            found = ("buildings", "") if thing.kind.endswith("Building") else ("features", thing.kind.lstrip("+"))
        wanted = self.intake.job.kind
        return (wanted, found[1]) if wanted and wanted != "models" else found

    def _with_parent(self, thing: Thing) -> None:
        self.intake.read += 1
        self.intake.kept += 1
        self.intake.note("shown-with-parent", thing.id)
        parent = ids.source_id(self.intake.job.sha256, self._key(thing.parent), "buildings")
        for lod, faces in thing.faces.items():
            self.models.add("buildings", lod, parent, faces)

    def _counted(self, thing: Thing, code: str) -> None:
        self.intake.read += 1
        self.intake.kept += 1
        self.intake.note(code, thing.id)

    def _building(self, thing: Thing, best: list[Face], told: dict[str, Any]) -> None:
        shape = self._footprint(thing, best)
        span = city_forms.heights(best)
        told |= _told(thing, best, span)
        if thing.parent:
            told["part_of"] = ids.source_id(self.intake.job.sha256, self._key(thing.parent), "buildings")
            self._wanted_parents[thing.parent] = self._wanted_parents.get(thing.parent, 0) + 1
            if shape is not None:
                self._of_parts.setdefault(thing.parent, []).append(shape)
            if span:
                self._tops.setdefault(thing.parent, []).append(span)
        if shape is None and not thing.parent and not thing.fault[0]:
            self._whole[thing.id] = thing
            return
        self._put(thing, shape, "buildings", told)

    def _footprint(self, thing: Thing, best: list[Face]) -> shapely.Geometry | None:
        for lod in sorted(k for k in thing.faces if k.startswith("0")):
            if (shape := city_forms.outline(thing.faces[lod])) is not None:
                return shape
        return city_forms.footprint([face for face in best if face.surface != INTERIOR] or best)

    def _shape(self, thing: Thing, best: list[Face], table: str) -> shapely.Geometry | None:
        if table == "trees":
            points = [*thing.points, *(ring for face in best for ring in face.rings)]
            return shapely.Point(np.concatenate(points)[:, :2].mean(axis=0)) if points else None
        if (area := city_forms.outline(best)) is not None:
            return area
        if thing.lines and not best:
            return shapely.multilinestrings([shapely.linestrings(line[:, :2]) for line in thing.lines if len(line) > 1])
        if thing.points and not best:
            return shapely.Point(np.concatenate(thing.points)[:, :2].mean(axis=0))
        return None

    def _put(self, thing: Thing, shape: shapely.Geometry | None, table: str, told: dict[str, Any]) -> None:
        if table == "trees" and (span := city_forms.heights(thing.faces.get(_best(thing.faces), []))):
            told["height_m"] = round(span[1] - span[0], 2)
        self._waiting.append((thing, shape, table, told))
        if len(self._waiting) >= BATCH:
            self._stage()

    def _key(self, id: str) -> str:
        return f"{self.layer}:{id}" if self.layer else id

    def _stage(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        shapes = np.empty(len(waiting), object)
        shapes[:] = [shape for _thing, shape, _table, _told in waiting]
        said: list[dict[str, Any]] = [Said(thing.attributes, table, told) for thing, _shape, table, told in waiting]
        faults = {at: thing.fault for at, (thing, *_rest) in enumerate(waiting) if thing.fault[0]}
        listed = [thing.id for thing, *_rest in waiting]
        self.intake.take(Features(self.layer, self.crs, shapes, said, listed, faults), self._router())
        for thing, shape, table, _told in waiting:
            self._model(thing, table, shape is not None)

    def _router(self) -> kinds.Router:
        routers: dict[str, kinds.Router] = {}

        def place(said: Mapping[str, Any], dimension: int) -> list[kinds.Placing]:
            assert isinstance(said, Said)
            if said.table not in routers:
                routers[said.table] = kinds.router("", (), said.table, self.intake.assumed)
            clean = {k: v for k, v in said.items() if k not in _FUNCTIONS or not _CODE.match(str(values.text(v) or ""))}
            own = {k: v for k, v in said.told.items() if k != "part_of"}
            placings = routers[said.table]({**clean, **own}, dimension)
            for placing in placings:
                if "part_of" in said.told:
                    placing.fields["part_of"] = said.told["part_of"]
                if said.table in ("landuse", "water", "features") and "kind" in said.told:
                    placing.fields["kind"] = said.told["kind"]
            return placings

        return place

    def _model(self, thing: Thing, table: str, has_shape: bool) -> None:
        if thing.kind in FLAT or thing.fault[0]:
            return
        role = "buildings" if table == "buildings" else "backdrop"
        owner = ids.source_id(self.intake.job.sha256, self._key(thing.id), table)
        self.models.known_as[owner] = thing.id
        for lod, faces in thing.faces.items():
            if not lod.startswith("0") or role == "backdrop":
                self.models.add(role, lod, owner, faces)

    def finish(self) -> None:
        """Buildings that are only the sum of their parts, then the files of surfaces."""
        for id, thing in self._whole.items():
            shapes, spans = self._of_parts.get(id, []), self._tops.get(id, [])
            told: dict[str, Any] = {}
            if spans and not any(name in thing.attributes for name in _HEIGHTS):
                told["height_m"] = round(max(s[1] for s in spans) - min(s[0] for s in spans), 2)
            shape = shapely.union_all(shapely.make_valid(np.array(shapes, object)), grid_size=0.001) if shapes else None
            self._put(thing, shape, "buildings", told | _built(thing.attributes))
        self._stage()
        for parent in self._wanted_parents.keys() - self._seen:
            self.intake.note("parent-missing", parent, self._wanted_parents[parent])
        self.models.finish()


def _best(faces: Mapping[str, list[Face]]) -> str:
    """The finest level that shows the outside; 0 only if there is nothing else."""
    return max((k for k in faces if faces[k]), key=lambda lod: (not lod.startswith("0"), lod), default="")


def _told(thing: Thing, best: list[Face], span: tuple[float, float] | None) -> dict[str, Any]:
    told = _built(thing.attributes)
    lod = _best(thing.faces)
    said = next((v for n in _HEIGHTS if (v := values.metres(thing.attributes.get(n)))), None)
    if not said and span and span[1] - span[0] > 0.1 and not lod.startswith("0"):
        told["height_m"] = round(span[1] - span[0], 2)
    if not lod.startswith(("0", "1")):
        told |= city_forms.roof(best, thing.attributes)
    return told


def _built(attributes: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _YEARS:
        if (year := values.year(attributes.get(name))) is not None:
            found["built_year"] = year
            break
    said = attributes.get("address")
    address = said[0] if isinstance(said, list) and said else said
    if isinstance(address, dict):
        street = address.get("thoroughfareName") or address.get("ThoroughfareName") or address.get("street")
        number = address.get("thoroughfareNumber") or address.get("ThoroughfareNumber") or address.get("number")
        found |= {k: str(v) for k, v in (("street", street), ("house_number", number)) if isinstance(v, str | int)}
    return found
