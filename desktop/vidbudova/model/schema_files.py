"""Tables of what is too large for rows: each row names a file of arrays beside the project by its sha256."""

from __future__ import annotations

from vidbudova.model.fields import GEOM, SOURCE_FIELDS, Field, Table
from vidbudova.text import mark as _

_EXTENT = Field(GEOM, "geometry", _("Extent"), editable=False)
_NAME = Field("name", "text", _("Name"))
_FILE = Field("file", "text", _("Checksum of the arrays"), _("Names the file beside the project"), editable=False)
_DATE = Field("dated_on", "date", _("Date"), _("When it was measured or photographed"))
_DATUM = Field("height_datum", "text", _("Heights above"), _("As the source says; empty where it does not"))

TERRAIN = Table(
    "terrain", _("Terrain"), _("Heights of the ground, in square cells"), "base", "POLYGON",
    (
        _EXTENT, _NAME, _FILE,
        Field("cell_m", "real", _("Cell"), "", "m", editable=False),
        Field("lowest_m", "real", _("Lowest"), "", "m", editable=False),
        Field("highest_m", "real", _("Highest"), "", "m", editable=False),
        Field(
            "voids", "integer", _("Filled cells"), _("Without a measurement, filled from around them"), editable=False
        ),
        _DATUM, *SOURCE_FIELDS,
    ),
)

IMAGERY = Table(
    "imagery", _("Imagery"), _("Pictures from above, laid on the ground"), "base", "POLYGON",
    (_EXTENT, _NAME, _FILE, Field("pixel_m", "real", _("Pixel"), "", "m", editable=False), _DATE, *SOURCE_FIELDS),
)

CLOUDS = Table(
    "clouds", _("Point clouds"), _("Scans by laser or from photographs"), "base", "POLYGON",
    (
        _EXTENT, _NAME, _FILE,
        Field("points", "integer", _("Points"), editable=False),
        _DATE, _DATUM, *SOURCE_FIELDS,
    ),
)

MODELS = Table(
    "models", _("3D models"), _("Surfaces of buildings, or of anything as a backdrop"), "base", "POLYGON",
    (
        _EXTENT, _NAME, _FILE,
        Field(
            "role", "text", _("Shows"), _("“buildings” are rows of buildings; a “backdrop” stands for itself"),
            editable=False,
        ),
        Field("lod", "text", _("Level of detail"), _("After CityGML"), editable=False),
        Field("triangles", "integer", _("Triangles"), editable=False),
        _DATE, _DATUM, *SOURCE_FIELDS,
    ),
)

FILED = ("terrain", "imagery", "clouds", "models")
"""Their names."""
