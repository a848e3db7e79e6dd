"""Reconstruction zones: what may be an outline, how it is mended, split and merged; lengths and areas on the plane."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from vidbudova.errors import UserError
from vidbudova.model.change import Delta, Fields, Value, edit
from vidbudova.model.schema import GEOM, ZONES
from vidbudova.text import _, number

TABLE = ZONES.name

SAME_M = 0.001
"""Corners nearer than this are one."""

THINNEST_M = 1.0
"""A piece that is nowhere this wide is a sliver: no one rebuilds on it."""

SEAM_M = 0.5
"""An overlap or a hole that is nowhere this wide is a slip of the hand along a border, and is mended."""

NEGLIGIBLE_M2 = 0.01
"""Shared area below this is rounding, not an overlap."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another zone that an outline must not overlap."""

    id: str
    name: str
    area: BaseGeometry


@dataclass(frozen=True, slots=True)
class Tidied:
    """An outline fit to be a zone, with a sentence for everything that was mended."""

    area: shapely.MultiPolygon
    sentences: tuple[str, ...] = ()


def tidy(outline: BaseGeometry, neighbours: Iterable[Neighbour] = (), *, cut: bool = False) -> Tidied:
    """An outline made fit to be a zone, or refused.

    Mended with a sentence: spikes and corners that touch another side, sliver pieces, hairline holes, overlaps that
    are nowhere 0.5 m wide (and any overlap if `cut`). Repeated corners and heights go without a word.

    Parameters
    ----------
    outline : polygon or multipolygon in the project's CRS, metres.
    neighbours : the other zones; only those that it overlaps matter.
    cut : whether any overlap is cut away instead of refused.

    Raises
    ------
    UserError
        value-wrong (not an area), zone-crosses-itself, zone-hole-outside, zone-too-thin or zone-overlaps.
    """
    sentences: list[str] = []
    area = _without_crossings(_as_area(outline), sentences)
    area = _without_slivers(area, sentences)
    trimmed = _without_overlaps(area, neighbours, cut, sentences)
    if trimmed is not area:
        trimmed = _without_slivers(trimmed, sentences)
    return Tidied(_multi(trimmed), tuple(sentences))


def outline_fields(area: BaseGeometry) -> dict[str, Value]:
    """The fields that travel with an outline: WKB, area (m²) and perimeter (m, holes included), on the CRS's plane."""
    return {GEOM: shapely.to_wkb(_multi(area)), "area_m2": float(area.area), "perimeter_m": float(area.length)}


def add(zone_id: str, area: BaseGeometry, fields: Mapping[str, Value]) -> list[Delta]:
    """The deltas that bring a zone into being."""
    check_dates(fields)
    given = {name: value for name, value in fields.items() if value is not None}
    return [Delta(TABLE, zone_id, None, {**outline_fields(area), **given})]


def reshape(zone_id: str, row: Fields, area: BaseGeometry) -> list[Delta]:
    """The deltas that give a zone another outline."""
    return [edit(TABLE, zone_id, row, **outline_fields(area))]


def describe(zone_id: str, row: Fields, fields: Mapping[str, Value]) -> list[Delta]:
    """The deltas that change what a zone is called, its kind, dates …; the outline stays."""
    check_dates({**row, **fields})
    return [edit(TABLE, zone_id, row, **fields)]


def remove(zone_id: str, row: Fields) -> list[Delta]:
    """The deltas that take a zone away."""
    return [Delta(TABLE, zone_id, dict(row), None)]


def check_dates(fields: Mapping[str, Value]) -> None:
    """Refuse a zone that ends before it starts (value-wrong); dates are ISO texts."""
    starts, ends = fields.get("starts_on"), fields.get("ends_on")
    if isinstance(starts, str) and isinstance(ends, str) and ends < starts:
        raise UserError("value-wrong", value=ends, field=_("the end"), reason=_("it is before the start"))


def pieces(area: BaseGeometry, line: BaseGeometry, name: str = "") -> list[shapely.MultiPolygon]:
    """The zones that a line cuts an area into, the largest first; parts that it does not touch stay with the largest.

    Raises
    ------
    UserError
        zone-not-cut if the line does not go right across any part.
    """
    whole: list[shapely.Polygon] = []
    cut: list[shapely.Polygon] = []
    for part in shapely.get_parts(area):
        faces = _faces(part, line)
        (cut if len(faces) > 1 else whole).extend(faces if len(faces) > 1 else [part])
    if not cut:
        raise UserError("zone-not-cut", name=name)
    cut.sort(key=lambda p: -p.area)
    first = shapely.MultiPolygon([cut[0], *whole])
    return [first, *(shapely.MultiPolygon([p]) for p in cut[1:])]


def split(zone_id: str, row: Fields, line: BaseGeometry, new_ids: Sequence[str]) -> list[Delta]:
    """The deltas that cut a zone along a line: the largest piece keeps its id, the others get new ones and a number.

    Parameters
    ----------
    new_ids : as many ids as there may be new pieces.

    Raises
    ------
    UserError
        zone-not-cut, also when there are more pieces than ids; zone-too-thin if a piece is a sliver.
    """
    name = str(row.get("name") or "")
    parts = pieces(area_of(row), line, name)
    for part in parts:
        _refuse_thin(part)
    if len(parts) - 1 > len(new_ids):
        raise UserError("zone-not-cut", name=name)
    said = {field: value for field, value in row.items() if value is not None}
    rest = [
        Delta(TABLE, new_id, None, {**said, **outline_fields(part), "name": f"{name} {n}".strip()})
        for n, (new_id, part) in enumerate(zip(new_ids, parts[1:], strict=False), start=2)
    ]
    return [*reshape(zone_id, row, parts[0]), *rest]


def merge(zones: Sequence[tuple[str, Fields]]) -> list[Delta]:
    """The deltas that make several zones one: the first keeps its id and what is said of it, the others go.

    Seams between them that are nowhere 0.5 m wide are closed.
    """
    (first_id, first), *others = zones
    areas = [area_of(row) for _id, row in zones]
    united = shapely.union_all(areas)
    closed = united.buffer(SEAM_M / 2, join_style="mitre").buffer(-SEAM_M / 2, join_style="mitre")
    area = shapely.union_all([united, closed]) if closed.area - united.area > NEGLIGIBLE_M2 else united
    return [*reshape(first_id, first, area), *(Delta(TABLE, id, dict(row), None) for id, row in others)]


def area_of(row: Fields) -> BaseGeometry:
    """The outline of a zone's row."""
    return shapely.from_wkb(row[GEOM])


def _as_area(outline: BaseGeometry) -> BaseGeometry:
    flat = shapely.force_2d(outline) if outline is not None else None
    if flat is None or flat.is_empty or flat.geom_type not in ("Polygon", "MultiPolygon"):
        kind = _("nothing") if flat is None or flat.is_empty else flat.geom_type
        raise UserError("value-wrong", value=kind, field=_("an outline"), reason=_("it needs an area with a border"))
    if not shapely.get_num_coordinates(flat) or not bool(_finite(flat)):
        raise UserError(
            "value-wrong", value=_("a corner"), field=_("an outline"), reason=_("it is nowhere on the plane")
        )
    return flat


def _finite(area: BaseGeometry) -> bool:
    return all(abs(c) < 1e8 for c in area.bounds)


def _without_crossings(area: BaseGeometry, sentences: list[str]) -> BaseGeometry:
    if not shapely.is_valid(area):
        reason = str(shapely.is_valid_reason(area))
        mended = shapely.make_valid(area, method="structure", keep_collapsed=False)
        if "Hole lies outside" in reason:
            raise UserError("zone-hole-outside", place=_place(reason))
        # Where lobes cross, what encloses area twice or the wrong way round differs from what is inside.
        if abs(mended.area - _signed_area(area)) > NEGLIGIBLE_M2:
            raise UserError("zone-crosses-itself", place=_place(reason))
        sentences.append(_("The outline touched itself near {place}; that was mended.").format(place=_place(reason)))
        area = mended
    simple = shapely.remove_repeated_points(area, SAME_M)
    return simple if shapely.is_valid(simple) and not simple.is_empty else area


def _without_slivers(area: BaseGeometry, sentences: list[str]) -> BaseGeometry:
    parts = [p for p in shapely.get_parts(area) if p.geom_type == "Polygon"]
    kept = [p for p in parts if not _is_thin(p, THINNEST_M)]
    if not kept:
        _refuse_thin(area)
    if dropped := len(parts) - len(kept):
        lost = sum(p.area for p in parts) - sum(p.area for p in kept)
        sentences.append(_("Slivers of {area} m² in all were left out.").format(area=number(lost, 1)))
    filled = [_without_hairlines(p) for p in kept]
    if closed := sum(len(p.interiors) - len(f.interiors) for p, f in zip(kept, filled, strict=True)):
        sentences.append(_("Hairline holes were closed."))
    if not dropped and not closed:
        return area
    return filled[0] if len(filled) == 1 else shapely.MultiPolygon(filled)


def _refuse_thin(area: BaseGeometry) -> None:
    if all(_is_thin(part, THINNEST_M) for part in shapely.get_parts(area)):
        raise UserError("zone-too-thin", area=number(area.area, 1), width=number(THINNEST_M))


def _without_hairlines(part: shapely.Polygon) -> shapely.Polygon:
    return shapely.Polygon(part.exterior, [h for h in part.interiors if not _is_thin(shapely.Polygon(h), SEAM_M)])


def _without_overlaps(
    area: BaseGeometry, neighbours: Iterable[Neighbour], cut: bool, sentences: list[str]
) -> BaseGeometry:
    for other in neighbours:
        shared = shapely.intersection(area, other.area)
        if shared.area <= NEGLIGIBLE_M2:
            continue
        size = number(shared.area, 1)
        rest = shapely.difference(area, other.area)
        if rest.area <= NEGLIGIBLE_M2 or not (cut or _is_thin(shared, SEAM_M)):
            raise UserError("zone-overlaps", name=other.name, area=size)
        sentences.append(_("{area} m² that overlapped “{name}” were cut away.").format(area=size, name=other.name))
        area = rest
    return area


def _is_thin(area: BaseGeometry, width_m: float) -> bool:
    """Whether it is nowhere that wide: nothing is left after taking half the width off all round."""
    return bool(area.buffer(-width_m / 2).is_empty)


def _signed_area(area: BaseGeometry) -> float:
    """What the rings enclose by the shoelace formula, holes taken off: the true area only of rings that never cross."""
    total = 0.0
    for part in shapely.get_parts(area):
        total += abs(_shoelace(part.exterior)) - sum(abs(_shoelace(h)) for h in part.interiors)
    return total


def _shoelace(ring: shapely.LinearRing) -> float:
    xy = shapely.get_coordinates(ring)
    xy = xy - xy[0]
    return float((xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]).sum() / 2)


def _faces(part: shapely.Polygon, line: BaseGeometry) -> list[shapely.Polygon]:
    """The pieces of one polygon that a line right across it leaves."""
    edges = shapely.union_all([part.boundary, line])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    return [f for f in faces if f.area > NEGLIGIBLE_M2 and part.contains(f.representative_point())]


def _multi(area: BaseGeometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon(
        [shapely.orient_polygons(p) for p in shapely.get_parts(area) if p.geom_type == "Polygon"]
    )


def _place(reason: str) -> str:
    """The place in GEOS's words: ``Self-intersection[37.5 47.1]`` gives ``37.5, 47.1``."""
    found = re.search(r"\[(\S+) (\S+)", reason)
    return ", ".join(f"{float(c.rstrip(']')):.1f}" for c in found.groups()) if found else reason
