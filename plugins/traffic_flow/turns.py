"""Turn bans: the nodes where they hold are split, so that only the turns that are left lead from link to link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from .links import Links

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Ban = tuple[int, str, str]


def understood(bans: Iterable[Ban], road: Ints, links: Links, by_source: dict[str, list[int]]) -> tuple[Ints, int, int]:
    """Pairs of links (p, 2) between which one must not turn, how many bans were understood, and how many were not.

    A ban names two roads; it holds at the one node where the first leads into the second. Roads that meet more than
    once, or not at all because the data were cut off, leave a ban that is not understood.

    Parameters
    ----------
    bans : (road, kind, source id of the other road); kinds begin with "no_" or "only_".
    road : (m,) road of each link. by_source : roads by their source id.
    """
    order = np.argsort(road, kind="stable")
    sorted_road = road[order]
    leaving = _Leaving(links)
    pairs: set[tuple[int, int]] = set()
    good = lost = 0
    for mine, kind, other in bans:
        before = _of(order, sorted_road, [mine])
        after = _of(order, sorted_road, by_source.get(other, []))
        via = np.intersect1d(links.head[before], links.tail[after])
        if via.size != 1:
            lost += 1
            continue
        good += 1
        arriving = before[links.head[before] == via[0]]
        named = set(after[links.tail[after] == via[0]].tolist())
        banned = named if kind.startswith("no_") else set(leaving.of(int(via[0]))) - named
        pairs.update((int(a), b) for a in arriving for b in banned)
    return np.array(sorted(pairs), np.int64).reshape(-1, 2), good, lost


class _Leaving:
    """Links by the node that they leave."""

    def __init__(self, links: Links) -> None:
        self._order = np.argsort(links.tail, kind="stable")
        self._start = np.searchsorted(links.tail[self._order], np.arange(links.nodes + 1))

    def of(self, node: int) -> list[int]:
        found: list[int] = self._order[self._start[node] : self._start[node + 1]].tolist()
        return found


def _of(order: Ints, sorted_road: Ints, roads: Sequence[int]) -> Ints:
    """Links of some roads."""
    spans = [order[slice(*np.searchsorted(sorted_road, [road, road + 1]))] for road in roads]
    return np.concatenate(spans) if spans else np.zeros(0, np.int64)


def split(links: Links, banned: Ints) -> tuple[Links, Ints, Bools]:
    """The network with its banned turns made impossible.

    Every link into a node with a ban gets an end of its own there, every link out of it a beginning of its own, and a
    link without time or limit leads from end to beginning for each turn that is allowed. Links stay as they are and
    keep their numbers; capacities are not doubled.

    Parameters
    ----------
    banned : (p, 2) links between which one must not turn.

    Returns
    -------
    the network with its turn links last, the old node of each node (n,), and whether each node was split off (n,).
    """
    nodes = np.arange(links.nodes, dtype=np.int64)
    if not len(banned):
        return links, nodes, np.zeros(links.nodes, bool)
    held = np.zeros(links.nodes, bool)
    held[links.head[banned[:, 0]]] = True
    into, out = np.flatnonzero(held[links.head]), np.flatnonzero(held[links.tail])
    where = np.concatenate([links.head[into], links.tail[out]]).astype(np.int64)
    # the first of each node keeps the node's number, so that none is left without links
    own = links.nodes + np.arange(where.size) - np.cumsum(_firsts(where))
    own[_firsts(where)] = where[_firsts(where)]
    head, tail = links.head.copy(), links.tail.copy()
    head[into], tail[out] = own[: into.size], own[into.size :]
    start, end = _allowed(links, into, out, banned)
    old = np.concatenate([nodes, where[~_firsts(where)]])
    made = links.copy(
        tail=np.concatenate([tail, head[start]]),
        head=np.concatenate([head, tail[end]]),
        nodes=old.size,
        **_free(links, start.size),
    )
    return made, old, held[old]


def _firsts(where: Ints) -> Bools:
    first = np.zeros(where.size, bool)
    first[np.unique(where, return_index=True)[1]] = True
    return first


def _allowed(links: Links, into: Ints, out: Ints, banned: Ints) -> tuple[Ints, Ints]:
    """Links in and out of each held node, for every turn that is allowed."""
    order = out[np.argsort(links.tail[out], kind="stable")]
    first, last = (np.searchsorted(links.tail[order], links.head[into], side) for side in ("left", "right"))
    counts = last - first
    begin = np.cumsum(counts) - counts
    start = np.repeat(into, counts)
    end = order[np.repeat(first - begin, counts) + np.arange(counts.sum())]
    many = len(links)
    good = ~np.isin(start * many + end, banned[:, 0] * many + banned[:, 1])
    return start[good], end[good]


def _free(links: Links, many: int) -> dict[str, NDArray[np.float64]]:
    """Numbers of all links, with turns after them that take no time however many use them."""
    turn = {"free_time": 0.0, "b": 0.0, "capacity": 1.0, "power": 1.0, "fixed": 0.0}
    return {name: np.append(getattr(links, name), np.full(many, value)) for name, value in turn.items()}
