"""Which of our tables a thing with OpenStreetMap tags goes to; one may go to two: a school building is a place, too."""

from __future__ import annotations

from collections.abc import Mapping

Tags = Mapping[str, str]
Found = list[tuple[str, str | None]]

AREA, LINE, POINT = 2, 1, 0

RAIL = frozenset(
    {"rail", "tram", "light_rail", "subway", "narrow_gauge", "funicular", "monorail", "preserved", "disused"}
)
NO_ROAD = frozenset(
    {
        "proposed",
        "construction",
        "razed",
        "abandoned",
        "platform",
        "elevator",
        "rest_area",
        "services",
        "bus_stop",
        "no",
        "raceway",
    }
)
WATER_AREAS = frozenset({"riverbank", "dock", "basin", "reservoir"})
WATERWAYS = frozenset({"river", "stream", "canal", "drain", "ditch", "tidal_channel", "fairway"})
GROUND_NATURAL = frozenset(
    {
        "wood",
        "scrub",
        "grassland",
        "heath",
        "wetland",
        "beach",
        "sand",
        "bare_rock",
        "scree",
        "shingle",
        "fell",
        "moor",
        "mud",
        "glacier",
        "rock",
        "cliff",
        "shrubbery",
    }
)
GROUND_AMENITY = frozenset(
    {
        "parking",
        "school",
        "kindergarten",
        "hospital",
        "university",
        "college",
        "grave_yard",
        "marketplace",
        "clinic",
        "prison",
    }
)
POWER = frozenset(
    {
        "line",
        "minor_line",
        "cable",
        "substation",
        "sub_station",
        "station",
        "tower",
        "pole",
        "portal",
        "generator",
        "plant",
        "transformer",
        "switch",
    }
)
MASTS = frozenset({"mast", "tower", "communications_tower"})
PLACE_AMENITIES = {
    "hospital": "hospital",
    "clinic": "clinic",
    "doctors": "clinic",
    "school": "school",
    "college": "school",
    "university": "school",
    "kindergarten": "kindergarten",
    "childcare": "kindergarten",
    "fire_station": "fire_station",
    "police": "police",
    "townhall": "townhall",
    "courthouse": "townhall",
    "bus_station": "stop",
}
WEATHER_SHELTERS = frozenset(
    {
        "public_transport",
        "picnic_shelter",
        "gazebo",
        "weather_shelter",
        "lean_to",
        "basic_hut",
        "sun_shelter",
        "rock_shelter",
        "changing_rooms",
        "wildlife_hide",
        "pavilion",
    }
)
STOPS = frozenset({"station", "halt", "tram_stop"})
KEYS = frozenset(
    {
        "building",
        "building:part",
        "highway",
        "railway",
        "waterway",
        "natural",
        "landuse",
        "leisure",
        "amenity",
        "power",
        "man_made",
    }
)
"""A layer with one of these columns is read as OpenStreetMap tags."""


def tables(tags: Tags, dimension: int) -> Found:
    """Table names with the kind to write there (None: as the columns say); [] if it is nothing we bring in."""
    found: Found = []
    if dimension == AREA:
        found = _area(tags)
    elif dimension == LINE:
        found = _line(tags)
    elif tags.get("natural") == "tree":
        found = [("trees", None)]
    elif tags.get("highway") == "traffic_signals":
        found = [("junctions", None)]
    if not found or found[0][0] == "buildings":
        found = found + _power(tags, dimension)
    if place := _place(tags, dimension):
        found = [*found, ("places", place)]
    return found


def is_area(tags: Tags) -> bool:
    """Whether a closed way with these tags goes round an area, rather than being a line that meets itself."""
    if tags.get("area") in ("yes", "no"):
        return tags["area"] == "yes"
    if tags.get("building", "no") != "no" or tags.get("building:part", "no") != "no":
        return True
    if any(
        key in tags for key in ("landuse", "leisure", "amenity", "place", "boundary", "shop", "tourism", "military")
    ):
        return True
    if "natural" in tags:
        return tags["natural"] not in ("coastline", "cliff", "ridge", "tree_row")
    if tags.get("waterway") in WATER_AREAS or tags.get("power") in (
        "substation",
        "sub_station",
        "plant",
        "generator",
        "station",
    ):
        return True
    return tags.get("man_made") in MASTS or tags.get("aeroway") in ("aerodrome", "apron", "helipad")


def _area(tags: Tags) -> Found:
    if tags.get("building", "no") != "no" or tags.get("building:part", "no") != "no":
        return [("buildings", None)]
    if (
        tags.get("natural") == "water"
        or tags.get("waterway") in WATER_AREAS
        or tags.get("landuse") in ("reservoir", "basin")
    ):
        return [("water", tags.get("water") or tags.get("waterway") or tags.get("landuse") or "water")]
    for key in ("landuse", "leisure"):
        if key in tags:
            return [("landuse", tags[key])]
    if tags.get("natural") in GROUND_NATURAL:
        return [("landuse", tags["natural"])]
    if tags.get("amenity") in GROUND_AMENITY:
        return [("landuse", tags["amenity"])]
    if tags.get("aeroway") in ("aerodrome", "apron"):
        return [("landuse", tags["aeroway"])]
    if "highway" in tags and tags["highway"] not in NO_ROAD:
        return [("landuse", tags["highway"])]
    return [("features", "bridge")] if tags.get("man_made") == "bridge" else []


def _line(tags: Tags) -> Found:
    found: Found = []
    if "highway" in tags and tags["highway"] not in NO_ROAD:
        found.append(("roads", None))
    if tags.get("railway") in RAIL:
        found.append(("rail", tags["railway"]))
    if tags.get("waterway") in WATERWAYS:
        found.append(("waterways", tags["waterway"]))
    if tags.get("man_made") == "pipeline":
        found.append(("pipelines", tags.get("substance") or "unknown"))
    return found


def _power(tags: Tags, dimension: int) -> Found:
    kind = tags.get("power")
    if kind in POWER:
        return [("power", {"sub_station": "substation", "station": "substation"}.get(kind, kind))]
    if tags.get("man_made") in MASTS and dimension != LINE:
        return [("power", "mast")]
    return []


def _place(tags: Tags, dimension: int) -> str | None:
    if dimension == LINE:
        return None
    amenity = tags.get("amenity", "")
    if amenity in PLACE_AMENITIES:
        return PLACE_AMENITIES[amenity]
    if amenity == "shelter" and tags.get("shelter_type") not in WEATHER_SHELTERS:
        return "shelter"
    if tags.get("building") == "bunker" or tags.get("military") == "bunker" or tags.get("emergency") == "shelter":
        return "shelter"
    if tags.get("healthcare") in ("hospital", "clinic", "doctor"):
        return "hospital" if tags["healthcare"] == "hospital" else "clinic"
    if tags.get("highway") == "bus_stop" or (tags.get("railway") in STOPS and dimension == POINT):
        return "stop"
    return None
