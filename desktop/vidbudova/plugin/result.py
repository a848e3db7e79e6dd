"""What an analysis gives back: data only. How it is drawn, kept and compared is the program's business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Number = int | float
StyleKind = Literal["flow", "graduated", "difference", "categories", "isochrones", "order"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a table with a geometry is drawn on the city.

    Attributes
    ----------
    kind : "flow": lines as wide as `width` and coloured by `column`, with particles along the line at `speed` (m/s)
        when playing; "graduated": colour by a number; "difference": the same about zero, diverging; "categories":
        colour by a word; "isochrones": areas by minutes; "order": numbered places, first things first.
    column : what the colour says.
    unit : unit of `column`, for the legend.
    breaks : upper ends of the classes; empty for classes of equal count.
    width : column of the width, in the data's unit; "" for an even width.
    speed : column of the particles' speed in m/s; "" for none.
    labels : words of the classes or categories, in the order of `breaks` or of their first appearance.
    """

    kind: StyleKind
    column: str
    unit: str = ""
    breaks: tuple[float, ...] = ()
    width: str = ""
    speed: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResultTable:
    """One table of a result; with a geometry it is also a layer on the city.

    Attributes
    ----------
    name : of letters, digits and underscores; the key in files and on the command line.
    title : for people, translated.
    frame : rows; a GeoDataFrame in the project's CRS where they have a place. A column `id` holds ids of the city's
        own rows where the rows are about them (`about` names their table).
    units : unit by column, "" where a column has none.
    titles : title by column, for people.
    about : table of the city whose rows the column `id` names, or "".
    style : how it is drawn; None for a table that is only read.
    """

    name: str
    title: str
    frame: gpd.GeoDataFrame | pd.DataFrame
    units: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    style: Style | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that answers "where does this come from".

    Attributes
    ----------
    name : key in the summary; ends in its unit (`delay_veh_h`).
    title : for people.
    value : the number, in `unit`.
    formula : how it is worked out, in words or symbols.
    inputs : what went in (tables, parameters, files).
    source : publication or table the formula or the constant comes from.
    date : of the inputs or of the source, as ISO words; "" if there is none.
    """

    name: str
    title: str
    value: Number | str
    unit: str = ""
    formula: str = ""
    inputs: str = ""
    source: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars: x and y of the same length; x may be words for bars."""

    title: str
    x: Sequence[Any]
    y: Sequence[float]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart; `kind` is "line", "step", "bar" or "scatter"; axes carry their unit in the title."""

    name: str
    title: str
    kind: Literal["line", "step", "bar", "scatter"]
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    log_y: bool = False


@dataclass(frozen=True, slots=True)
class ProposedDelta:
    """One value that a plugin would set: field of a row of an editable table of the city."""

    table: str
    id: str
    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Proposal:
    """Changes that a person reviews; taken, they are one Change and can be undone."""

    title: str
    reason: str
    deltas: tuple[ProposedDelta, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Everything a run found.

    Attributes
    ----------
    summary : numbers (and few words) by name with the unit in the name.
    figures : those numbers that people ask about, with their sources.
    tables, charts, proposals : see there.
    report : paragraphs for the report page; a line that begins with "# " is a heading.
    warnings : sentences about what a reader must know (what was left out, what was guessed).
    """

    summary: Mapping[str, Number | str | None]
    figures: tuple[Figure, ...] = ()
    tables: tuple[ResultTable, ...] = ()
    charts: tuple[Chart, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    report: str = ""
    warnings: tuple[str, ...] = ()
