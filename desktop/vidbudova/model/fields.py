"""What a field and a table of the schema are."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from vidbudova.text import mark as _

Kind = Literal["text", "integer", "real", "boolean", "date", "time", "bytes", "set", "json", "geometry", "reference"]
Geometry = Literal["", "POINT", "LINESTRING", "POLYGON", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRY"]
Role = Literal["base", "edit", "record"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column.

    Attributes
    ----------
    name : column and delta key; a unit is part of the name (``height_m``).
    kind : ``date`` is ISO ``YYYY-MM-DD`` text, ``time`` ISO UTC text, ``set`` a frozenset of str (one merge cell an
        element), ``json`` canonical JSON text, ``geometry`` WKB bytes in the project's CRS, ``reference`` an id.
    title, meaning : what forms and documentation say (translatable).
    unit : SI symbol shown behind the number, or "".
    group : fields of one group merge as one; "" means the field is its own group.
    choices : code -> title for closed lists; a value outside is refused in forms, kept when merged.
    minimum, maximum : bounds for forms and for `session.do`.
    editable : whether forms let a person change it.
    later : whether the field came to its table after projects had been made with it: it counts in the checksum of
        imported rows only where it has a value, so that old rows keep theirs.
    """

    name: str
    kind: Kind
    title: str
    meaning: str = ""
    unit: str = ""
    group: str = ""
    choices: MappingProxyType[str, str] | None = None
    minimum: float | None = None
    maximum: float | None = None
    editable: bool = True
    later: bool = False

    @property
    def cell_group(self) -> str:
        """The merge group: its own name unless it travels with others."""
        return self.group or self.name


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes
    ----------
    role : ``base``: rows come with imported layers and are overridden by Changes; ``edit``: rows exist only through
        Changes; ``record``: rows come with layers and are never edited (observations, quarantine).
    geometry : OGC type of the ``geom`` column, "" for none.
    worst : field groups where, of two open values, the larger is displayed (damage); elsewhere the later.
    """

    name: str
    title: str
    meaning: str
    role: Role
    geometry: Geometry
    fields: tuple[Field, ...]
    worst: frozenset[str] = frozenset()

    def field(self, name: str) -> Field:
        """The field of that name; KeyError if there is none."""
        for f in self.fields:
            if f.name == name:
                return f
        raise KeyError(f"{self.name}.{name}")

    def group_of(self, field_name: str) -> str:
        """The merge group of a field; an unknown field (from a newer version) is its own group."""
        for f in self.fields:
            if f.name == field_name:
                return f.cell_group
        return field_name

    def is_set(self, field_name: str) -> bool:
        """Whether the field merges element by element."""
        return any(f.name == field_name and f.kind == "set" for f in self.fields)


GEOM = "geom"

# Every base and record table also has: layer (reference), source_id (text), attributes (json).
SOURCE_FIELDS = (
    Field("layer", "reference", _("Layer"), _("The layer it came with"), editable=False),
    Field("source_id", "text", _("Id in the source"), editable=False),
    Field(
        "attributes", "json", _("Other attributes"), _("What the source said beside these, unchanged"), editable=False
    ),
)
