"""Closed lists of codes with their titles, as forms, checks and documentation use them."""

from __future__ import annotations

from types import MappingProxyType

from vidbudova.text import mark as _


def choices(**pairs: str) -> MappingProxyType[str, str]:
    """A closed list: code -> title (translatable), in the order given."""
    return MappingProxyType(pairs)


EVIDENCE = choices(
    satellite=_("Satellite"),
    drone=_("Drone"),
    street_photo=_("Street photo"),
    walk_round=_("Walk-round"),
    instrument=_("Instrument"),
)
"""The evidence ladder, weakest first. Satellite and drone are remote."""

HAZARDS = choices(
    fire=_("Fire"),
    blast_facade=_("Blast-damaged façade"),
    hole=_("Hole"),
    partial_collapse=_("Partial collapse"),
    uxo=_("Unexploded ordnance"),
)

BUILDING_USES = choices(
    apartments=_("Apartments"),
    house=_("House"),
    dormitory=_("Dormitory"),
    school=_("School"),
    kindergarten=_("Kindergarten"),
    hospital=_("Hospital"),
    office=_("Offices"),
    retail=_("Shop"),
    industrial=_("Industry"),
    public=_("Public building"),
    religious=_("Religious building"),
    transport=_("Transport building"),
    utility=_("Utility building"),
    garage=_("Garage"),
    other=_("Other"),
)

ROOFS = choices(
    flat=_("Flat"), gabled=_("Gabled"), hipped=_("Hipped"), shed=_("Shed"), pyramidal=_("Pyramidal"), dome=_("Dome"),
    other=_("Other"),
)

HEIGHT_SOURCES = choices(
    surveyed=_("Surveyed"), tagged=_("From the source"), derived=_("Derived from storeys"), assumed=_("Assumed"),
    corrected=_("Corrected by a person"),
)

ROAD_CLASSES = choices(
    motorway=_("Motorway"), trunk=_("Trunk road"), primary=_("Primary road"), secondary=_("Secondary road"),
    tertiary=_("Tertiary road"), residential=_("Street"), living_street=_("Living street"),
    service=_("Service road"), pedestrian=_("Pedestrian street"), footway=_("Footway"), cycleway=_("Cycleway"),
    path=_("Path"), steps=_("Steps"), track=_("Track"), other=_("Other"),
)

ZONE_KINDS = choices(
    housing=_("Housing"), public=_("Schools, health, culture"), business=_("Business"), industry=_("Industry"),
    transport=_("Transport"), utilities=_("Utilities"), green=_("Green"), memorial=_("Memorial"),
    clearance=_("Clearance"), mixed=_("Mixed use"),
)

PLACE_KINDS = choices(
    hospital=_("Hospital"), clinic=_("Clinic"), school=_("School"), kindergarten=_("Kindergarten"),
    shelter=_("Shelter"), fire_station=_("Fire station"), police=_("Police"), stop=_("Stop"),
    townhall=_("Administration"), other=_("Other"),
)
