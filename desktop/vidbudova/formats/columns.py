"""What other people call our fields: names of columns and tags (lower case, best first), and words for our codes."""

from __future__ import annotations

from types import MappingProxyType

# fmt: off
_NAME = ("name", "name:uk", "name:en", "назва", "nazva", "title", "name_uk", "name_ua", "name_en", "label",
    "label_text")
_LEVEL = ("layer", "level", "z_order")

FOREIGN: MappingProxyType[str, dict[str, tuple[str, ...]]] = MappingProxyType(
    {
        "buildings": {
            "name": (*_NAME, "addr:housename"),
            "street": ("addr:street", "street", "street_name", "addr_street", "addrstreet", "вулиця", "vulytsia",
                "addr:place",
                       "address", "addr:full", "full_address", "адреса", "adresa", "adress"),
            "house_number": ("addr:housenumber", "house_number", "housenumber", "house_no", "addr_housenumber",
                "addr_house",
                             "номер_будинку", "будинок", "bld_no", "house"),
            "use": ("building:use", "building", "use", "building_use", "usage", "function", "type", "building_type",
                "bldg_type",
                    "призначення", "fclass"),
            "levels": ("building:levels", "levels", "building_levels", "building_l", "floors", "num_floors",
                "floor_count",
                       "stories", "storeys", "nr_storeys", "n_floors", "numfloors", "floor_n", "etazh", "поверхи",
                       "поверховість",
                       "кількість_поверхів", "poverkhy", "poverhi", "storeysaboveground",
                       "building:levels:aboveground"),
            "height_m": ("building:height", "height", "height_m", "hgt", "bldg_height", "building_height",
                "building_h", "h_m",
                         "measuredheight", "b_height", "heightroof", "висота", "vysota", "height_max", "est_height"),
            "min_height_m": ("building:min_height", "min_height", "min_height_m", "base_height", "height_min"),
            "roof_shape": ("roof:shape", "roof_shape", "building:roof:shape", "roofshape", "roof_type", "rooftype",
                "дах"),
            "roof_height_m": ("roof:height", "roof_height", "roof_height_m", "building:roof:height"),
            "material": ("building:material", "material", "building_material", "building_m", "wall_material", "walls",
                         "матеріал", "матеріал_стін", "material_stin"),
            "built_year": ("start_date", "built_year", "year_built", "construction_year", "year", "yearbuilt",
                "built",
                           "рік_побудови", "рік", "rik", "oorspronkelijkbouwjaar", "building:year"),
            "flats": ("building:flats", "flats", "apartments_count", "n_flats", "dwellings", "квартири",
                "кількість_квартир",
                      "kvartyry", "units"),
            "people": ("people", "population", "residents", "inhabitants", "pop", "мешканці", "населення"),
            "jobs": ("jobs", "employees", "workplaces", "робочі_місця"),
        },
        "roads": {
            "name": (*_NAME, "street", "road_name"),
            "class": ("highway", "class", "fclass", "road_class", "roadclass", "type", "road_type", "клас",
                "категорія"),
            "lanes": ("lanes", "n_lanes", "lane_count", "смуги", "смуг"),
            "speed_km_h": ("maxspeed", "speed_km_h", "speed", "speed_limit", "max_speed", "speedlimit", "швидкість"),
            "oneway": ("oneway", "one_way", "junction_oneway"),
            "bridge": ("bridge", "is_bridge", "міст"),
            "tunnel": ("tunnel", "is_tunnel", "тунель"),
            "level": _LEVEL,
            "width_m": ("width", "width_m", "road_width", "est_width", "ширина"),
            "surface": ("surface", "покриття"),
        },
        "junctions": {"name": _NAME, "control": ("control", "highway", "керування"), "cycle_s": ("cycle_s", "cycle")},
        "rail": {"name": _NAME, "kind": ("railway", "kind", "type", "fclass"), "bridge": ("bridge",),
            "tunnel": ("tunnel",),
                 "level": _LEVEL},
        "water": {"name": _NAME, "kind": ("water", "natural", "waterway", "landuse", "kind", "type", "fclass")},
        "waterways": {"name": _NAME, "kind": ("waterway", "kind", "type", "fclass")},
        "landuse": {"name": _NAME, "kind": ("landuse", "leisure", "natural", "amenity", "kind", "type", "fclass")},
        "trees": {"height_m": ("height", "height_m", "висота")},
        "power": {"name": (*_NAME, "ref", "operator"), "kind": ("power", "man_made", "kind", "type"),
                  "voltage_v": ("voltage", "voltage_v", "напруга")},
        "pipelines": {"name": (*_NAME, "ref"), "kind": ("substance", "kind", "type", "usage"),
                      "diameter_mm": ("diameter", "diameter_mm", "dn", "діаметр")},
        "places": {"name": (*_NAME, "official_name", "operator"), "kind": ("amenity", "kind", "type", "category",
            "fclass", "тип"),
                   "capacity": ("capacity", "beds", "capacity:beds", "capacity:persons", "місткість")},
        "features": {
            "name": (*_NAME, "ua", "ru", "latin", "address", "адреса", "location", "site"),
            "kind": ("kind", "type", "category", "class", "fclass", "тип"),
            "dated_on": ("dated_on", "date", "demo_date", "event_date", "дата", "datetime", "timestamp", "time",
                "start_date"),
        },
        "observations": {
            "site": ("site", "siteid", "site_id", "d_siteid", "obj_type", "object", "об'єкт"),
            "latest_raw": ("damage_gra", "damage_class", "damage", "damage_level", "grading", "dmg_class", "class",
                "grade",
                           "пошкодження", "ступінь"),
            "latest_on": ("date", "sensor_date", "sensordate", "observed_on", "image_date", "det_date", "дата"),
            "confidence": ("confidence", "confidenceid", "d_confiden", "conf", "det_method"),
        },
    }
)
"""Table -> our field -> names elsewhere, best first."""

USES = MappingProxyType(
    {
        "apartments": "apartments", "residential": "apartments", "flats": "apartments", "block": "apartments",
        "багатоквартирний": "apartments", "квартирний": "apartments",
        "house": "house", "detached": "house", "semidetached_house": "house", "semi": "house", "terrace": "house",
        "bungalow": "house", "cabin": "house", "farm": "house", "hut": "house", "static_caravan": "house",
        "villa": "house",
        "приватний": "house", "садибний": "house", "dormitory": "dormitory", "hostel": "dormitory",
        "гуртожиток": "dormitory",
        "school": "school", "university": "school", "college": "school", "школа": "school",
        "kindergarten": "kindergarten", "дитячий садок": "kindergarten", "hospital": "hospital", "clinic": "hospital",
        "лікарня": "hospital", "office": "office", "offices": "office", "commercial": "office", "bank": "office",
        "retail": "retail", "supermarket": "retail", "shop": "retail", "kiosk": "retail", "mall": "retail",
        "магазин": "retail",
        "hotel": "retail", "restaurant": "retail",
        "industrial": "industrial", "warehouse": "industrial", "manufacture": "industrial", "factory": "industrial",
        "hangar": "industrial", "storage_tank": "industrial", "barn": "industrial", "farm_auxiliary": "industrial",
        "greenhouse": "industrial", "silo": "industrial", "cowshed": "industrial", "stable": "industrial",
        "public": "public", "civic": "public", "government": "public", "townhall": "public", "fire_station": "public",
        "police": "public", "museum": "public", "theatre": "public", "library": "public", "sports_hall": "public",
        "sports_centre": "public", "stadium": "public", "castle": "public", "church": "religious",
        "cathedral": "religious",
        "chapel": "religious", "mosque": "religious", "synagogue": "religious", "temple": "religious",
        "religious": "religious",
        "monastery": "religious", "shrine": "religious", "церква": "religious", "train_station": "transport",
        "transportation": "transport", "station": "transport", "bus_station": "transport",
        "transformer_tower": "utility",
        "service": "utility", "utility": "utility", "water_tower": "utility", "power": "utility",
        "substation": "utility",
        "garage": "garage", "garages": "garage", "carport": "garage", "parking": "garage", "гараж": "garage",
        "shed": "other", "roof": "other", "ruins": "other", "construction": "other", "other": "other",
    }
)
"""Words for the use of a building -> our code; “yes” says nothing."""

ROOFS = MappingProxyType(
    {
        "flat": "flat", "плаский": "flat", "gabled": "gabled", "gable": "gabled", "pitched": "gabled",
        "saltbox": "gabled",
        "gambrel": "gabled", "двосхилий": "gabled", "hipped": "hipped", "half-hipped": "hipped", "mansard": "hipped",
        "вальмовий": "hipped", "skillion": "shed", "shed": "shed", "lean_to": "shed", "односхилий": "shed",
        "pyramidal": "pyramidal", "cone": "pyramidal", "conical": "pyramidal", "dome": "dome", "onion": "dome",
        "round": "dome",
    }
)

ROAD_CLASSES = MappingProxyType(
    {
        **{name: name for name in ("motorway", "trunk", "primary", "secondary", "tertiary", "residential",
            "living_street",
                                   "service", "pedestrian", "footway", "cycleway", "path", "steps", "track")},
        **{f"{name}_link": name for name in ("motorway", "trunk", "primary", "secondary", "tertiary")},
        "unclassified": "residential", "road": "residential", "bridleway": "path", "corridor": "footway",
        "busway": "service",
        "bus_guideway": "service", "via_ferrata": "path", "sidewalk": "footway", "street": "residential",
    }
)

PLACES = MappingProxyType(
    {
        "hospital": "hospital", "clinic": "clinic", "doctors": "clinic", "health_post": "clinic",
        "health_centre": "clinic",
        "school": "school", "college": "school", "university": "school", "kindergarten": "kindergarten",
        "childcare": "kindergarten", "shelter": "shelter", "bunker": "shelter", "bomb_shelter": "shelter",
        "fire_station": "fire_station", "police": "police", "bus_stop": "stop", "tram_stop": "stop", "stop": "stop",
        "station": "stop", "halt": "stop", "bus_station": "stop", "platform": "stop", "townhall": "townhall",
        "public_building": "townhall", "courthouse": "townhall", "лікарня": "hospital", "школа": "school",
        "дитячий садок": "kindergarten", "укриття": "shelter", "other": "other",
    }
)

ONEWAY = MappingProxyType(
    {"yes": "yes", "true": "yes", "1": "yes", "-1": "reverse", "reverse": "reverse", "no": "no", "false": "no",
        "0": "no",
     "f": "yes", "t": "reverse", "b": "no", "ft": "yes", "tf": "reverse"}
)

CONTROLS = MappingProxyType(
    {"traffic_signals": "signals", "traffic_light": "signals", "signal": "signals", "світлофор": "signals",
     "mini_roundabout": "roundabout", "stop": "priority", "give_way": "priority", "yield": "priority"}
)

VOCABULARY: MappingProxyType[tuple[str, str], MappingProxyType[str, str]] = MappingProxyType(
    {("buildings", "use"): USES, ("buildings", "roof_shape"): ROOFS, ("roads", "class"): ROAD_CLASSES,
     ("roads", "oneway"): ONEWAY, ("junctions", "control"): CONTROLS, ("places", "kind"): PLACES}
)
"""(table, field) -> word elsewhere -> our code."""
