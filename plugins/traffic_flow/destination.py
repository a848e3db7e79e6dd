"""Streets that one may use only to reach something on them: nobody drives through, residents come and leave by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .links import Links

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Twins:
    """How the links that one may use only to reach something are doubled.

    Attributes
    ----------
    real, twin : (t,) links, and those that stand for them on the way in.
    entry : (n,) the node at which one arrives who is bound for a node; mostly the node itself.
    node_of : (n,) the node that a node was before.
    """

    real: Ints
    twin: Ints
    entry: Ints
    node_of: Ints

    def moved(self, flows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(…,) flows with those of the twins added to the links that they stand for."""
        found = flows.copy()
        np.add.at(found, self.real, flows[self.twin])
        found[self.twin] = 0.0
        return found

    def with_twins(self, values: NDArray[Any]) -> NDArray[Any]:
        """(m,) values of links, those of the twins taken from what they stand for."""
        found = values.copy()
        found[self.twin] = values[self.real]
        return found

    def and_twins(self, links: Ints) -> Ints:
        """Links and the twins of those that have one."""
        return np.append(links, self.twin[np.isin(self.real, links)])


def held(links: Links, only: Bools, old: Ints) -> tuple[Bools, Bools]:
    """Links (m,) that nobody may pass through to elsewhere, and nodes (n,) that only such links join.

    Parts that hang on the rest at one place only cannot be passed through, and are left as they are.

    Parameters
    ----------
    only : (m,) links for reaching what lies on them. old : (n,) nodes before turns were split, by which parts hang
        together.
    """
    tail, head = old[links.tail], old[links.head]
    real = tail != head  # turns lead from a node to itself
    free = np.zeros(links.nodes, bool)
    free[tail[~only & real]] = free[head[~only & real]] = True
    rows = np.flatnonzero(only & real)
    part = _parts(links.nodes, tail[rows], head[rows], free)
    gates = np.column_stack([np.append(part, part), np.append(tail[rows], head[rows])])
    gates = np.unique(gates[free[gates[:, 1]]], axis=0)
    many = np.bincount(gates[:, 0], minlength=int(part.max(initial=0)) + 1)
    shut = np.zeros(len(links), bool)
    shut[rows] = many[part] > 1
    inner = np.zeros(links.nodes, bool)
    inner[tail[shut]] = inner[head[shut]] = True
    inner = (inner & ~free)[old]
    return shut | (~real & inner[links.tail] & inner[links.head]), inner


def _parts(nodes: int, tail: Ints, head: Ints, free: Bools) -> Ints:
    """(r,) number of the part that each link lies in; parts touch at nodes that are not free."""
    many = tail.size
    link = np.append(np.arange(many), np.arange(many))
    end = np.append(tail, head)
    inside = ~free[end]
    pairs = coo_array((np.ones(int(inside.sum())), (link[inside], end[inside] + many)), (many + nodes, many + nodes))
    found = connected_components(pairs, directed=False)[1][:many]
    return np.asarray(np.unique(found, return_inverse=True)[1].ravel(), np.int64)


def split(links: Links, shut: Bools, inner: Bools) -> tuple[Links, Ints, Twins]:
    """The network in which ways over `shut` links begin or end inside them.

    Every inner node becomes two: one to leave from, which keeps its number, and one to arrive at. Links between inner
    nodes are doubled: one leads on to where one leaves the part, its twin to where one arrives in it; who is inside may
    go over from the first to the second, and nobody back. A link with both ends outside leads nowhere. So a way that
    comes from outside stays inside, and every other way is as before: nothing is estimated. What is not exact: cars on
    a link and on its twin do not slow each other down.

    Returns
    -------
    the network with its new links last, the old node of each node, and the twins.
    """
    within = np.flatnonzero(inner)
    arrive = np.arange(links.nodes)
    arrive[within] = links.nodes + np.arange(within.size)
    into, out = inner[links.head], inner[links.tail]
    nowhere = np.flatnonzero(shut & ~into & ~out)
    old = np.concatenate([np.arange(links.nodes), within, links.head[nowhere]])
    head = links.head.copy()
    entering = shut & into & ~out
    head[entering] = arrive[links.head[entering]]
    head[nowhere] = links.nodes + within.size + np.arange(nowhere.size)
    both = np.flatnonzero(shut & into & out)
    crossing = np.zeros(within.size)
    made = links.copy(
        tail=np.concatenate([links.tail, arrive[links.tail[both]], within]),
        head=np.concatenate([head, arrive[links.head[both]], arrive[within]]),
        nodes=old.size,
        **{
            name: np.concatenate([getattr(links, name), getattr(links, name)[both], crossing + value])
            for name, value in {"free_time": 0.0, "b": 0.0, "capacity": 1.0, "power": 1.0, "fixed": 0.0}.items()
        },
    )
    entry = np.concatenate([arrive, np.arange(links.nodes, old.size)])
    return made, old, Twins(both, len(links) + np.arange(both.size), entry, old)
