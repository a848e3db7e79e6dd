"""Turn restrictions: relations between two ways, kept with the way that they begin on."""

from __future__ import annotations

from typing import Any

KEY = "restrictions"
"""What the attributes of a road call them: `no_left_turn>way/12; only_straight_on>way/7`."""
OF_CARS = ("restriction", "restriction:motorcar", "restriction:motor_vehicle")
EXEMPT = frozenset({"motorcar", "motor_vehicle"})


class Turns:
    """Learns restrictions in the pass over relations; says them by way in the pass over ways."""

    def __init__(self) -> None:
        self._said: dict[int, list[str]] = {}

    def learn(self, relation: Any) -> None:
        """Note a relation if it restricts the turns of cars at one node; those that lead over a way are left out."""
        tags = dict(relation.tags)
        kind = next((tags[key] for key in OF_CARS if key in tags), "")
        exempt = EXEMPT.intersection(word.strip() for word in tags.get("except", "").split(";"))
        if tags.get("type") not in OF_CARS or not kind.startswith(("no_", "only_")) or exempt:
            return
        members = [(member.type, member.role, member.ref) for member in relation.members]
        if [kind_of for kind_of, role, _ref in members if role == "via"] != ["n"]:
            return
        others = [ref for kind_of, role, ref in members if (kind_of, role) == ("w", "to")]
        for way in (ref for kind_of, role, ref in members if (kind_of, role) == ("w", "from")):
            self._said.setdefault(way, []).extend(f"{kind}>way/{other}" for other in others)

    def of(self, way: int) -> str:
        """The restrictions that begin on a way, "" if there are none."""
        return "; ".join(dict.fromkeys(self._said.get(way, ())))
