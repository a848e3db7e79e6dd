"""CityGML 1 to 3 (and rooms of IndoorGML): a reader of our own, one city object at a time.

No entities, nothing fetched, no schema: prefixes are cut off, elements are known by their names. Links lead to
surfaces of the same object, or to shared shapes that came before.
"""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import Any

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import beside, spatial, values, xml_stream
from vidbudova.formats.city_things import CityThings, Thing
from vidbudova.formats.citygml_looks import Dresses
from vidbudova.formats.citygml_shapes import Nested, Reader, key_of
from vidbudova.formats.facets import Floats
from vidbudova.formats.intake import Intake
from vidbudova.formats.xml_stream import Node
from vidbudova.text import _

NAME = "citygml"
TITLE = "CityGML"
ENDINGS = (".gml", ".citygml", ".xml")

MEMBERS = frozenset({"cityObjectMember", "featureMember", "cellSpaceMember"})
_ROOT = re.compile(rb"<(?:\w+:)?(?:CityModel|IndoorFeatures|CellSpace)[\s>]")
_SRS = re.compile(rb"srsName\s*=\s*[\"']([^\"']{1,300})[\"']")
_CORNER = re.compile(
    rb"<(?:\w+:)?(?:lowerCorner|posList|pos)[^>]*>\s*([-+0-9.eE]+)\s+([-+0-9.eE]+)(?:\s+([-+0-9.eE]+))?"
)
KINDS = {
    "Room": "BuildingRoom", "IntBuildingInstallation": "BuildingInstallation", "Storey": "BuildingStorey",
    "BuildingUnit": "BuildingUnit", "Square": "TransportSquare", "HollowSpace": "TunnelHollowSpace",
    "IntBridgeInstallation": "BridgeInstallation", "IntTunnelInstallation": "TunnelInstallation",
}  # fmt: skip
"""Names here -> those of CityJSON, which the tables know."""
_GENERIC = re.compile(r"^(string|int|double|date|uri|measure|code)Attribute$", re.I)
MOST_ATTRIBUTES = 300


def sniff(path: Path, head: bytes) -> bool:
    """XML with the root of a city model."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"<") and bool(_ROOT.search(head))


def read(path: Path, intake: Intake) -> None:
    """All city objects."""
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        srs, corner, dressed = _SRS.search(data), _CORNER.search(data), data.find(b"appearanceMember") >= 0
        said = srs[1].decode("utf-8", "replace") if srs else ""
        sample = None if corner is None else np.array([float(v or 0) for v in corner.groups()])
    where = _where(intake, said, sample)
    things = CityThings(intake, where)
    dresses = Dresses(things.models.pictures, beside.allowed(path))
    if dressed:
        for node in xml_stream.elements(path, frozenset({"appearanceMember"}), intake.job.name):
            dresses.take(node)
    reader = Reader(intake, where, dresses)
    for member in xml_stream.elements(path, MEMBERS, intake.job.name):
        for node in member.children:
            take(things, reader, node, "")
        intake.progress(0.5, "")
    things.finish()


def _where(intake: Intake, said: str, sample: Floats | None) -> spatial.Spatial:
    if sample is not None and not np.isfinite(sample).all():
        sample = None
    where = spatial.spatial(intake.job.crs or said, sample)
    if where is None:
        from vidbudova.model import crs as crs_rules

        x, y = (float(v) for v in (sample if sample is not None else np.zeros(3))[:2])
        raise UserError("crs-missing", file=intake.job.name, hint=crs_rules.guess_hint((x, y, x, y)))
    if where.geocentric:
        reason = _("coordinates from the middle of the earth are not used in this format")
        raise UserError("crs-unknown", crs=said[:80], reason=reason)
    if where.swapped:
        intake.note("axes-swapped")
    if not where.datum:
        intake.note("heights-unknown")
    return where


def take(things: CityThings, reader: Reader, node: Node, parent: str) -> str:
    """One city object with those inside it; gives its id."""
    if node.name == "ReliefFeature":
        for component in [c for k in node.children if k.name == "reliefComponent" for c in k.children]:
            take(things, reader, component, "")
        return ""
    id = key_of(node) or f"{node.name}-{reader.number()}"
    thing = Thing(id, KINDS.get(node.name, node.name), attributes_of(node), parent)
    nested: list[Nested] = []
    reader.dresses.of(node)
    reader.into(thing, node, nested)
    things.take(thing)
    for one in nested:
        take(things, reader, one.node, id)
    return id


def attributes_of(node: Node) -> dict[str, Any]:
    """What an object says of itself: plain elements, generic attributes, address."""
    found: dict[str, Any] = {}
    for child in node.children:
        if len(found) > MOST_ATTRIBUTES:
            break
        if _GENERIC.match(child.name):
            name = child.attributes.get("name") or child.said("name")
            found[name or child.name] = child.said("value")
        elif child.name in ("genericAttribute", "height", "dateOfConstruction"):
            _inner(child, found)
        elif not child.children and child.text.strip():
            found.setdefault(child.name, child.text.strip())
    for name in ("ThoroughfareName", "ThoroughfareNumber"):
        if (said := _first(node, name)) is not None:
            found.setdefault("address", {})[name] = said
    return {name: _number(value) if isinstance(value, str) else value for name, value in found.items()}


def _inner(child: Node, found: dict[str, Any]) -> None:
    for one in child.children:
        name, value = one.said("name"), one.said("value")
        if child.name == "height" and value:
            found.setdefault("measuredHeight", value)
        elif name and value:
            found[name] = value


def _first(node: Node, name: str) -> str | None:
    for child in node.children:
        if child.name in ("address", "Address", "xalAddress", "addressAttribute"):
            said = [one.text.strip() for one in child.all(name)]
            said += [n.text.strip() for one in child.all(name) for n in one.all("NameElement")]
            said += [n.text.strip() for one in child.all("Number" if name.endswith("Number") else "Thoroughfare")
                     for n in one.all("NameElement") if name.endswith("Name")]  # fmt: skip
            return next((one for one in said if one), None)
    return None


def _number(said: str) -> Any:
    found = values.real(said) if len(said) < 30 and not said.startswith("0") else None
    return said if found is None or not re.fullmatch(r"-?\d+(\.\d+)?", said) else found if "." in said else int(found)
