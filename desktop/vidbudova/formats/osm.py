"""OpenStreetMap: .osm, .osm.gz, .osm.bz2, .osm.pbf. Extracts that were cut out of a larger file are the usual case."""

from __future__ import annotations

import bz2
import math
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from vidbudova.formats import kinds, osm_signals, osm_tags, osm_turns
from vidbudova.formats.features import Features
from vidbudova.formats.intake import Intake
from vidbudova.formats.osm_areas import Relations
from vidbudova.model import crs as crs_rules

NAME = "osm"
TITLE = "OpenStreetMap"
ENDINGS = (".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf")
ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "ODbL 1.0"

BATCH = 20_000
LARGE_BYTES = 300_000_000
BYTES_AN_OBJECT = {"osm": 400.0, "osm.gz": 40.0, "osm.bz2": 30.0, "pbf": 20.0}
Tags = Mapping[str, str]


def sniff(path: Path, head: bytes) -> bool:
    """An <osm> element (also compressed), or the first block of a PBF."""
    return kind_of(head) is not None


def kind_of(head: bytes) -> str | None:
    """What pyosmium calls the format."""
    if head[4:16].find(b"OSMHeader") >= 0:
        return "pbf"
    if head.startswith(b"\x1f\x8b"):
        return "osm.gz" if _is_xml(_inflated(head)) else None
    if head.startswith(b"BZh"):
        return "osm.bz2" if _is_xml(_unbzipped(head)) else None
    return "osm" if _is_xml(head) else None


def _is_xml(head: bytes) -> bool:
    return b"<osm" in head[:4096] and b"<osmChange" not in head[:4096]


def _inflated(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(head, 4096)
    except zlib.error:
        return b""


def _unbzipped(head: bytes) -> bytes:
    try:
        return bz2.BZ2Decompressor().decompress(head, 4096)
    except (OSError, EOFError):
        return b""


def read(path: Path, intake: Intake) -> None:
    """Relations first (which ways they need), then everything in one go."""
    with path.open("rb") as opened:
        kind = kind_of(opened.read(1 << 16)) or "osm"
    intake.attribution, intake.licence = ATTRIBUTION, LICENCE
    _Reader(path, kind, intake).run()


class _Reader:
    def __init__(self, path: Path, kind: str, intake: Intake) -> None:
        self.path = path
        self.kind = kind
        self.intake = intake
        self.relations = Relations()
        self.turns = osm_turns.Turns()
        self.signals = osm_signals.Signals()
        self.router = kinds.osm_router(intake.assumed, intake.job.kind)
        self.expected = max(path.stat().st_size / BYTES_AN_OBJECT[kind], 1000.0)
        self.done = 0
        self._fresh()

    def _fresh(self) -> None:
        self.shapes: list[Any] = []
        self.tags: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.faults: dict[int, tuple[str, str]] = {}

    def _file(self) -> Any:
        import osmium

        return osmium.io.File(str(self.path), self.kind)

    def run(self) -> None:
        import osmium

        for relation in osmium.FileProcessor(self._file(), osmium.osm.RELATION):
            self.relations.learn(relation)
            self.turns.learn(relation)
        tagged = osmium.filter.EmptyTagFilter()
        tagged.enable_for(osmium.osm.NODE)
        entities = osmium.osm.NODE | osmium.osm.WAY
        factory = osmium.geom.WKBFactory()
        things: Any = osmium.FileProcessor(self._file(), entities).with_locations(self._places()).with_filter(tagged)
        for thing in things:
            if thing.is_node():
                self._node(thing)
            else:
                self._way(thing, factory)
            self._count()
        self._relations()
        self._junctions()
        self._flush()

    def _places(self) -> str:
        """Where the places of nodes are held: in memory, or on the disk for the files of whole countries."""
        if self.path.stat().st_size < LARGE_BYTES:
            return "flex_mem"
        return f"sparse_file_array,{Path(self.intake.job.scratch) / 'places'}"

    def _is_near(self, nodes: Iterable[Any]) -> bool:
        """Whether what these nodes make may meet the box that was asked for."""
        box = self.intake.job.within
        if box is None:
            return True
        known = [(node.lon, node.lat) for node in nodes if node.location.valid()]
        if not known:
            return False
        x, y = zip(*known, strict=True)
        return bool(max(x) >= box[0] and max(y) >= box[1] and min(x) <= box[2] and min(y) <= box[3])

    def _count(self) -> None:
        self.done += 1
        if self.done % 1000 == 0:
            self.intake.progress(1.0 - math.exp(-self.done / self.expected), "")

    def _node(self, node: Any) -> None:
        tags = dict(node.tags)
        if not self._is_near((node,)) or not self._wanted(tags, osm_tags.POINT):
            return
        if osm_signals.is_signal(tags) and node.location.valid():
            self.signals.see(node.id, node.location.lon, node.location.lat, tags)
        else:
            shape = shapely.Point(node.location.lon, node.location.lat) if node.location.valid() else None
            self._add(shape, tags, f"node/{node.id}")

    def _way(self, way: Any, factory: Any) -> None:
        needed = way.id in self.relations.needed
        tags = dict(way.tags)
        if "highway" in tags and (turns := self.turns.of(way.id)):
            tags[osm_turns.KEY] = turns
        if (not tags and not needed) or not (needed or self._is_near(way.nodes)):
            return
        self.signals.learn(way, tags)
        line, complete = _line(way, factory)
        if needed and line is not None:
            self.relations.ways[way.id] = line
        closed = way.is_closed() and len(way.nodes) >= 4
        area = closed and osm_tags.is_area(tags)
        if not tags or not self._wanted(tags, osm_tags.AREA if area else osm_tags.LINE):
            return
        name = f"way/{way.id}"
        if way.id in self.relations.building_outers and "building" in tags:
            self._add(line, tags, name, ("duplicate", f"relation/{self.relations.building_outers[way.id]}"))
        elif line is None or (area and not complete):
            self._add(line, tags, name, ("geometry-incomplete", ""))
        else:
            if not complete:
                self.intake.note("line-clipped", name)
            self._add(_ring(line) if area else line, tags, name)

    def _relations(self) -> None:
        for number, tags, shape, fault in self.relations.areas():
            if not self._wanted(tags, osm_tags.AREA):
                continue
            name = f"relation/{number}"
            if fault == "members-missing":
                self.intake.note(fault, name)
            self._add(shape, tags, name, (fault, "") if fault == "geometry-incomplete" else None)

    def _junctions(self) -> None:
        for name, shape, tags in self.signals.junctions():
            self._add(shape, tags, name)
        for _signal in self.signals.alone:
            self.intake.note("not-brought-in", "=".join(osm_signals.TAG))

    def _wanted(self, tags: Tags, dimension: int) -> bool:
        if any(self.intake.job.kind in (None, table) for table, _said in osm_tags.tables(tags, dimension)):
            return True
        if tags:
            key = next((k for k in tags if k in osm_tags.KEYS), next(iter(tags)))
            self.intake.note("not-brought-in", f"{key}={tags[key]}")
        return False

    def _add(self, shape: Any, tags: dict[str, Any], name: str, fault: tuple[str, str] | None = None) -> None:
        if fault:
            self.faults[len(self.ids)] = fault
        self.shapes.append(shape)
        self.tags.append(tags)
        self.ids.append(name)
        if len(self.ids) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        shapes = np.empty(len(self.shapes), dtype=object)
        shapes[:] = self.shapes
        if len(shapes):
            batch = Features("", crs_rules.WGS84, shapes, self.tags, self.ids, self.faults)
            self.intake.take(batch, self.router)
        self._fresh()


def _line(way: Any, factory: Any) -> tuple[Any, bool]:
    """The line of a way, and whether all its nodes are there; None with fewer than two."""
    import osmium

    try:
        return shapely.from_wkb(factory.create_linestring(way)), True
    except (RuntimeError, osmium.InvalidLocationError):  # a node is missing or has no place, or there is one node only
        known = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
        return (shapely.LineString(known) if len(known) > 1 else None), len(known) == len(way.nodes)


def _ring(line: Any) -> Any:
    xy = shapely.get_coordinates(line)
    return shapely.Polygon(xy) if len(xy) >= 4 else line
