"""The network with its cuts and a person's edits: what is left of every link, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .damage import Cuts
from .network import RoadNetwork

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Words = NDArray[np.object_]

HAND = "hand"
"""The reason of what a person has set."""
KINDS = ("open", "lanes", "close")
MOST_LANES = 30


@dataclass(frozen=True)
class State:
    """The network with its cuts and a person's edits.

    Attributes
    ----------
    lanes : (m,) lanes left. capacity : (m,) vehicles an hour left; that of closed links is as before.
    closed : (m,). cause : (m,) reason of each link that is not as before, `HAND` for edits, else "".
    unknown : references in the edits that name no link.
    """

    lanes: Floats
    capacity: Floats
    closed: Bools
    cause: Words
    unknown: tuple[str, ...] = ()

    @property
    def cut(self) -> NDArray[np.int32]:
        """Closed links."""
        return np.flatnonzero(self.closed).astype(np.int32)

    def narrowed(self, network: RoadNetwork) -> NDArray[np.int32]:
        """Open links whose capacity is not as before."""
        return np.flatnonzero(~self.closed & (self.capacity != network.links.capacity)).astype(np.int32)


def state(network: RoadNetwork, cuts: Cuts, edits: Mapping[str, Any] | None = None) -> State:
    """What is left of the network.

    Parameters
    ----------
    edits : ``{"close": […], "open": […], "lanes": {reference: lanes}}``, each optional; references are ids of roads or
        keys of links. An edit goes before every cut; "close" before "lanes" before "open". Lanes of a road are those of
        both directions together and shared as before, those of a link its own.

    Raises
    ------
    ValueError
        If the edits are not of this form.
    """
    edits = edits or {}
    if strange := set(edits) - set(KINDS):
        raise ValueError(f"edits are {', '.join(KINDS)}, not {', '.join(sorted(strange))}")
    lanes, cause = network.lanes.copy(), np.full(len(network), "", object)
    order = np.argsort(-cuts.lanes, kind="stable")
    np.minimum.at(lanes, cuts.link, cuts.lanes)
    cause[cuts.link[order]] = cuts.reason[order]
    unknown = [
        *_edited(network, _references(edits, "open"), lanes, cause, 1.0),
        *_set_lanes(network, edits.get("lanes", {}), lanes, cause),
        *_edited(network, _references(edits, "close"), lanes, cause, 0.0),
    ]
    closed = (lanes <= 0) & ~network.turn
    cause[(lanes == network.lanes) & (cause != HAND)] = ""
    same = closed | network.turn | (lanes == network.lanes)
    capacity = np.where(same, network.links.capacity, network.capacity_of(lanes))
    return State(lanes, np.asarray(capacity), closed, cause, tuple(dict.fromkeys(unknown)))


def _references(edits: Mapping[str, Any], name: str) -> Sequence[str]:
    told = edits.get(name, ())
    if isinstance(told, str) or not all(isinstance(word, str) for word in told):
        raise ValueError(f"“{name}” is a list of roads and links")
    return tuple(told)


def _edited(network: RoadNetwork, references: Sequence[str], lanes: Floats, cause: Words, share: float) -> list[str]:
    """Opens or closes links in place; what names none."""
    links = network.find(references)
    lanes[links] = network.lanes[links] * share
    cause[links] = HAND
    return _lost(network, references, links)


def _set_lanes(network: RoadNetwork, told: Any, lanes: Floats, cause: Words) -> list[str]:
    if not isinstance(told, Mapping):
        raise ValueError("“lanes” says how many lanes a road or link has")
    lost = []
    for reference, number in told.items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= MOST_LANES:
            raise ValueError(f"lanes are a number from 0 to {MOST_LANES}, not {number!r}")
        links = network.find([str(reference)])
        single = str(reference) not in network.roads
        lanes[links] = number if single else number * network.share[links]
        cause[links] = HAND
        lost += _lost(network, [str(reference)], links)
    return lost


def _lost(network: RoadNetwork, references: Sequence[str], links: NDArray[np.int32]) -> list[str]:
    there = set(network.road_id[links].tolist()) | set(network.key[links].tolist() if references else ())
    return [word for word in references if word not in there]
