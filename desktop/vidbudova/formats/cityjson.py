"""CityJSON 1.0, 1.1 and 2.0, and CityJSONSeq: city objects with their surfaces, whatever the size of the file.

After the specifications of cityjson.org. The file is mapped, its members are found by their places, and one city
object is parsed at a time; the vertices lie in a file of the scratch folder where they are many.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import beside, cityjson_reach, json_members, spatial
from vidbudova.formats.city_things import CityThings, Thing
from vidbudova.formats.cityjson_shapes import Looks, Shapes, Templates
from vidbudova.formats.facets import Floats
from vidbudova.formats.intake import Intake
from vidbudova.formats.json_members import Malformed
from vidbudova.text import _

NAME = "cityjson"
TITLE = "CityJSON"
ENDINGS = (".city.json", ".city.jsonl", ".json", ".jsonl")

VERSIONS = ("1.0", "1.1", "2.0")
_SNIFF = re.compile(rb'"type"\s*:\s*"CityJSON(?:Feature)?"')
_MEMBER = re.compile(rb'"CityObjects"\s*:\s*\{')
MOST_IN_MEMORY = 4_000_000
"""Vertices; more lie in a file."""


def sniff(path: Path, head: bytes) -> bool:
    """The type of CityJSON, or the member that only it has; in a large file these may stand at the end."""
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return False
    if _SNIFF.search(head) or _MEMBER.search(head):
        return True
    with path.open("rb") as opened:
        opened.seek(max(path.stat().st_size - len(head), 0))
        return bool(_SNIFF.search(opened.read()))


def read(path: Path, intake: Intake) -> None:
    """All city objects."""
    try:
        with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
            _read(path, data, intake)
    except Malformed as wrong:
        raise UserError("file-unreadable", file=intake.job.name, reason=str(wrong)) from None


def _read(path: Path, data: mmap.mmap, intake: Intake) -> None:
    first = data.find(b"\n")
    if first > 0 and _is_sequence(data, first):
        _sequence(path, data, intake)
        return
    file = _whole(data, intake)
    things = _things(path, file, intake)
    start, end = file.members.get("CityObjects", (0, 0))
    if not end:
        raise Malformed(_("it has no city objects"))
    for key, begin, stop in json_members.members(data, start, end):
        try:
            said = json_members.value(data, begin, stop)
        except Malformed:
            said = None
        take(things, key, said, file)
        intake.progress(0.1 + 0.8 * (begin - start) / max(end - start, 1), "")
    things.finish()


def _is_sequence(data: mmap.mmap, first: int) -> bool:
    """Whether the first line is an object by itself and another follows."""
    try:
        json_members.value(data, 0, first)
    except Malformed:
        return False
    return bool(data[first : first + 4096].strip())


@dataclass(slots=True)
class File:
    """What one file says for all its objects."""

    head: dict[str, Any]
    vertices: Floats
    looks: Looks
    templates: Templates
    members: dict[str, tuple[int, int]] = field(default_factory=dict)

    def shapes(self, things: CityThings) -> Shapes:
        return Shapes(things.intake, self.vertices, self.looks, self.templates)


def _whole(data: mmap.mmap, intake: Intake) -> File:
    members: dict[str, tuple[int, int]] = {}
    for name, start, end in json_members.members(data, 0, len(data)):
        members[name] = (start, end)
    head = {
        name: json_members.value(data, start, end)
        for name, (start, end) in members.items()
        if name not in ("CityObjects", "vertices", "appearance", "geometry-templates")
    }
    _check(head)
    start, end = members.get("vertices", (0, 0))
    vertices = _vertices(data, start, end, intake) if end else np.zeros((0, 3))
    placed = _placed(vertices, head.get("transform"), str(head.get("version")))
    rest = {n: json_members.value(data, *members[n]) for n in ("appearance", "geometry-templates") if n in members}
    return File(head, placed, Looks.of(rest.get("appearance")), Templates.of(rest.get("geometry-templates")), members)


def _check(head: dict[str, Any]) -> None:
    if head.get("type") not in ("CityJSON", "CityJSONFeature"):
        raise Malformed(_("its type is “{type}”, not CityJSON").format(type=str(head.get("type"))[:40]))
    version = str(head.get("version", ""))
    if head["type"] == "CityJSON" and not version.startswith(VERSIONS):
        known = ", ".join(VERSIONS)
        raise Malformed(_("it is CityJSON {version}; known are {known}").format(version=version[:20], known=known))


def _vertices(data: mmap.mmap, start: int, end: int, intake: Intake) -> Floats:
    path = Path(intake.job.scratch) / "vertices"
    with path.open("wb") as out:
        count = 0
        for block in json_members.triples(data, start, end):
            out.write(block.tobytes())
            count += len(block)
    if not count:
        return np.zeros((0, 3))
    found: Floats = np.asarray(np.memmap(path, np.float64, "r+", shape=(count, 3)))
    return found if count > MOST_IN_MEMORY else found.copy()


def _placed(vertices: Floats, transform: Any, version: str) -> Floats:
    """Vertices with the file's own scale and shift; in place, they may be many."""
    if not isinstance(transform, dict):
        some = vertices[:1000]
        if version > "1.0" and len(some) and (some == np.round(some)).all() and np.ptp(some) > 1000:
            raise Malformed(_("its “transform” is missing, so its whole numbers mean nothing"))
        return vertices
    scale, shift = (_three(transform.get(name)) for name in ("scale", "translate"))
    if scale is None or shift is None:
        raise Malformed(_("its “transform” is not as it should be"))
    for begin in range(0, len(vertices), 1 << 20):
        block = vertices[begin : begin + (1 << 20)]
        block *= scale
        block += shift
    return vertices


def _three(said: Any) -> Floats | None:
    if isinstance(said, list) and len(said) == 3 and all(type(v) in (int, float) for v in said):
        return np.array(said, np.float64)
    return None


def _things(path: Path, file: File, intake: Intake) -> CityThings:
    metadata = file.head.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    said = metadata.get("referenceSystem") or metadata.get("crs") or file.head.get("crs")
    finite = file.vertices[:1000]
    finite = finite[np.isfinite(finite).all(axis=1)]
    sample = finite[0] if len(finite) else None
    where = spatial.spatial(intake.job.crs or said, sample, east_first=True)
    if where is not None and where.swapped:
        file.vertices[:] = where.straight(file.vertices)
        intake.note("axes-swapped")
    if where is not None and not where.datum:
        intake.note("heights-unknown")
    if isinstance(who := (metadata.get("pointOfContact") or {}), dict):
        intake.attribution = str(who.get("contactName") or "")[:200]
    if where is None:
        _ask(intake, file.vertices)
    dated = metadata.get("referenceDate")
    things = CityThings(intake, where, dated_on=dated[:10] if isinstance(dated, str) else None)
    if where is not None and where.geocentric:
        file.vertices[:] = where.to_project(file.vertices, intake.job.project_crs)
        things.models.to_project = _as_is
    file.looks.pictures(things.models.pictures, beside.allowed(path))
    return things


def _as_is(xyz: Floats) -> Floats:
    return xyz


def _ask(intake: Intake, vertices: Floats) -> None:
    from vidbudova.model import crs as crs_rules

    good = vertices[np.isfinite(vertices).all(axis=1)]
    low, high = (good.min(axis=0), good.max(axis=0)) if len(good) else (np.zeros(3), np.zeros(3))
    hint = crs_rules.guess_hint((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    raise UserError("crs-missing", file=intake.job.name, hint=hint)


def _sequence(path: Path, data: mmap.mmap, intake: Intake) -> None:
    """One object a line: first what holds for all, then features with vertices of their own."""
    lines = _lines(data)
    begin, stop = next(lines)
    head = json_members.value(data, begin, stop)
    if not isinstance(head, dict):
        raise Malformed(_("its first line is no object"))
    if head.get("type") == "CityJSONFeature":  # without the line that should come first
        lines, head = _lines(data), {"type": "CityJSON", "version": VERSIONS[-1]}
    _check(head)
    templates = Templates.of(head.get("geometry-templates"))
    first = File(head, np.zeros((0, 3)), Looks.of(head.get("appearance")), templates)
    things: CityThings | None = None
    for begin, stop in lines:
        try:
            said = json_members.value(data, begin, stop)
        except Malformed:
            intake.read += 1
            intake.note("feature-malformed", _("line at byte {at}").format(at=begin))
            aside(intake, f"byte {begin}", "feature-malformed")
            continue
        if not isinstance(said, dict) or not isinstance(said.get("CityObjects"), dict):
            intake.read += 1
            intake.note("feature-malformed", _("line at byte {at}").format(at=begin))
            aside(intake, f"byte {begin}", "feature-malformed")
            continue
        file = _feature(said, first)
        if things is None:
            things = _things(path, File(first.head, file.vertices, first.looks, templates), intake)
            if len(file.vertices) and things.spatial is not None and things.spatial.geocentric:
                file.vertices = _feature(said, first).vertices
        where = things.spatial
        assert where is not None
        if where.geocentric:
            file.vertices = where.to_project(file.vertices, intake.job.project_crs)
        elif where.swapped and file.vertices is not first.vertices:
            file.vertices = where.straight(_feature(said, first).vertices)
        if file.looks is not first.looks:
            file.looks.pictures(things.models.pictures, beside.allowed(path))
        for key, one in said["CityObjects"].items():
            take(things, key, one, file)
        intake.progress(begin / len(data), "")
    if things is None:
        raise Malformed(_("it has no city objects"))
    things.finish()


def aside(intake: Intake, key: str, code: str) -> None:
    """A row of what could not even be taken for a city object."""
    from vidbudova.model import ids

    intake.staging.add("quarantine", [{
        "id": ids.source_id(intake.job.sha256, key, "quarantine"), "code": code, "reason": code, "source_id": key,
    }])  # fmt: skip


def _lines(data: mmap.mmap) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        if data[at:end].strip():
            yield at, end
        at = end + 1


def _feature(said: dict[str, Any], first: File) -> File:
    listed = said.get("vertices")
    rows = listed if isinstance(listed, list) else []
    good = [_three(row) for row in rows]
    vertices = np.array([np.full(3, np.nan) if row is None else row for row in good]).reshape(-1, 3)
    vertices = _placed(vertices, said.get("transform") or first.head.get("transform"),
                       str(first.head.get("version")))  # fmt: skip
    looks = Looks.of(said["appearance"]) if isinstance(said.get("appearance"), dict) else first.looks
    return File(first.head, vertices, looks, first.templates)


def take(things: CityThings, key: str, said: Any, file: File) -> None:
    """One city object."""
    if not isinstance(said, dict) or not isinstance(said.get("type"), str):
        things.take(Thing(key, "GenericCityObject", fault=("feature-malformed", str(said)[:60])))
        return
    if cityjson_reach.misses(things, said, file.vertices):
        things.left_out(key, has_parts=bool(said.get("children")))
        return
    attributes = said.get("attributes")
    thing = Thing(key, said["type"], dict(attributes) if isinstance(attributes, dict) else {})
    parents = said.get("parents") or said.get("parent")
    parents = [parents] if isinstance(parents, str) else parents
    thing.parent = parents[0] if isinstance(parents, list) and parents and isinstance(parents[0], str) else ""
    if "address" in said:
        thing.attributes.setdefault("address", said["address"])
    for name, extra in said.items():
        if name.startswith("+"):
            thing.attributes[name] = extra
    geometry = said.get("geometry")
    file.shapes(things).into(thing, geometry if isinstance(geometry, list) else [])
    things.take(thing)
