"""What a layer holds: said by the person, else guessed from its columns, its name and its geometry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vidbudova.formats import fields, graded, heights, osm_tags, unosat, values
from vidbudova.formats.features import Attributes

AREA, LINE = osm_tags.AREA, osm_tags.LINE


@dataclass(slots=True)
class Placing:
    """One row of one table that a feature gives; `suffix` tells rows of one feature in one table apart."""

    table: str
    fields: dict[str, Any]
    notes: list[tuple[str, str]] = field(default_factory=list)
    suffix: str = ""
    with_shape: bool = True
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What heights are derived with."""

    storey_height_m: float
    default_height_m: float


Router = Callable[[Attributes, int], list[Placing]]

_WORDS: tuple[tuple[str, int, str], ...] = (
    (r"build|footprint|apartment|будин|будівл|zabud|\bpand\b|house", AREA, "buildings"),
    (r"road|street|highway|вулиц|дорог|\bway", LINE, "roads"),
    (r"rail|tram|залізн|трам", LINE, "rail"),
    (r"river|stream|canal|waterway|річк", LINE, "waterways"),
    (r"water|lake|river|озер|водойм", AREA, "water"),
    (r"land_?use|forest|park|green|residential|ліс|парк", AREA, "landuse"),
    (r"tree|дерев", 0, "trees"),
    (r"pipe|water_?main|sewer|тепломереж|водопров", LINE, "pipelines"),
    (r"power|electr|substation|лінії_?електро|лэп|леп", LINE, "power"),
    (r"substation|power|tower|antenna|mast|підстанц", 0, "power"),
    (r"school|hospital|health|shelter|school|укритт|школ|лікарн|amenit|facilit", 0, "places"),
)
_BUILDING_FIELDS = frozenset({"levels", "height_m", "roof_shape", "flats"})
_ROAD_FIELDS = frozenset({"lanes", "speed_km_h", "oneway"})


def router(layer: str, columns: Iterable[str], kind: str | None, assumed: Assumptions) -> Router:
    """How the features of a layer become rows."""
    names = tuple(columns)
    passes = unosat.passes(names)
    if passes and kind in (None, "observations"):
        return _unosat(layer, passes)
    if kind is None and any(name in osm_tags.KEYS for name in names):
        return _tagged(layer, assumed)
    return _plain(layer, names, kind, assumed)


def osm_router(assumed: Assumptions, kind: str | None) -> Router:
    """The router of real OSM data; of a thing that goes to two tables only the rows of the wanted kind."""

    def place(tags: Attributes, dimension: int) -> list[Placing]:
        found = osm_tags.tables(tags, dimension)
        return [_place(table, said, tags, assumed) for table, said in found if kind in (None, table)]

    return place


def _tagged(layer: str, assumed: Assumptions) -> Router:
    def place(attributes: Attributes, dimension: int) -> list[Placing]:
        tags = {name: values.text(value) or "" for name, value in attributes.items() if not values.is_missing(value)}
        shape = AREA if dimension == LINE and osm_tags.is_area(tags) else dimension
        found = osm_tags.tables(tags, shape) or [("features", None)]
        return [_place(table, kind, attributes, assumed, layer) for table, kind in found]

    return place


def _plain(layer: str, names: tuple[str, ...], kind: str | None, assumed: Assumptions) -> Router:
    def place(attributes: Attributes, dimension: int) -> list[Placing]:
        table = kind or guess(layer, names, dimension)
        placed = _place(table, None, attributes, assumed, layer)
        if table != "observations":
            return [placed]
        seen = graded.complete(placed.fields, attributes, layer, dimension)
        return [placed, *(Placing("sightings", s, suffix="@1", with_shape=False) for s in seen)]

    return place


def _unosat(layer: str, passes: list[unosat.Pass]) -> Router:
    def place(attributes: Attributes, dimension: int) -> list[Placing]:
        seen, sightings, notes = unosat.read(passes, attributes, layer, dimension)
        rows = [Placing("observations", seen, notes)]
        return rows + [Placing("sightings", s, suffix=f"@{n}", with_shape=False) for n, s in enumerate(sightings, 1)]

    return place


def _place(table: str, kind: str | None, attributes: Attributes, assumed: Assumptions, layer: str = "") -> Placing:
    found, notes = fields.read(table, attributes)
    if kind is not None:
        found["kind"] = kind
    is_part = False
    if table == "buildings":
        is_part = _is_part(attributes)
        _use_of(found, attributes)
        if found.get("height_m") == 0.0:
            notes.append(("height-zero", ""))
        if code := heights.settle(found, attributes, assumed.storey_height_m, assumed.default_height_m):
            notes.append((code, ""))
    elif table == "features":
        found.setdefault("kind", layer)
    return Placing(table, found, notes, is_part=is_part)


def _is_part(attributes: Attributes) -> bool:
    part, whole = values.text(attributes.get("building:part")), values.text(attributes.get("building"))
    return part not in (None, "no") and whole in (None, "no")


def _use_of(found: dict[str, Any], attributes: Mapping[str, Any]) -> None:
    if found.get("use") in (None, "other") and (amenity := values.text(attributes.get("amenity"))):
        use, _code = fields.convert("buildings", "use", amenity)
        if use not in (None, "other"):
            found["use"] = use


def guess(layer: str, names: tuple[str, ...], dimension: int) -> str:
    """The table of a layer that nobody named; “features” when neither columns nor name tell."""
    if dimension in (AREA, LINE) and (table := _by_fields(names, dimension)):
        return table
    if graded.is_graded(names):
        return "observations"
    lower = layer.lower()
    for pattern, wanted, table in _WORDS:
        if wanted == dimension and re.search(pattern, lower):
            return table
    return "features"


def _by_fields(names: tuple[str, ...], dimension: int) -> str | None:
    table, telling = ("buildings", _BUILDING_FIELDS) if dimension == AREA else ("roads", _ROAD_FIELDS)
    known = fields.known(table, names)
    return table if known & telling else None
