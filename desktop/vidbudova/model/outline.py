"""Drawing an outline on the ground, point by point: a pure state that every click and key turns into the next one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import shapely

from vidbudova.errors import UserError
from vidbudova.model.snapping import SAME_M, XY, Snap, feet_on, pair

Problem = Literal["", "same", "crosses", "outside"]

FEWEST = 3
"""Corners of the smallest ring."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What has been drawn so far.

    Attributes
    ----------
    rings : the closed rings, the outer one first, then its holes; without closing corners.
    corners : the corners of the ring that is being drawn.
    axis_deg : direction of the edge that the first corner was snapped to, for right angles to it; bearing in degrees.
    """

    rings: tuple[tuple[XY, ...], ...] = ()
    corners: tuple[XY, ...] = ()
    axis_deg: float = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been drawn."""
        return not self.rings and not self.corners

    @property
    def is_closed(self) -> bool:
        """Whether there is an outer ring and nothing is half drawn."""
        return bool(self.rings) and not self.corners

    @property
    def draws_hole(self) -> bool:
        """Whether the next corner belongs to a hole."""
        return bool(self.rings)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person asks of the next side.

    Attributes
    ----------
    length_m, bearing_deg : typed numbers, None where nothing is typed; bearing clockwise from north.
    square : whether the side must be at a right angle to (or in line with) the one before.
    """

    length_m: float | None = None
    bearing_deg: float | None = None
    square: bool = False


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a click now would put the next corner.

    Attributes
    ----------
    xy : the place.
    snap : what it snaps to, None if it is free.
    closes : whether the click closes the ring.
    length_m, bearing_deg : of the new side; 0 for the first corner.
    problem : ``same`` (no side at all), ``crosses``, ``outside`` (a hole that leaves the outline) or "".
    """

    xy: XY
    snap: Snap | None = None
    closes: bool = False
    length_m: float = 0.0
    bearing_deg: float = 0.0
    problem: Problem = ""


def aim(outline: Outline, cursor: XY, wish: Wish, snaps: Sequence[Snap] = (), within_m: float = 0.0) -> Aim:
    """Where the next corner would land.

    Typed numbers win over everything, closing over the right-angle lock, the lock over snapping.

    Parameters
    ----------
    cursor : the place on the ground under the mouse, metres.
    wish : typed numbers and the right-angle lock.
    snaps : candidates of other things near the cursor, best first.
    within_m : what the snapping pixels are in metres at the cursor (for closing).
    """
    first = _first_near(outline, cursor, within_m)
    if first is not None and wish.length_m is None and wish.bearing_deg is None:
        return _judged(outline, first.xy, first)
    snap = snaps[0] if snaps else None
    if not outline.corners:
        return _judged(outline, snap.xy if snap else cursor, snap)
    bearing = _bearing_wished(outline, snap.xy if snap else cursor, wish)
    if bearing is None and wish.length_m is None:
        return _judged(outline, snap.xy if snap else cursor, snap)
    return _along(outline, cursor, wish, snap, bearing, within_m)


def place(outline: Outline, at: Aim) -> Outline:
    """The outline with the aimed corner added, or closed if the aim closes it.

    Raises
    ------
    UserError
        zone-crosses-itself or zone-hole-outside. A corner on top of the last one changes nothing.
    """
    if at.problem == "same":
        return outline
    _refuse(at.problem, at.xy)
    if at.closes:
        return close(outline)
    axis = _edge_axis(at.snap) if not outline.corners else outline.axis_deg
    return replace(outline, corners=(*outline.corners, at.xy), axis_deg=axis)


def take_back(outline: Outline) -> Outline:
    """The outline without its last corner; a closed ring is opened again, with all its corners."""
    if outline.corners:
        return replace(outline, corners=outline.corners[:-1])
    if outline.rings:
        return replace(outline, rings=outline.rings[:-1], corners=outline.rings[-1])
    return outline


def close(outline: Outline) -> Outline:
    """The outline with the ring being drawn closed; one that is closed already stays as it is.

    Raises
    ------
    UserError
        zone-too-few-corners, zone-crosses-itself or zone-hole-outside.
    """
    if outline.is_closed:
        return outline
    if len(outline.corners) < FEWEST:
        raise UserError("zone-too-few-corners", count=len(outline.corners))
    at = crossing(outline.corners[1:], outline.corners[0], closing=True)
    _refuse("" if at is None else "crosses", at or outline.corners[0])
    closed = Outline((*outline.rings, outline.corners))
    if not shapely.is_valid(polygon(closed)):
        _refuse("outside" if outline.rings else "crosses", outline.corners[-1])
    return closed


def polygon(outline: Outline) -> shapely.Polygon | None:
    """The closed rings as a polygon; None before the outer one is closed."""
    return shapely.Polygon(outline.rings[0], outline.rings[1:]) if outline.rings else None


def preview(outline: Outline, at: Aim | None = None) -> shapely.Polygon | None:
    """The polygon as it would be if the ring were closed after the aimed corner; None if that is no polygon."""
    corners = outline.corners
    if at is not None and not at.closes and not at.problem:
        corners = (*corners, at.xy)
    if len(corners) < FEWEST:
        return polygon(outline)
    whole = shapely.Polygon((outline.rings or (corners,))[0], (*outline.rings[1:], corners) if outline.rings else ())
    return whole if shapely.is_valid(whole) else None


def crossing(corners: Sequence[XY], to: XY, closing: bool = False) -> XY | None:
    """Where the side from the last corner to a point would touch an earlier side; None if it touches none.

    Parameters
    ----------
    corners : the corners so far, at least one; when closing, without the first.
    closing : whether `to` is the first corner, so that it may be touched there.
    """
    if len(corners) < 2:
        return None
    side = shapely.LineString([corners[-1], to])
    if _folds_back(corners[-2], corners[-1], to):
        return corners[-1]
    if len(corners) < 3:
        return None
    earlier = shapely.LineString(corners[:-1])
    if shapely.distance(side, earlier) > SAME_M:
        return _touch_at_first(corners, to, closing)
    return pair(shapely.get_coordinates(shapely.shortest_line(side, earlier))[0])


def bearing_deg(a: XY, b: XY) -> float:
    """The direction from a to b in degrees clockwise from north, 0 ≤ bearing < 360."""
    return math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) % 360 % 360


def offset(a: XY, bearing: float, length_m: float) -> XY:
    """The point at a bearing (degrees from north) and distance (metres) from another."""
    angle = math.radians(bearing)
    return (a[0] + length_m * math.sin(angle), a[1] + length_m * math.cos(angle))


def side_axis(outline: Outline) -> float:
    """The bearing that right angles are taken against: the last side, else the edge that was snapped to, else north."""
    if len(outline.corners) >= 2:
        return bearing_deg(outline.corners[-2], outline.corners[-1])
    return outline.axis_deg


def _touch_at_first(corners: Sequence[XY], to: XY, closing: bool) -> XY | None:
    """When closing, the first side may be met at its start only: not be run along."""
    return to if closing and _folds_back(corners[-1], to, corners[0]) else None


def _folds_back(a: XY, b: XY, c: XY) -> bool:
    """Whether b to c runs back over a to b."""
    back = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0
    if not back:
        return False
    near = feet_on(np.array([a]), np.array([b]), c)[0]
    foot = feet_on(np.array([b]), np.array([c]), a)[0]
    return math.dist(pair(near), c) <= SAME_M or math.dist(pair(foot), a) <= SAME_M


def _first_near(outline: Outline, cursor: XY, within_m: float) -> Snap | None:
    if len(outline.corners) < FEWEST:
        return None
    distance = math.dist(cursor, outline.corners[0])
    return Snap("first", outline.corners[0], distance) if distance <= max(within_m, SAME_M) else None


def _bearing_wished(outline: Outline, target: XY, wish: Wish) -> float | None:
    if wish.bearing_deg is not None:
        return wish.bearing_deg
    if not wish.square:
        return None
    turn = (bearing_deg(outline.corners[-1], target) - side_axis(outline)) % 360
    return (side_axis(outline) + 90 * round(turn / 90)) % 360


def _along(outline: Outline, cursor: XY, wish: Wish, snap: Snap | None, bearing: float | None, within_m: float) -> Aim:
    """The aim with the direction, the length or both given."""
    last, target = outline.corners[-1], snap.xy if snap else cursor
    heading = bearing_deg(last, target) if bearing is None else bearing
    if wish.length_m is not None:
        return _judged(outline, offset(last, heading, wish.length_m), None)
    on_line = offset(last, heading, _run(last, heading, target))
    if wish.bearing_deg is None and (square := _square_near(outline, heading, cursor, within_m)) is not None:
        return _judged(outline, square.xy, square)
    kept = snap if snap is not None and math.dist(on_line, snap.xy) <= SAME_M else None
    return _judged(outline, on_line, kept)


def _square_near(outline: Outline, heading: float, cursor: XY, within_m: float) -> Snap | None:
    """The place on the locked line that is level with the first corner, so that the ring closes squarely."""
    if len(outline.corners) < 2:
        return None
    last = outline.corners[-1]
    foot = offset(last, heading, _run(last, heading, outline.corners[0]))
    on_line = offset(last, heading, _run(last, heading, cursor))
    distance = math.dist(foot, on_line)
    return Snap("square", foot, distance) if distance <= within_m and math.dist(foot, last) > SAME_M else None


def _run(a: XY, bearing: float, b: XY) -> float:
    """How far b is from a along a bearing, not below zero."""
    angle = math.radians(bearing)
    return max(0.0, (b[0] - a[0]) * math.sin(angle) + (b[1] - a[1]) * math.cos(angle))


def _judged(outline: Outline, xy: XY, snap: Snap | None) -> Aim:
    """The aim at a place, with its side measured and its problem found."""
    closes = len(outline.corners) >= FEWEST and math.dist(xy, outline.corners[0]) <= SAME_M
    if not outline.corners:
        return Aim(xy, snap, problem="outside" if _leaves(outline, (xy,)) else "")
    last = outline.corners[-1]
    length = math.dist(last, xy)
    problem: Problem = ""
    if length <= SAME_M:
        problem = "same"
    elif crossing(outline.corners[1:] if closes else outline.corners, xy, closes) is not None:
        problem = "crosses"
    elif _leaves(outline, (last, xy)):
        problem = "outside"
    return Aim(xy, snap, closes, length, bearing_deg(last, xy) if length > SAME_M else 0.0, problem)


def _leaves(outline: Outline, side: Sequence[XY]) -> bool:
    """Whether a piece of a hole is not inside the outer ring and outside the other holes."""
    whole = polygon(outline)
    if whole is None:
        return False
    piece = shapely.Point(side[0]) if len(side) == 1 else shapely.LineString(side)
    return not shapely.contains_properly(whole, piece)


def _edge_axis(snap: Snap | None) -> float:
    return bearing_deg(*snap.edge) if snap is not None and snap.edge is not None else 0.0


def _refuse(problem: Problem, at: XY) -> None:
    if problem == "crosses":
        raise UserError("zone-crosses-itself", place=f"{at[0]:.1f}, {at[1]:.1f}")
    if problem == "outside":
        raise UserError("zone-hole-outside", place=f"{at[0]:.1f}, {at[1]:.1f}")
