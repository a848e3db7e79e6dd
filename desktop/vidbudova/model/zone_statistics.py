"""What stands in a zone: buildings by grade, footprint and floor area, people (from data or a stated assumption)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from vidbudova.model.damage import Grades, grade_counts, reading_counts
from vidbudova.model.shapes import Floats
from vidbudova.text import _
from vidbudova.text import mark as words

STOREY_HEIGHT_M = 3.0
FLOOR_AREA_PER_PERSON_M2 = 30.0
"""Gross floor area per resident where the data name no residents; an assumption, set in the project."""

HOMES = ("apartments", "house", "dormitory")
"""Uses whose residents may be guessed from floor area."""

RULE = words("A building counts as inside when a point on its footprint (never on its edge) lies inside the outline.")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is assumed where the data are silent; both are set per project."""

    storey_height_m: float = STOREY_HEIGHT_M
    floor_area_per_person_m2: float = FLOOR_AREA_PER_PERSON_M2


@dataclass(frozen=True, slots=True)
class Stock:
    """The buildings as arrays, one entry each; numbers are nan where nothing is known.

    Attributes
    ----------
    xy : (n, 2) a point on each footprint.
    footprint_m2, levels, height_m, people : (n,).
    home : (n,) bool, whether people live there by its use.
    grade, reading : (n,) int8 as in `damage.DamageView`.
    """

    xy: Floats
    footprint_m2: Floats
    levels: Floats
    height_m: Floats
    people: Floats
    home: NDArray[np.bool_]
    grade: Grades
    reading: Grades


@dataclass(frozen=True, slots=True)
class ZoneStatistics:
    """What a zone holds.

    Attributes
    ----------
    area_m2, perimeter_m : of the outline, holes taken off and counted along.
    buildings : inside by RULE.
    by_grade : marked buildings, "0" … "5".
    by_reading : buildings without a mark by what was seen from above, "0", "P", "1" … "5".
    unassessed : buildings with neither.
    footprint_m2, gross_floor_m2 : footprint, and footprint × storeys.
    levels_assumed : buildings whose storeys are height ÷ storey height, or one where no height is known either.
    people : residents; people_known of them from the data, people_assumed from floor area.
    """

    area_m2: float
    perimeter_m: float
    buildings: int
    by_grade: dict[str, int]
    by_reading: dict[str, int]
    unassessed: int
    footprint_m2: float
    gross_floor_m2: float
    levels_assumed: int
    people: float
    people_known: float
    people_assumed: float
    assumption: str


def inside(area: BaseGeometry, xy: Floats) -> NDArray[np.intp]:
    """Places of the points inside an area: (k,) indices, ascending."""
    x0, y0, x1, y1 = area.bounds if not area.is_empty else (0.0, 0.0, -1.0, -1.0)
    near = np.flatnonzero((xy[:, 0] >= x0) & (xy[:, 0] <= x1) & (xy[:, 1] >= y0) & (xy[:, 1] <= y1))
    shapely.prepare(area)
    found: NDArray[np.intp] = near[shapely.contains_xy(area, xy[near])]
    return found


def storeys(stock: Stock, storey_height_m: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Storeys of every building, and whether they are assumed: from the height, else one. Both (n,)."""
    assumed = ~(stock.levels > 0)
    by_height = np.maximum(1.0, np.round(stock.height_m / storey_height_m))
    return np.where(assumed, np.where(np.isnan(by_height), 1.0, by_height), stock.levels), assumed


def statistics(area: BaseGeometry, stock: Stock, assumptions: Assumptions | None = None) -> ZoneStatistics:
    """What an outline holds.

    Parameters
    ----------
    area : outline in the project's CRS.
    stock : all buildings (not their parts, which would count twice).
    """
    given = assumptions or Assumptions()
    i = inside(area, stock.xy)
    levels, assumed = storeys(_some(stock, i), given.storey_height_m)
    footprint = stock.footprint_m2[i]
    floor = footprint * levels
    known = stock.people[i]
    guessed = np.where(np.isnan(known) & stock.home[i], floor / given.floor_area_per_person_m2, 0.0)
    grade, reading = stock.grade[i], stock.reading[i]
    unmarked = grade < 0
    from_data, from_area = float(np.nansum(known)), float(guessed.sum())
    return ZoneStatistics(
        area_m2=float(area.area),
        perimeter_m=float(area.length),
        buildings=len(i),
        by_grade=grade_counts(grade),
        by_reading=reading_counts(reading[unmarked]),
        unassessed=int((unmarked & (reading < 0)).sum()),
        footprint_m2=float(footprint.sum()),
        gross_floor_m2=float(floor.sum()),
        levels_assumed=int(assumed.sum()),
        people=from_data + from_area,
        people_known=from_data,
        people_assumed=from_area,
        assumption=said(given) if from_area else "",
    )


def said(given: Assumptions) -> str:
    """The assumption about people as a sentence."""
    return _("Where the data name no residents: one person per {area} m² of gross floor area of homes.").format(
        area=f"{given.floor_area_per_person_m2:g}"
    )


def _some(stock: Stock, i: NDArray[np.intp]) -> Stock:
    return Stock(**{name: getattr(stock, name)[i] for name in Stock.__slots__})
