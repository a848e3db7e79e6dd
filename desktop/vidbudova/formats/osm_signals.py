"""Traffic signals: nodes at crossings and at the stop lines before them, brought together to one junction each."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely

TAG = ("highway", "traffic_signals")
SIGNALS, REACH = "signals", "reach_m"
"""What the attributes of a junction call the nodes of its signals, and how far from its place its crossings lie."""
NEAR_M = 40.0
"""A stop line lies no further before its crossing: assumption; lanes for bicycles and wide zebras take up to 30 m."""
JOIN_M = 30.0
"""Crossings with signals are one junction where a stretch between them is no longer: one pair of carriageways."""
DRIVEN = frozenset(
    ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "road")
)
LINKS = frozenset(("motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link"))
SMALL = frozenset(("service",))
"""Entrances of yards, which are passed over on the way from a stop line to its crossing."""
CELLS = 500
"""Cells a degree in which ways near signals are looked for; three of them are wider than what is searched."""
EARTH_M = 111_195.0

Tags = Mapping[str, str]


@dataclass(slots=True)
class _Node:
    x: float
    y: float
    arms: list[tuple[int, float, bool, bool]] = field(default_factory=list)
    """Neighbour, metres, whether along the way, and whether one may drive there."""
    streets: int = 0
    names: dict[str, None] = field(default_factory=dict)


class Signals:
    """Learns signals in the pass over nodes and the streets round them in the pass over ways; gives junctions."""

    def __init__(self) -> None:
        self._tags: dict[int, Tags] = {}
        self._cells: set[tuple[int, int]] = set()
        self._nodes: dict[int, _Node] = {}
        self.alone: list[int] = []

    def see(self, node: int, lon: float, lat: float, tags: Tags) -> None:
        """Note a signal."""
        self._tags[node] = tags
        x, y = _cell(lon, lat)
        self._cells.update((x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1))

    def learn(self, way: Any, tags: Tags) -> None:
        """Note a street near signals; its nodes have to have their places."""
        kind = tags.get("highway")
        if not self._cells or not (kind in DRIVEN or kind in LINKS or kind in SMALL):
            return
        nodes = [(n.ref, n.lon, n.lat) if n.location.valid() else None for n in way.nodes]
        near = [one is not None and _cell(one[1], one[2]) in self._cells for one in nodes]
        told = tags.get("oneway", "yes" if tags.get("junction") == "roundabout" or kind == "motorway" else "no")
        for at in range(len(nodes) - 1):
            one, other = nodes[at], nodes[at + 1]
            if one is not None and other is not None and (near[at] or near[at + 1]):
                self._stretch(one, other, told, kind not in SMALL, tags.get("name", ""))

    def _stretch(
        self, one: tuple[int, float, float], other: tuple[int, float, float], oneway: str, street: bool, name: str
    ) -> None:
        a, b = (self._nodes.setdefault(n[0], _Node(n[1], n[2])) for n in (one, other))
        if any(arm[0] == other[0] for arm in a.arms):
            return  # drawn twice
        metres = _metres(a, b)
        a.arms.append((other[0], metres, True, oneway != "-1"))
        b.arms.append((one[0], metres, False, oneway not in ("yes", "true", "1")))
        for end in (a, b):
            end.streets += street
            if name:
                end.names[name] = None

    def junctions(self) -> Iterator[tuple[str, Any, dict[str, Any]]]:
        """(id, place, tags) of each junction; signals with no crossing near, as of a zebra, are left `alone`."""
        of: dict[int, list[int]] = {}
        for signal in sorted(self._tags):
            crossing = self._crossing(signal)
            if crossing is None:
                self.alone.append(signal)
            else:
                of.setdefault(crossing, []).append(signal)
        for group in self._joined(of):
            signals = sorted(signal for crossing in group for signal in of[crossing])
            yield f"node/{signals[0]}", *self._junction(group, signals)

    def _junction(self, group: list[int], signals: list[int]) -> tuple[Any, dict[str, Any]]:
        crossings = [self._nodes[crossing] for crossing in group]
        x, y = (sum(getattr(c, name) for c in crossings) / len(crossings) for name in "xy")
        reach = max(_metres(_Node(x, y), crossing) for crossing in crossings)
        tags: dict[str, Any] = dict(self._tags[signals[0]])
        if names := dict.fromkeys(name for crossing in crossings for name in crossing.names):
            tags.setdefault("name", " / ".join(list(names)[:2]))
        tags[SIGNALS] = "; ".join(f"node/{signal}" for signal in signals)
        tags[REACH] = f"{reach:.1f}"
        return shapely.Point(x, y), tags

    def _crossing(self, signal: int) -> int | None:
        """The crossing that a signal stands at or before, None if none is near."""
        here = self._nodes.get(signal)
        if here is None or len(here.arms) > 2:
            return None if here is None else signal
        facing = self._tags[signal].get("traffic_signals:direction", "")
        first = [arm for arm in here.arms if arm[3] and facing != ("backward" if arm[2] else "forward")]
        found = list(self._walk(signal, first, NEAR_M, driving=True))
        streets = [node for node in found if self._nodes[node].streets > 2]
        return next(iter(streets or found), None)

    def _walk(
        self, start: int, first: list[tuple[int, float, bool, bool]], most: float, *, driving: bool
    ) -> Iterator[int]:
        """Crossings on the way, the nearest first, up to and with the first crossing of streets on each way."""
        seen = {start}
        queue = [(metres, node) for node, metres, _along, _may in first]
        heapq.heapify(queue)
        while queue:
            away, node = heapq.heappop(queue)
            if away > most or node in seen:
                continue
            seen.add(node)
            here = self._nodes[node]
            if len(here.arms) > 2:
                yield node
            if here.streets <= 2:
                for other, metres, _along, may in here.arms:
                    if may or not driving:
                        heapq.heappush(queue, (away + metres, other))

    def _joined(self, of: Mapping[int, list[int]]) -> list[list[int]]:
        """Crossings with signals by the junction that they belong to."""
        group = {crossing: [crossing] for crossing in of}
        for crossing in of:
            for other in self._walk(crossing, self._nodes[crossing].arms, JOIN_M, driving=False):
                if other in group and group[other] is not group[crossing]:
                    mine, more = group[crossing], group[other]
                    mine += more
                    group.update(dict.fromkeys(more, mine))
        return list({id(members): members for members in group.values()}.values())


def is_signal(tags: Tags) -> bool:
    """Whether a node is a signal of a street; `crossing=traffic_signals` alone is one for those who walk."""
    return tags.get(TAG[0]) == TAG[1]


def _cell(lon: float, lat: float) -> tuple[int, int]:
    return math.floor(lon * CELLS), math.floor(lat * CELLS)


def _metres(a: _Node, b: _Node) -> float:
    """Metres between two near places."""
    east = (b.x - a.x) * math.cos(math.radians((a.y + b.y) / 2))
    return math.hypot(east, b.y - a.y) * EARTH_M
