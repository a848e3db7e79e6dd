"""Every table and field with type, unit and meaning: the one source of the DDL, the forms and the documentation."""

from __future__ import annotations

from types import MappingProxyType

from vidbudova.model.codes import (
    BUILDING_USES,
    EVIDENCE,
    HAZARDS,
    HEIGHT_SOURCES,
    PLACE_KINDS,
    ROAD_CLASSES,
    ROOFS,
    ZONE_KINDS,
    choices,
)
from vidbudova.model.fields import GEOM, SOURCE_FIELDS, Field, Geometry, Kind, Role, Table
from vidbudova.model.schema_files import CLOUDS, IMAGERY, MODELS, TERRAIN
from vidbudova.model.schema_networks import CONNECTIONS, FLOW, JUNCTIONS, TELECOM, TRANSIT, UTILITY_NODES
from vidbudova.model.schema_views import CAMERA_PATHS, VIEWS
from vidbudova.text import mark as _

__all__ = ["GEOM", "LAYER_KINDS", "SOURCE_FIELDS", "TABLES", "Field", "Geometry", "Kind", "Role", "Table"]

BUILDINGS = Table(
    "buildings", _("Buildings"), _("Footprints with heights; parts name the building they belong to"), "base",
    "MULTIPOLYGON",
    (
        Field(GEOM, "geometry", _("Footprint"), editable=False),
        Field("name", "text", _("Name")),
        Field("street", "text", _("Street")),
        Field("house_number", "text", _("House number")),
        Field("use", "text", _("Use"), choices=BUILDING_USES),
        Field("levels", "real", _("Storeys"), _("Above ground"), minimum=0, maximum=200),
        Field("height_m", "real", _("Height"), _("Ground to top of roof"), "m", "height", minimum=0, maximum=1000),
        Field("height_source", "text", _("Height from"), group="height", choices=HEIGHT_SOURCES, editable=False),
        Field("min_height_m", "real", _("Height of underside"), _("Ground to the lowest part"), "m", minimum=0),
        Field("roof_shape", "text", _("Roof"), choices=ROOFS),
        Field("roof_height_m", "real", _("Roof height"), "", "m", minimum=0),
        Field("material", "text", _("Material")),
        Field("built_year", "integer", _("Built"), minimum=800, maximum=2200),
        Field("flats", "integer", _("Flats"), minimum=0),
        Field("people", "real", _("People"), _("Residents before the war unless the layer says otherwise"), minimum=0),
        Field("jobs", "real", _("Jobs"), minimum=0),
        Field("part_of", "reference", _("Part of"), _("The building this is a part of"), editable=False),
        *SOURCE_FIELDS,
    ),
)

ROADS = Table(
    "roads", _("Roads"), _("Centre lines"), "base", "MULTILINESTRING",
    (
        Field(GEOM, "geometry", _("Centre line"), editable=False),
        Field("name", "text", _("Name")),
        Field("class", "text", _("Class"), choices=ROAD_CLASSES),
        Field("lanes", "integer", _("Lanes"), _("Both directions together"), minimum=0, maximum=30),
        Field("speed_km_h", "real", _("Speed limit"), "", "km/h", minimum=0, maximum=200),
        Field("oneway", "text", _("One-way"), choices=choices(no=_("No"), yes=_("Along the line"), reverse=_("Against the line"))),
        Field("bridge", "boolean", _("Bridge")),
        Field("tunnel", "boolean", _("Tunnel")),
        Field("level", "integer", _("Level"), _("0 is the ground; bridges above, tunnels below"), minimum=-10, maximum=10),
        Field("width_m", "real", _("Width"), "", "m", minimum=0, maximum=200),
        Field("surface", "text", _("Surface")),
        *SOURCE_FIELDS,
    ),
)

RAIL = Table(
    "rail", _("Rail and tram"), _("Track centre lines"), "base", "MULTILINESTRING",
    (
        Field(GEOM, "geometry", _("Centre line"), editable=False),
        Field("name", "text", _("Name")),
        Field("kind", "text", _("Kind")),
        Field("bridge", "boolean", _("Bridge")),
        Field("tunnel", "boolean", _("Tunnel")),
        Field("level", "integer", _("Level")),
        *SOURCE_FIELDS,
    ),
)

WATER = Table(
    "water", _("Water"), _("Surfaces: rivers, lakes, sea"), "base", "MULTIPOLYGON",
    (Field(GEOM, "geometry", _("Surface"), editable=False), Field("name", "text", _("Name")), Field("kind", "text", _("Kind")), *SOURCE_FIELDS),
)

WATERWAYS = Table(
    "waterways", _("Waterways"), _("Centre lines of rivers, streams and canals"), "base", "MULTILINESTRING",
    (Field(GEOM, "geometry", _("Centre line"), editable=False), Field("name", "text", _("Name")), Field("kind", "text", _("Kind")), *SOURCE_FIELDS),
)

LANDUSE = Table(
    "landuse", _("Land use"), _("Parks, woods, housing, industry, cemeteries …"), "base", "MULTIPOLYGON",
    (Field(GEOM, "geometry", _("Area"), editable=False), Field("name", "text", _("Name")), Field("kind", "text", _("Kind")), *SOURCE_FIELDS),
)

TREES = Table(
    "trees", _("Trees"), _("Single trees"), "base", "POINT",
    (Field(GEOM, "geometry", _("Place"), editable=False), Field("height_m", "real", _("Height"), "", "m"), *SOURCE_FIELDS),
)

POWER = Table(
    "power", _("Power"), _("Lines, substations, towers and masts"), "base", "GEOMETRY",
    (
        Field(GEOM, "geometry", _("Shape"), editable=False),
        Field("name", "text", _("Name")),
        Field("kind", "text", _("Kind")),
        Field("voltage_v", "real", _("Voltage"), _("The highest if there are several"), "V"),
        *FLOW, *SOURCE_FIELDS,
    ),
)

PIPELINES = Table(
    "pipelines", _("Pipelines"), _("Water, heating, gas, sewage"), "base", "MULTILINESTRING",
    (
        Field(GEOM, "geometry", _("Centre line"), editable=False),
        Field("name", "text", _("Name")),
        Field("kind", "text", _("Kind")),
        Field("diameter_mm", "real", _("Diameter"), "", "mm"),
        Field(
            "pressure_bar", "real", _("Pressure"), _("As it is run; empty where it flows by gravity"), "bar",
            minimum=0, maximum=200, later=True,
        ),
        Field("material", "text", _("Material"), later=True),
        *FLOW, *SOURCE_FIELDS,
    ),
)

PLACES = Table(
    "places", _("Places"), _("Hospitals, schools, shelters, fire stations, stops"), "base", "POINT",
    (
        Field(GEOM, "geometry", _("Place"), editable=False),
        Field("name", "text", _("Name")),
        Field("kind", "text", _("Kind"), choices=PLACE_KINDS),
        Field("capacity", "real", _("Capacity"), _("Beds, pupils or persons"), minimum=0),
        *SOURCE_FIELDS,
    ),
)

FEATURES = Table(
    "features", _("Other features"), _("Anything else, for reference"), "base", "GEOMETRY",
    (Field(GEOM, "geometry", _("Shape"), editable=False), Field("name", "text", _("Name")), Field("kind", "text", _("Kind")),
     Field("dated_on", "date", _("Date")), *SOURCE_FIELDS),
)

OBSERVATIONS = Table(
    "observations", _("Observations"),
    _("What a satellite, drone, photo or person saw at a place; never a grade of a building by itself"), "record",
    "GEOMETRY",
    (
        Field(GEOM, "geometry", _("Place, outline or cell")),
        Field("site", "text", _("Site"), _("What kind of thing was seen, in the source's words")),
        Field("target", "text", _("Seen at"), choices=choices(building=_("Building"), ground=_("Ground (crater, road)"), cell=_("Cell"), area=_("Area"))),
        Field("evidence", "text", _("Evidence"), choices=EVIDENCE),
        Field("scale", "text", _("Scale"), _("Id of the scale the raw values are on")),
        Field("latest_raw", "text", _("Latest class"), _("As the source wrote it")),
        Field("latest_grade", "text", _("Latest reading"), _("On our scale: 0, P (possible), 1–5, or empty where not allowed")),
        Field("latest_on", "date", _("Latest date")),
        Field("confidence", "text", _("Confidence")),
        *SOURCE_FIELDS,
    ),
)

SIGHTINGS = Table(
    "sightings", _("Sightings"), _("One date of one observation"), "record", "",
    (
        Field("observation", "reference", _("Observation")),
        Field("observed_on", "date", _("Date of the image or visit")),
        Field("raw", "text", _("Class"), _("As the source wrote it")),
        Field("grade", "text", _("Reading"), _("On our scale")),
        Field("status", "text", _("Change since the one before"), _("As the source wrote it")),
        *SOURCE_FIELDS,
    ),
)

MATCHES = Table(
    "matches", _("Matches"), _("Which observation was taken for which building, by “damage match”"), "edit", "",
    (
        Field("building", "reference", _("Building"), group="match"),
        Field("observation", "reference", _("Observation"), group="match"),
        Field("distance_m", "real", _("Distance"), "", "m", "match"),
        Field("within_m", "real", _("Tolerance"), "", "m", "match"),
    ),
)

QUARANTINE = Table(
    "quarantine", _("Set aside"), _("Rows that could not be brought in, with the reason"), "record", "GEOMETRY",
    (
        Field(GEOM, "geometry", _("Shape")),
        Field("code", "text", _("Problem")),
        Field("reason", "text", _("What is wrong")),
        *SOURCE_FIELDS,
    ),
)

DAMAGE_MARKS = Table(
    "damage_marks", _("Damage marks"), _("A person's grade for a building; the id is the building's"), "edit", "",
    (
        Field("grade", "integer", _("Damage grade"), _("0 none seen … 5 destroyed, after EMS-98"), "", "assessment", minimum=0, maximum=5),
        Field("evidence", "text", _("Evidence"), "", "", "assessment", EVIDENCE),
        Field("inspector", "text", _("Inspector"), "", "", "assessment"),
        Field("inspected_at", "time", _("Seen at"), "", "", "assessment"),
        Field("note", "text", _("Note")),
        Field("photos", "set", _("Photos"), _("sha256 of each")),
        Field("hazards", "set", _("Hazards"), choices=HAZARDS),
        Field("legal_category", "text", _("Legal category"), _("From the inspection act; never computed"), "", "legal"),
        Field("legal_act", "text", _("Inspection act"), _("Number and date"), "", "legal"),
    ),
    frozenset({"assessment"}),
)

PHOTOS = Table(
    "photos", _("Photos"), _("Pictures kept beside the project, by sha256"), "edit", "",
    (
        Field("file_name", "text", _("File name"), _("As it was brought")),
        Field("taken_at", "text", _("Taken"), _("From EXIF, as the camera wrote it; no time zone unless the camera said so")),
        Field("lon", "real", _("Longitude"), "", "°", "place"),
        Field("lat", "real", _("Latitude"), "", "°", "place"),
        Field("bearing_deg", "real", _("Direction"), "", "°", "place"),
        Field("width_px", "integer", _("Width"), "", "px"),
        Field("height_px", "integer", _("Height"), "", "px"),
        Field("size_bytes", "integer", _("Size"), "", "B"),
        Field("thumbnail", "bytes", _("Thumbnail"), editable=False),
    ),
)

ZONES = Table(
    "zones", _("Reconstruction zones"), _("Areas drawn by a person"), "edit", "MULTIPOLYGON",
    (
        Field(GEOM, "geometry", _("Outline"), "", "", "outline"),
        Field("area_m2", "real", _("Area"), "", "m²", "outline", editable=False),
        Field("perimeter_m", "real", _("Perimeter"), "", "m", "outline", editable=False),
        Field("name", "text", _("Name")),
        Field("kind", "text", _("Kind"), choices=ZONE_KINDS),
        Field("phase", "integer", _("Phase"), minimum=0, maximum=99),
        Field("priority", "integer", _("Priority"), _("1 is first"), minimum=1, maximum=9),
        Field("starts_on", "date", _("Starts"), "", "", "dates"),
        Field("ends_on", "date", _("Ends"), "", "", "dates"),
        Field("colour", "text", _("Colour"), _("#RRGGBB; empty: by kind")),
        Field("height_m", "real", _("Height as a volume"), "", "m", minimum=0, maximum=1000),
        Field("note", "text", _("Note")),
    ),
)

LAYERS = Table(
    "layers", _("Layers"), _("What was imported; one row a file and table"), "edit", "",
    (
        Field("name", "text", _("Name")),
        Field("kind", "text", _("Kind"), _("The table its features are in"), editable=False),
        Field("source", "text", _("File"), editable=False),
        Field("sha256", "text", _("Checksum of the file"), editable=False),
        Field("format", "text", _("Format"), editable=False),
        Field("crs", "text", _("Coordinate system of the file"), editable=False),
        Field("features", "integer", _("Features"), editable=False),
        Field("rows_sha256", "text", _("Checksum of the rows as read"), editable=False),
        Field("licence", "text", _("Licence")),
        Field("attribution", "text", _("Attribution")),
        Field("report", "json", _("Import report"), editable=False),
    ),
)

PROJECT = Table(
    "project", _("Project"), _("One row, id “project”: names and assumptions"), "edit", "",
    (
        Field("name", "text", _("Name")),
        Field("storey_height_m", "real", _("Storey height"), _("For heights derived from storeys; 3 m unless said"), "m", minimum=2, maximum=6),
        Field("floor_area_per_person_m2", "real", _("Floor area per person"), _("For people where the data have none; an assumption"), "m²", minimum=5, maximum=200),
        Field("default_height_m", "real", _("Height where nothing is known"), "", "m", minimum=2, maximum=50),
    ),
)

TABLES: MappingProxyType[str, Table] = MappingProxyType(
    {
        t.name: t
        for t in (
            BUILDINGS, ROADS, RAIL, WATER, WATERWAYS, LANDUSE, TREES, POWER, PIPELINES, PLACES, FEATURES,
            TELECOM, UTILITY_NODES, CONNECTIONS, JUNCTIONS, TRANSIT,
            TERRAIN, IMAGERY, CLOUDS, MODELS,
            OBSERVATIONS, SIGHTINGS, QUARANTINE, MATCHES, DAMAGE_MARKS, PHOTOS, ZONES, VIEWS, CAMERA_PATHS, LAYERS, PROJECT,
        )
    }
)
"""Every table of the project, by name."""

_COMPANIONS = ("sightings", "quarantine", "connections")
LAYER_KINDS = tuple(t.name for t in TABLES.values() if t.role != "edit" and t.name not in _COMPANIONS)
"""What `import --as` accepts."""
