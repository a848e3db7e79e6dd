"""KML and KMZ: placemarks with what is said of them. Links into the network are counted and never followed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import archive, kml_shapes, xml_stream
from vidbudova.formats.features import Features
from vidbudova.formats.intake import Intake
from vidbudova.formats.xml_stream import Node
from vidbudova.model import crs as crs_rules
from vidbudova.text import _

NAME = "kml"
TITLE = "KML, KMZ"
ENDINGS = (".kml", ".kmz")

BATCH = 5000
NOT_PLACES = ("NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay")
SIMPLE = ("name", "description", "address", "phoneNumber", "snippet", "styleUrl", "visibility")


def sniff(path: Path, head: bytes) -> bool:
    """A <kml> element, or one of its kind on its own, or a zip archive with a document of that kind."""
    if archive.is_zip(head):
        return path.suffix.lower() == ".kmz" or "doc.kml" in (i.filename for i in archive.members(path, path.name))
    return (b"<kml" in head[:4096] or b"opengis.net/kml/" in head[:4096]) and b"<OGRVRT" not in head


def _is_document(info: zipfile.ZipInfo) -> bool:
    return PurePosixPath(info.filename).suffix.lower() == ".kml"


def read(path: Path, intake: Intake, layer: str = "") -> None:
    """The placemarks, in batches; each folder is a layer."""
    for document in _documents(path, intake):
        size = max(document.stat().st_size, 1)
        done = 0
        for batch in _batches(document, intake, layer or Path(intake.job.name).stem):
            done += len(batch)
            intake.take(batch)
            intake.progress(min(done * 1000 / size, 1.0), batch.layer)


def _documents(path: Path, intake: Intake) -> list[Path]:
    with path.open("rb") as opened:
        zipped = archive.is_zip(opened.read(4))
    if not zipped:
        return [path]
    job = intake.job
    most_mb = int(job.limits.get("unpacked_mb", 4096))
    found = archive.unpack(path, job.name, Path(job.scratch) / "kmz", _is_document, most_mb)
    if not found:
        raise UserError("import-empty", file=job.name, reason=_("it has no KML document"))
    return [found[name] for name in sorted(found)]


def _batches(path: Path, intake: Intake, otherwise: str) -> Iterator[Features]:
    layer, rows = otherwise, list[tuple[str, Node]]()
    number = 0
    for node in xml_stream.elements(path, frozenset(("Placemark", *NOT_PLACES)), intake.job.name):
        if node.name != "Placemark":
            intake.note("not-brought-in", f"{node.name} {node.said('name')}".strip())
            continue
        number += 1
        mine = node.path[-1] if node.path else otherwise
        if rows and (mine != layer or len(rows) >= BATCH):
            yield _features(layer, rows)
            rows = []
        layer = mine
        rows.append((node.attributes.get("id") or str(number), node))
    if rows:
        yield _features(layer, rows)


def _features(layer: str, rows: list[tuple[str, Node]]) -> Features:
    shapes = np.empty(len(rows), dtype=object)
    faults: dict[int, tuple[str, str]] = {}
    attributes = []
    columns: dict[str, None] = {}
    for at, (_id, node) in enumerate(rows):
        shapes[at], fault = kml_shapes.of_placemark(node)
        if fault:
            faults[at] = fault
        attributes.append(said(node))
        columns.update(dict.fromkeys(attributes[-1]))
    return Features(layer, crs_rules.WGS84, shapes, attributes, [id for id, _n in rows], faults, tuple(columns))


def said(node: Node) -> dict[str, Any]:
    """What a placemark says: its own fields, its times, its extended data, its folders."""
    found: dict[str, Any] = {name: text for name in SIMPLE if (text := node.said(name))}
    for span, names in (("TimeStamp", {"when": "timestamp"}), ("TimeSpan", {"begin": "begin", "end": "end"})):
        if (time := node.find(span)) is not None:
            found.update({ours: text for theirs, ours in names.items() if (text := time.said(theirs))})
    extended = node.find("ExtendedData")
    for one in extended.all("Data") if extended is not None else []:
        _add(found, one.attributes.get("name", ""), one.said("value"))
    for one in node.all("SimpleData"):
        _add(found, one.attributes.get("name", ""), one.text.strip())
    if len(node.path) > 1:
        found["folder"] = " / ".join(node.path)
    return found


def _add(found: dict[str, Any], name: str, text: str) -> None:
    if name and text and name not in found:
        found[name] = text
