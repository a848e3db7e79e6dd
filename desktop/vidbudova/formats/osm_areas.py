"""Areas of several ways: multipolygon relations put together from what an extract holds of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import shapely

from vidbudova.formats import osm_tags

AREA_TYPES = frozenset({"multipolygon"})


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation of interest with its member ways."""

    number: int
    tags: dict[str, Any]
    ways: tuple[int, ...]


class Relations:
    """Learns relations in a first pass, collects their ways in a second, gives areas at the end."""

    def __init__(self) -> None:
        self.listed: list[Relation] = []
        self.needed: set[int] = set()
        self.building_outers: dict[int, int] = {}
        self.ways: dict[int, Any] = {}

    def learn(self, relation: Any) -> None:
        """Note a relation if it is an area that we bring in."""
        tags = dict(relation.tags)
        if tags.pop("type", "") not in AREA_TYPES or not osm_tags.tables(tags, osm_tags.AREA):
            return
        members = [(member.ref, member.role) for member in relation.members if member.type == "w"]
        ways = tuple(dict.fromkeys(number for number, _role in members))
        self.listed.append(Relation(relation.id, tags, ways))
        self.needed.update(ways)
        if tags.get("building", "no") != "no":
            self.building_outers.update((number, relation.id) for number, role in members if role != "inner")

    def areas(self) -> Iterator[tuple[int, dict[str, Any], Any, str]]:
        """(relation, tags, geometry, "" or what is missing) of each."""
        for relation in self.listed:
            lines = [self.ways[number] for number in relation.ways if number in self.ways]
            missing = len(lines) < len(relation.ways)
            area = shapely.build_area(shapely.multilinestrings(lines)) if lines else None
            if area is None or area.is_empty:
                yield relation.number, relation.tags, _lines(lines), "geometry-incomplete"
            else:
                yield relation.number, relation.tags, area, "members-missing" if missing else ""


def _lines(lines: list[Any]) -> Any:
    return shapely.multilinestrings(lines) if lines else None
