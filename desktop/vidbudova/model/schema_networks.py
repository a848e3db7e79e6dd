"""Tables of networks that can be traced: nodes, which building hangs on which, junctions, lines of transit."""

from __future__ import annotations

from vidbudova.model.codes import choices
from vidbudova.model.fields import GEOM, SOURCE_FIELDS, Field, Table
from vidbudova.text import mark as _

UTILITIES = choices(
    power=_("Power"), water=_("Water"), sewage=_("Sewage"), heating=_("Heating"), gas=_("Gas"), telecom=_("Telecom"),
)  # fmt: skip
CONTROLS = choices(signals=_("Traffic signals"), roundabout=_("Roundabout"), priority=_("Priority"), none=_("None"))
MODES = choices(
    tram=_("Tram"), trolleybus=_("Trolleybus"), bus=_("Bus"), metro=_("Metro"), rail=_("Railway"), ferry=_("Ferry"),
)  # fmt: skip

FLOW = (
    Field(
        "from_node", "text", _("From node"), _("Name of a utility node of the same source; flow goes from here"),
        later=True,
    ),
    Field("to_node", "text", _("To node"), _("Name of a utility node of the same source"), later=True),
)
"""The ends of a link of a network, for `power`, `pipelines` and `telecom`."""

TELECOM = Table(
    "telecom", _("Telecom"), _("Cables of telephone and internet"), "base", "MULTILINESTRING",
    (
        Field(GEOM, "geometry", _("Course"), editable=False),
        Field("name", "text", _("Name")),
        Field("kind", "text", _("Kind")),
        Field("fibres", "integer", _("Fibres"), minimum=0),
        *FLOW, *SOURCE_FIELDS,
    ),
)

UTILITY_NODES = Table(
    "utility_nodes", _("Utility nodes"), _("Sources, substations, transformers, pumps, cabinets and junctions"),
    "base", "POINT",
    (
        Field(GEOM, "geometry", _("Place"), editable=False),
        Field("code", "text", _("Code"), _("What links call the node; unique in its source")),
        Field("network", "text", _("Network"), choices=UTILITIES),
        Field("kind", "text", _("Kind"), _("substation, transformer, pump, treatment, exchange, junction …")),
        Field("name", "text", _("Name")),
        Field("ground_m", "real", _("Ground height"), "", "m"),
        Field(
            "capacity", "real", _("Capacity"), _("kW of power, heat, gas; m³ a day of water, sewage; lines of telecom"),
            minimum=0,
        ),
        *SOURCE_FIELDS,
    ),
)  # fmt: skip

CONNECTIONS = Table(
    "connections", _("Connections"), _("Which nodes feed a building; empty where it is not on that network"),
    "base", "",
    (
        Field("building", "reference", _("Building")),
        *(Field(name, "text", title, _("Code of the utility node")) for name, title in UTILITIES.items()),
        *SOURCE_FIELDS,
    ),
)

JUNCTIONS = Table(
    "junctions", _("Junctions"), _("Where streets meet, and what directs the traffic there"), "base", "POINT",
    (
        Field(GEOM, "geometry", _("Place"), editable=False),
        Field("name", "text", _("Name")),
        Field("control", "text", _("Control"), choices=CONTROLS),
        Field("cycle_s", "real", _("Signal cycle"), "", "s", minimum=0, maximum=600),
        *SOURCE_FIELDS,
    ),
)

TRANSIT = Table(
    "transit", _("Public transport"), _("Lines with their course and stops"), "base", "MULTILINESTRING",
    (
        Field(GEOM, "geometry", _("Course"), editable=False),
        Field("name", "text", _("Name")),
        Field("ref", "text", _("Number")),
        Field("mode", "text", _("Mode"), choices=MODES),
        Field("headway_min", "real", _("Interval"), _("Between vehicles by day"), "min", minimum=0, maximum=1440),
        Field("stops", "json", _("Stops"), _("Source ids of the places, in order")),
        *SOURCE_FIELDS,
    ),
)
