"""One GeoJSON text: its system, and its features one after the other."""

from __future__ import annotations

import io
import json
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.formats import encodings
from vidbudova.formats.intake import Intake
from vidbudova.formats.json_stream import Stream
from vidbudova.model import crs as crs_rules
from vidbudova.text import _

TITLE = "GeoJSON"
TAIL = 1 << 16
COLLECTION = "FeatureCollection"
LINES = "\n"
"""What stands for the name of the features where they come one a line."""
_RECORD_SEPARATOR = "\x1e"
TYPES = (
    "FeatureCollection",
    "Feature",
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)


class Document:
    """One GeoJSON file, or one with a feature a line.

    Attributes
    ----------
    crs : its system; known before the first feature, also where the file says it after the last.
    repeated : names that one object has twice.
    """

    def __init__(self, path: Path, intake: Intake) -> None:
        self.path, self.intake = path, intake
        self.size = path.stat().st_size
        self.repeated: list[str] = []
        self._encoding = intake.letters("utf-8-sig")
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_constant=lambda word: math.nan)
        self.read_bytes = 0
        with self._told():
            self.crs = _crs(self._said_of_crs())
        self.repeated.clear()

    def _object(self, members: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(members)
        if len(made) != len(members):
            twice = {k for k, _v in members if sum(k == n for n, _w in members) > 1}
            self.repeated.append(", ".join(sorted(twice)))
        return made

    def _said_of_crs(self) -> Any:
        """The member "crs"; the features are gone through for it only where the end of the file names it."""
        with self.path.open("rb") as file:
            file.seek(max(self.size - TAIL, 0))
            late = b'"crs"' in file.read()
        said: Any = None
        for name, value in self._members():
            if name == "crs":
                said = value
            elif name == "features" and not late:
                break
        return said

    def features(self) -> Iterator[Any]:
        """The features one by one.

        Raises
        ------
        UserError
            If it is no GeoJSON; features before the fault have come by then.
        """
        with self._told():
            yield from self._features()

    def _features(self) -> Iterator[Any]:
        whole: dict[str, Any] = {}
        listed = False
        for name, value in self._members():
            if name == LINES:
                yield from value
                return
            if isinstance(value, Iterator):
                self._check_kind(whole.get("type", COLLECTION))
                if listed := whole.get("type", COLLECTION) == COLLECTION:
                    yield from value
            else:
                whole[name] = value
        kind = whole.get("type")
        self._check_kind(kind)
        if listed != (kind == COLLECTION):
            raise self._unreadable(_("its “features” is no list"))
        if listed and _crs(whole.get("crs")) != self.crs:
            raise self._unreadable(_("it says its system in the midst of its features"))
        if not listed:
            yield whole if kind == "Feature" else {"type": "Feature", "properties": {}, "geometry": whole}

    def _check_kind(self, kind: Any) -> None:
        if kind in TYPES:
            return
        why = (
            _("its type is “{type}”, not one of GeoJSON").format(type=kind)
            if kind
            else _("it is JSON, but not GeoJSON")
        )
        raise UserError("file-unknown-format", file=self.intake.job.name, reason=why, formats=TITLE)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What is wrong with the text, in words."""
        try:
            yield
        except UnicodeDecodeError as error:
            with self.path.open("rb") as file:
                guess = encodings.best(file.read(TAIL))
            why = _("it is not UTF-8 text (byte {at}); if it is old text, say so with --mend encoding={guess}")
            raise self._unreadable(why.format(at=error.start, guess=guess)) from None
        except json.JSONDecodeError as error:
            raise self._unreadable(str(error)) from None
        except RecursionError:
            raise self._unreadable(_("it is nested too deeply")) from None

    def _members(self) -> Iterator[tuple[str, Any]]:
        """Names and values of the whole; a list of features comes as an iterator of them, lines as those of LINES."""
        with self.path.open("rb") as file:
            stream = Stream(file, self._encoding, self._decoder)
            if stream.peek() == _RECORD_SEPARATOR:
                yield LINES, self._lines()
            else:
                yield from self._walk(stream)

    def _walk(self, stream: Stream) -> Iterator[tuple[str, Any]]:
        if stream.peek() != "{":
            stream.value()
            yield "", None
            return
        kind, names = "", Counter[str]()
        held: list[tuple[str, Any]] = []
        for name in _names(stream):
            names[name] += 1
            if name == "features" and stream.peek() == "[":
                if names[name] > 1:
                    raise stream.error("A second list of features")
                yield from held
                held.clear()
                elements = self._counted(stream)
                yield name, elements
                for _left in elements:
                    pass
                continue
            value = stream.value()
            kind = str(value) if name == "type" else kind
            held.append((name, value))
        if kind == "Feature" and stream.peek():
            yield LINES, self._lines()
            return
        if stream.peek():
            raise stream.error("Extra data")
        if twice := [name for name, times in names.items() if times > 1]:
            self.repeated.append(", ".join(sorted(twice)))
        yield from held

    def _counted(self, stream: Stream) -> Iterator[Any]:
        for element in stream.elements():
            self.read_bytes = stream.bytes
            yield element

    def _lines(self) -> Iterator[Any]:
        """Newline-delimited GeoJSON: one feature a line."""
        with self.path.open("rb") as file:
            for number, line in enumerate(io.TextIOWrapper(file, self._encoding, newline="\n"), start=1):
                self.read_bytes += len(line)
                row = line.strip(_RECORD_SEPARATOR + " \t\r\n")
                if not row:
                    continue
                found = self._decoder.decode(row)
                if not isinstance(found, dict) or found.get("type") != "Feature":
                    raise self._unreadable(_("line {number} is no feature").format(number=number))
                yield found

    def _unreadable(self, reason: str) -> UserError:
        return UserError("file-unreadable", file=self.intake.job.name, reason=reason)


def _names(stream: Stream) -> Iterator[str]:
    """The names of an object's members; the reader of each takes its value."""
    stream.take("{", "Expecting value")
    if stream.peek() == "}":
        stream.take("}", "")
        return
    while True:
        if stream.peek() != '"':
            raise stream.error("Expecting property name enclosed in double quotes")
        name = stream.value()
        stream.take(":", "Expecting ':' delimiter")
        yield str(name)
        if stream.peek() == "}":
            stream.take("}", "")
            return
        stream.take(",", "Expecting ',' delimiter")


def _crs(member: Any) -> str:
    """The crs member of the older standard; without one it is longitude and latitude by definition."""
    if not isinstance(member, dict):
        return crs_rules.WGS84
    properties = member.get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        return crs_rules.WGS84
    return crs_rules.WGS84 if name.upper().endswith("CRS84") else name
