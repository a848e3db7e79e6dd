"""What OpenStreetMap's tags say of a road beyond the columns: who may drive, which way, how fast, on how many lanes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .norms import Norms

Floats = NDArray[np.float64]
Tags = Mapping[str, Any]

ACCESS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""The most special first: it decides."""
CLOSED = frozenset(
    ("no", "private", "agricultural", "forestry", "psv", "bus", "emergency", "military", "permit", "employees")
)
RESIDENTS = frozenset(("destination", "customers", "delivery", "residents"))
"""Only to reach something there; that one comes as a customer or with goods is left to the driver."""
ROUND = frozenset(("roundabout",))
BOTH_BY_TURNS = frozenset(("reversible", "alternating"))
ALONG, AGAINST, BOTH = "yes", "reverse", "no"
ONEWAY = {
    "yes": ALONG,
    "true": ALONG,
    "1": ALONG,
    "-1": AGAINST,
    "reverse": AGAINST,
    "no": BOTH,
    "false": BOTH,
    "0": BOTH,
}

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_RULE = re.compile(r"([A-Za-z]{2})[:_](?:zone[:_]?)?([a-z_]+|\d+)")
_UNIT = {None: 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_RULES = ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic")
_KINDS = {"nsl_single": "rural", "nsl_dual": "trunk", "highway": "trunk", "living": "living_street"}


@dataclass
class Said:
    """What tags say of k roads; "" and nan where they say nothing.

    Attributes
    ----------
    highway : (k,) words of OpenStreetMap, which know ramps. closed : (k,) the tag that keeps cars out.
    destination : (k,) whether one may only drive there to reach something.
    oneway : (k,) "yes", "reverse", "no". by_turns : (k,) direction that changes.
    speed : (k, 2) km/h along and against the line. lanes : (k, 2) lanes along and against.
    bans : (road, kind, source id of the road that it concerns) of turn restrictions.
    """

    highway: list[str]
    closed: list[str]
    destination: NDArray[np.bool_]
    oneway: list[str]
    by_turns: NDArray[np.bool_]
    speed: Floats
    lanes: Floats
    bans: list[tuple[int, str, str]] = field(default_factory=list)


def read(attributes: Sequence[Any], norms: Norms) -> Said:
    """Tags of k roads, as JSON text or a mapping or None each."""
    many = len(attributes)
    none = np.full((many, 2), np.nan)
    no = np.zeros(many, bool)
    said = Said([""] * many, [""] * many, no, [""] * many, no.copy(), none, none.copy())
    for i, told in enumerate(attributes):
        if tags := tags_of(told):
            _learn(said, i, tags, norms)
    return said


def tags_of(told: Any) -> Tags:
    """Tags of the column of attributes; none where it holds something else."""
    try:
        tags = json.loads(told) if isinstance(told, str) and told else told
    except ValueError:
        return {}
    return tags if isinstance(tags, Mapping) else {}


def _learn(said: Said, i: int, tags: Tags, norms: Norms) -> None:
    said.highway[i] = str(tags.get("highway", ""))
    said.closed[i] = closed(tags)
    said.destination[i] = for_residents(tags)
    said.oneway[i] = direction(tags)
    said.by_turns[i] = str(tags.get("oneway")) in BOTH_BY_TURNS
    both = limit_km_h(tags, norms)
    said.speed[i] = [_limit(tags.get(f"maxspeed:{way}"), norms, both) for way in ("forward", "backward")]
    said.lanes[i] = [_count(tags.get(f"lanes:{way}")) for way in ("forward", "backward")]
    for ban in restrictions(tags):
        said.bans.append((i, *ban))


def closed(tags: Tags) -> str:
    """The tag that keeps cars out, "" if none does."""
    key, words = _access(tags)
    return f"{key}={tags[key]}" if words and words <= CLOSED else ""


def for_residents(tags: Tags) -> bool:
    """Whether cars may be there only to reach something on that road."""
    _key, words = _access(tags)
    return bool(words & RESIDENTS) and words <= RESIDENTS | CLOSED


def _access(tags: Tags) -> tuple[str, frozenset[str]]:
    """The tag that decides for cars, and its words."""
    key = next((key for key in ACCESS if key in tags), "")
    return key, frozenset(word.strip() for word in str(tags.get(key, "")).split(";") if word.strip())


def direction(tags: Tags) -> str:
    """ "yes", "reverse" or "no" where the tags say so, also by what roundabouts and motorways imply; else ""."""
    told = ONEWAY.get(str(tags.get("oneway", "")).lower(), "")
    if not told and (str(tags.get("junction")) in ROUND or tags.get("highway") == "motorway"):
        return ALONG
    return told


def limit_km_h(tags: Tags, norms: Norms) -> float:
    """The limit of both directions; nan where the tags say none (`none` is no limit: the norm of the class holds)."""
    for key in _RULES:
        found = _limit(tags.get(key), norms, float("nan"))
        if found == found:
            return found
    return float("nan")


def restrictions(tags: Tags) -> list[tuple[str, str]]:
    """(kind, source id of the other road) of turn restrictions, as the import leaves them: `no_left_turn>way/12;…`."""
    told = str(tags.get("restrictions", ""))
    pairs = (entry.strip().partition(">") for entry in told.split(";"))
    return [(kind, other) for kind, _arrow, other in pairs if kind.startswith(("no_", "only_")) and other]


def _limit(told: Any, norms: Norms, otherwise: float) -> float:
    text = "" if told is None else str(told).strip().lower()
    if not text:
        return otherwise
    if found := _NUMBER.fullmatch(text):
        number = float(found[1]) * _UNIT[found[2]]
        return number if 0 < number <= 300 else otherwise
    if text == "walk":
        return norms.implied_km_h("any", "walk")
    if found := _RULE.fullmatch(text):
        if found[2].isdigit():
            return float(found[2])
        implied = norms.implied_km_h(found[1], _KINDS.get(found[2], found[2]))
        return implied if implied == implied else otherwise
    return otherwise


def _count(told: Any) -> float:
    text = "" if told is None else str(told)
    return float(text) if text.isdigit() and 0 < int(text) < 30 else float("nan")
