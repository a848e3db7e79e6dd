"""Tables of named views and of the camera paths that lead through them."""

from __future__ import annotations

from vidbudova.model.fields import Field, Table
from vidbudova.text import mark as _

VIEWS = Table(
    "views",
    _("Named views"),
    _("Where the city is looked at from"),
    "edit",
    "",
    (
        Field("name", "text", _("Name")),
        Field("focus_x_m", "real", _("Looks at, east"), "", "m", "camera"),
        Field("focus_y_m", "real", _("Looks at, north"), "", "m", "camera"),
        Field("focus_z_m", "real", _("Looks at, height"), "", "m", "camera", minimum=-1000, maximum=9000),
        Field("distance_m", "real", _("From a distance of"), "", "m", "camera", minimum=0.5, maximum=1e6),
        Field("heading_deg", "real", _("Heading"), _("Clockwise from north"), "°", "camera", minimum=0, maximum=360),
        Field(
            "pitch_deg", "real", _("Looks down by"), _("90 is straight down"), "°", "camera", minimum=-89, maximum=90
        ),
        Field("fov_deg", "real", _("Field of view"), _("Vertical"), "°", "camera", minimum=5, maximum=120),
        Field("shown_on", "date", _("Date shown"), _("The city as of this day; empty for now")),
        Field("position", "integer", _("Place in the list"), minimum=0),
    ),
)

CAMERA_PATHS = Table(
    "camera_paths",
    _("Camera paths"),
    _("Journeys through named views"),
    "edit",
    "",
    (
        Field("name", "text", _("Name")),
        Field("stops", "json", _("Stops"), _("A list in order: view, seconds, hold_s, easing of each"), editable=False),
        Field("loop", "boolean", _("Begin again at the end")),
    ),
)
