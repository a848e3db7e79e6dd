"""Finding things in the project: addresses, names, ids and coordinates; runs in a worker."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vidbudova.model.schema import TABLES
from vidbudova.text import _, number

if TYPE_CHECKING:
    from vidbudova.session import Session

MOST = 12
SHORTEST_ID = 4
SOURCES = (
    ("buildings", ("name", "street", "house_number")),
    ("places", ("name",)),
    ("zones", ("name",)),
    ("roads", ("name",)),
    ("water", ("name",)),
)
ONE = r"([NSEWnsew]?\s*-?\d+(?:[.,]\d+)?\s*[NSEWnsew]?)"
NUMBERS = re.compile(rf"^\s*{ONE}\s*[;,\s]\s*{ONE}\s*$")
LETTERS = "NSEWnsew"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found: where it is (table and id, or a place in the project's CRS), and its words."""

    title: str
    below: str
    icon: str
    table: str = ""
    id: str = ""
    xy: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that can be found: its words in small letters, and as they are shown; by its id, too."""

    words: str
    title: str
    table: str
    id: str


def index_of(session: Session) -> list[Entry]:
    """Everything with a name or an address; for a worker."""
    found: list[Entry] = []
    for table, names in SOURCES:
        columns = session.columns(table, ("id", *names))
        values = [columns[name].tolist() for name in ("id", *names)]
        seen: set[str] = set()
        for id, *texts in zip(*values, strict=True):
            title = title_of([str(text) for text in texts if text])
            if table in ("roads", "water") and title in seen:
                continue
            seen.add(title)
            if title or table == "buildings":
                found.append(Entry(title.lower(), title, table, str(id)))
    return found


def title_of(texts: list[str]) -> str:
    """Name, street and number as one line."""
    return ", ".join(texts)


def search(entries: list[Entry], words: str, most: int = MOST) -> list[Found]:
    """The rows that hold every word, those that begin with the text first."""
    parts = words.lower().split()
    if not parts:
        return []
    hits: list[tuple[int, int, Entry]] = []
    for entry in entries:
        if all(part in entry.words for part in parts) or is_id(entry.id, parts):
            begins = 0 if entry.words.startswith(parts[0]) else 1 if f" {parts[0]}" in entry.words else 2
            hits.append((begins, len(entry.words), entry))
            if len(hits) > 5000:
                break
    hits.sort(key=lambda hit: hit[:2])
    return [shown(entry) for _b, _l, entry in hits[:most]]


def is_id(id: str, parts: list[str]) -> bool:
    """Whether the words are one, and the beginning of an id; few letters would fit too many."""
    return len(parts) == 1 and len(parts[0]) >= SHORTEST_ID and id.lower().startswith(parts[0])


def shown(entry: Entry) -> Found:
    """A row as a line of the list."""
    kind = _(TABLES[entry.table].title)
    icon = {"buildings": "building", "zones": "zones", "roads": "roads"}.get(entry.table, "pin")
    return Found(
        entry.title or entry.id, kind if entry.title else _("Building without an address"), icon, entry.table, entry.id
    )


def coordinates(text: str, to_project: Callable[[float, float], tuple[float, float]] | None) -> list[Found]:
    """Places that a pair of numbers can mean: metres of the project, or degrees in either order.

    to_project : (longitude, latitude) to the project's metres.
    """
    match = NUMBERS.match(text.replace("°", ""))
    if match is None:
        return []
    first, second = match.groups()
    if set(first) & set("EWew") or set(second) & set("NSns"):
        first, second = second, first
    a, b = _value(first), _value(second)
    if abs(a) > 180 or abs(b) > 180:
        return [Found(f"{number(a, 1)}  {number(b, 1)}", _("Coordinates in the project’s metres"), "pin", xy=(a, b))]
    if to_project is None:
        return []
    return _degrees(a, b, to_project, sure=bool(set(text) & set(LETTERS)))


def _degrees(a: float, b: float, to_project: Callable[[float, float], tuple[float, float]], sure: bool) -> list[Found]:
    found = []
    for lat, lon in dict.fromkeys([(a, b)] if sure else [(a, b), (b, a)]):
        if abs(lat) <= 90:
            words = _("Latitude {lat}°, longitude {lon}°").format(lat=number(lat, 5), lon=number(lon, 5))
            found.append(Found(words, _("Place on the map"), "pin", xy=to_project(lon, lat)))
    return found


def nearest_first(found: list[Found], bounds: tuple[float, float, float, float] | None) -> list[Found]:
    """Places inside the project before those outside."""
    if bounds is None:
        return found
    x0, y0, x1, y1 = bounds

    def away(one: Found) -> float:
        if one.xy is None:
            return 0.0
        x, y = one.xy
        return max(x0 - x, 0.0, x - x1) + max(y0 - y, 0.0, y - y1)

    return sorted(found, key=away)


def _value(text: str) -> float:
    sign = -1.0 if set(text) & set("SsWw") else 1.0
    return sign * float(text.strip(LETTERS + " ").replace(",", "."))


def transforms(crs: str) -> tuple[Any, Any]:
    """(lon, lat) -> (x, y) and back, for a project's CRS; loads the CRS library, so for a worker."""
    import pyproj

    there = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    back = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    return there.transform, back.transform
