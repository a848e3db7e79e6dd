"""Codes of what can be wrong with a row, with the sentence for each. `{count}` is filled in when shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from vidbudova.formats import validity
from vidbudova.formats.mends import words as mend_words
from vidbudova.formats.problems_3d import NOTED_3D
from vidbudova.formats.problems_raster import NOTED_RASTER
from vidbudova.formats.report import MendRow, ProblemRow
from vidbudova.text import _, mark, number

SKIPPED: MappingProxyType[str, str] = MappingProxyType(
    {
        "geometry-null": mark("{count} without a geometry"),
        "geometry-empty": mark("{count} with an empty geometry"),
        "geometry-invalid": mark("{count} with a geometry that could not be mended"),
        "geometry-unreadable": mark("{count} with a geometry that could not be read"),
        "geometry-type-unknown": mark("{count} with a kind of geometry that is not used here"),
        "wrong-geometry-type": mark("{count} with a geometry of another kind than their table takes"),
        "coordinates-not-numbers": mark("{count} with coordinates that are not numbers"),
        "coordinates-not-finite": mark("{count} with coordinates that are infinite or no number"),
        "coordinates-absurd": mark("{count} with coordinates outside of their coordinate system"),
        "coordinates-missing": mark("{count} without coordinates"),
        "feature-malformed": mark("{count} that are no features of this format"),
        "duplicate": mark("{count} that repeat another feature (its outline, or the same again)"),
        "geometry-incomplete": mark("{count} cut off at the edge of the extract"),
        "left-out": mark("{count} far from where the others are; left out as asked"),
        "paper-space": mark("{count} drawn on a sheet of paper, not in the model"),
        "route-without-line": mark("{count} lines of transport without a shape and without trips"),
        "row-malformed": mark("{count} rows with more cells than the header"),
    }
)
"""Reasons for setting a row aside; the row is in the quarantine table under the code."""

NOTED: MappingProxyType[str, str] = MappingProxyType(
    {
        "geometry-mended": mark("{count} invalid geometries were mended"),
        "ring-closed": mark("{count} open rings were closed"),
        "outside": mark("{count} features lie outside of the box and were left out"),
        "outline-filled": mark("{count} closed lines were taken as outlines of areas"),
        "height-derived": mark("{count} heights were derived from the number of storeys"),
        "height-assumed": mark("{count} heights are assumed: neither height nor storeys were given"),
        "value-unreadable": mark("{count} values could not be read as what their column means; the text is kept"),
        "value-out-of-range": mark("{count} values are impossible and were left out; the text is kept"),
        "class-unknown": mark("{count} damage classes are in no list known here; the text is kept"),
        "date-missing": mark("{count} sightings have no date"),
        "id-repeated": mark("{count} ids occur more than once; they were numbered"),
        "property-repeated": mark("{count} properties are named twice in one feature; the last was taken"),
        "members-missing": mark("{count} areas lost parts outside of the extract"),
        "line-clipped": mark("{count} lines lost points outside of the extract"),
        "not-brought-in": mark("{count} other tagged things were not brought in"),
        "layer-without-geometry": mark("{count} tables without geometry were not brought in"),
        "encoding-guessed": mark("the encoding of the text was guessed"),
        "text-broken": mark("{count} with letters that were read in the wrong encoding before they came here"),
        "text-lost": mark("{count} with letters that are lost; ask for the file in UTF-8"),
        "height-zero": mark("{count} buildings with a height of 0; taken as if none were given"),
        "member-ignored": mark("{count} other files in the archive were not read"),
        "line-from-stops": mark("{count} lines of transport lead straight from stop to stop: they have no shape"),
        "stop-unknown": mark("{count} stops of trips are in no list of stops"),
        "part-alone": mark("{count} building parts lie in no building"),
    }
)
"""Things that a person should know; the rows came in."""


DOUBTED: MappingProxyType[str, str] = MappingProxyType(
    {
        "degrees-as-metres": mark("the numbers look like longitude and latitude, but are said to be in {crs}"),
        "axes-swapped": mark(
            "north and east seem to be swapped: the data lie at {place}, swapped they lie in the project"
        ),
        "unit-not-metre": mark("the data lie at {place}; taken in another unit than metres they lie in the project"),
        "drawing-unit": mark("the drawing says that its unit is not the metre ({unit})"),
        "far-from-project": mark("the data lie {km} km from the rest of the project, at {place}"),
        "far-from-rest": mark("{count} lie more than {km} km from where the others are"),
        "height-absurd": mark("{count} buildings are higher than any house here (more than 330 m)"),
        "height-levels-disagree": mark("{count} heights do not fit the number of storeys"),
        "heights-in-feet": mark("{count} heights look like feet: about ten a storey"),
        "heights-float": mark(
            "they stand {metres} m above the terrain (half of them more); heights above the ellipsoid do so"
        ),
        "heights-sink": mark("they stand {metres} m below the terrain (half of them more)"),
    }
)
"""Doubts: nothing was done about them; most have a mend."""

SENTENCES = (SKIPPED, NOTED, DOUBTED, NOTED_RASTER, NOTED_3D)


class _Values(dict[str, Any]):
    """What a sentence names; a report of an older reader may lack some, and is shown all the same."""

    def __missing__(self, name: str) -> str:
        return "…"


def row(
    code: str, count: int, examples: list[str], mends: Sequence[str] = (), where: Sequence[float] | None = None,
    values: Mapping[str, Any] = MappingProxyType({}), samples: Mapping[str, str] = MappingProxyType({}),
) -> ProblemRow:  # fmt: skip
    """One line of a report, in the reader's language."""
    sentence = next(words[code] for words in SENTENCES if code in words)
    message = _(sentence).format_map(_Values({**values, "count": number(count)}))
    if kinds := validity.words(values.get("kinds", {})):
        message = f"{message}: {kinds}"
    offered: list[MendRow] = [{"id": one, "words": mend_words(one, samples.get(one, ""))} for one in mends]
    return {
        "code": code, "count": count, "message": message, "examples": examples,
        "mend": offered[0] if offered else None, "other_mends": offered[1:],
        "where": list(where) if where is not None else None,
    }  # fmt: skip
