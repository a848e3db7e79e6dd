"""Streets for getting somewhere: lines with a way along and a way against, and where doors stand on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .nearest_line import Squares, squares
from .network import RoadNetwork
from .quickest import Star, star

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
Shapes = NDArray[Any]

WALK_M_S = 1.2
"""Pace on foot, 4.3 km/h: a mean over ages (Bohannon and Williams Andrews 2011: 0.9 to 1.4 m/s)."""


@dataclass(frozen=True)
class Streets:
    """k lines and the m directed links on them.

    Attributes
    ----------
    tail, head : (m,) nodes. seconds : (m,), infinite where a link is shut.
    line : (m,) the line of each link. along : (m,) whether the link runs in the direction of its line.
    lines : (k,) LineStrings in metres. start, end : (k,) nodes where each line begins and ends.
    doors : (k,) whether one steps onto the line from its side; not on bridges and motorways and not in tunnels.
    nodes : how many nodes there are.
    entry : (nodes,) where one arrives who is bound for a node, see `destination.Twins`; None: at the node itself.
    """

    tail: Ints
    head: Ints
    seconds: Floats
    line: Ints
    along: Bools
    lines: Shapes
    start: Ints
    end: Ints
    doors: Bools
    nodes: int
    entry: NDArray[np.int64] | None = None

    @cached_property
    def length_m(self) -> Floats:
        """(k,) lengths of the lines."""
        return np.asarray(shapely.length(self.lines), np.float64)

    @cached_property
    def forth(self) -> Floats:
        """(k,) seconds from start to end of each line, infinite where that is not allowed."""
        return self._each(self.along)

    @cached_property
    def back(self) -> Floats:
        """(k,) seconds from end to start of each line."""
        return self._each(~self.along)

    @cached_property
    def leaving(self) -> Star:
        """Links in the order of where they leave: for ways that begin at what is looked for."""
        return star(self.tail, self.head, self.seconds, self.nodes)

    @cached_property
    def arriving(self) -> Star:
        """Links turned round: for ways that end at what is looked for."""
        return star(self.head, self.tail, self.seconds, self.nodes)

    @cached_property
    def usable(self) -> Ints:
        """Lines that doors open to."""
        return np.flatnonzero(self.doors & (self.length_m > 0)).astype(np.int32)

    @cached_property
    def squares(self) -> Squares:
        """Where the usable lines lie."""
        return squares(self.lines[self.usable])

    def with_seconds(self, seconds: Floats) -> Streets:
        """The same streets at other times (m,), such as loaded ones; infinite ones are shut."""
        return self.with_ways(seconds=np.asarray(seconds, np.float64))

    def with_ways(self, **ways: Any) -> Streets:
        """Other links on the same lines."""
        made = replace(self, **ways)
        for known in ("length_m", "usable", "squares"):
            if known in vars(self):  # of the lines alone
                vars(made)[known] = vars(self)[known]
        return made

    def _each(self, which: Bools) -> Floats:
        least = np.full(len(self.lines), np.inf)
        np.minimum.at(least, self.line[which], self.seconds[which])
        return least


@dataclass(frozen=True)
class Doors:
    """Where n places touch the streets.

    Attributes
    ----------
    line : (n,) nearest line, -1 if there is none at all. share : (n,) how far along it, 0 to 1.
    away_s : (n,) seconds on foot from the place to the line.
    """

    line: Ints
    share: Floats
    away_s: Floats

    def __len__(self) -> int:
        return int(self.line.size)


def streets(
    tail: Ints, head: Ints, seconds: Floats, geometry: Shapes, road: Sequence[Any], doors: Bools, nodes: int
) -> Streets:
    """Streets of directed links (m,); a link and its way back along the same road share one line."""
    geometry = np.asarray(geometry, object)
    number = np.unique(np.asarray(road, str), return_inverse=True)[1].ravel()
    ends = np.sort(np.column_stack([tail, head]), axis=1)
    length = np.rint(shapely.length(geometry) * 1000).astype(np.int64)
    _keys, first, line = np.unique(
        np.column_stack([number, ends, length]), axis=0, return_index=True, return_inverse=True
    )
    line = line.ravel().astype(np.int32)
    along = (tail == tail[first][line]) & _same_way(geometry, geometry[first][line], tail == head)
    return Streets(
        tail,
        head,
        np.asarray(seconds, float),
        line,
        along,
        geometry[first],
        tail[first],
        head[first],
        doors[first],
        nodes,
    )


def streets_of(network: RoadNetwork, seconds: Floats) -> Streets:
    """The network's streets at times (m,) of its links."""
    tail, head, twins = network.links.tail, network.links.head, network.twins
    # lines join what they joined before the streets for residents were doubled; ways lead as they do now
    ends = (
        (tail, head) if twins is None else (twins.node_of[tail].astype(np.int32), twins.node_of[head].astype(np.int32))
    )
    made = streets(*ends, seconds, network.geometry, network.piece.tolist(), network.doors, network.links.nodes)
    return made if twins is None else replace(made, tail=tail, head=head, entry=twins.entry)


def for_engines(roads: Streets) -> Streets:
    """The same streets for fire engines, which may pass where others may only go to reach something."""
    if roads.entry is None:
        return roads
    start, end = roads.start[roads.line], roads.end[roads.line]
    tail, head = np.where(roads.along, start, end), np.where(roads.along, end, start)
    return roads.with_ways(tail=tail, head=head, entry=None)


def on_foot(roads: Streets, walkable: Bools | None = None, pace_m_s: float = WALK_M_S) -> Streets:
    """The same streets both ways at the pace of walking; lines (k,) that are not `walkable` are shut.

    Shut are motorways and what is cut for walkers too, such as a bridge that has fallen.
    """
    seconds = roads.length_m / pace_m_s
    if walkable is not None:
        seconds = np.where(walkable, seconds, np.inf)
    line = np.arange(len(roads.lines), dtype=np.int32)
    forth = np.ones(line.size, bool)
    return roads.with_ways(
        tail=np.concatenate([roads.start, roads.end]),
        head=np.concatenate([roads.end, roads.start]),
        seconds=np.concatenate([seconds, seconds]),
        line=np.concatenate([line, line]),
        along=np.concatenate([forth, ~forth]),
        entry=None,
    )


def doors(roads: Streets, xy: Floats, pace_m_s: float = WALK_M_S) -> Doors:
    """Where each place (n, 2) steps onto the street: the nearest point of the nearest line with doors, on foot."""
    at = np.asarray(xy, float).reshape(-1, 2)
    assert np.isfinite(at).all()
    line, share, away_m = roads.squares.nearest(at)
    known = line >= 0
    line[known] = roads.usable[line[known]]
    return Doors(line, share, away_m / pace_m_s)


def _same_way(lines: Shapes, others: Shapes, loop: Bools) -> Bools:
    """(m,) whether loops, whose ends say nothing, run the same way round; True for all other links."""
    same = np.ones(len(lines), bool)
    for i in np.flatnonzero(loop):
        same[i] = lines[i].equals_exact(others[i], 1e-6)
    return same
