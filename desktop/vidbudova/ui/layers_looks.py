"""What layers look like beyond order and opacity: colours by attribute, files left out or made clear. For a worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.schema import TABLES, Field
from vidbudova.scene import colouring
from vidbudova.scene.colouring import Colouring
from vidbudova.scene.dressing import Dress
from vidbudova.text import _
from vidbudova.ui.layers_state import LayerState, tables_of

if TYPE_CHECKING:
    from vidbudova.scene.city import City
    from vidbudova.session import Session

STYLED = ("zones", "observations", "features", "places", "power", "pipelines", "rail", "roads", "water", "landuse")
"""Layers that can be coloured by an attribute here; buildings have a legend of their own."""
PARTS = ("points", "lines", "areas")


@dataclass(frozen=True, slots=True)
class Worn:
    """How the rows of one table look: where each id is, colours (n, 3) or None, how solid (n,) or None."""

    row_of: dict[str, int]
    rgb: NDArray[np.uint8] | None
    share: NDArray[np.float32] | None

    def dress(self, ids: NDArray[np.object_]) -> Dress:
        """The look of some rows; what is not known of is drawn as the model has it."""
        rows = np.array([self.row_of.get(i, -1) for i in ids.tolist()], np.int64)
        known = rows >= 0
        rgb, share = None, None
        if self.rgb is not None:
            rgb = np.where(known[:, None], self.rgb[rows], np.uint8(128)) if len(self.rgb) else None
        if self.share is not None:
            share = np.where(known, self.share[rows], 1.0).astype(np.float32) if len(self.share) else None
        return Dress(rgb, share)


@dataclass(frozen=True, slots=True)
class Looks:
    """What was worked out: legends by layer, looks by table, and dresses for a scene by name in its city."""

    colourings: dict[str, Colouring] = field(default_factory=dict)
    tables: dict[str, Worn] = field(default_factory=dict)
    dresses: dict[str, Dress] = field(default_factory=dict)

    def of(self, table: str, ids: NDArray[np.object_]) -> Dress:
        """The look of some rows of a table."""
        worn = self.tables.get(table)
        return Dress() if worn is None else worn.dress(ids)


def looks(session: Session, city: City, state: LayerState) -> Looks:
    """Work out how every layer looks."""
    found = Looks()
    kinds = {id: str(row.get("kind") or "") for id, row in session.rows("layers").items()}
    touched = {kinds[id] for id in (*state.off, *state.clear) if id in kinds}
    for name in dict.fromkeys((*state.style, *sorted(touched))):
        for table in tables_of(name) if name in state.style else (name,):
            worn = _worn(session, table, name, state, found, table in touched)
            if worn is not None:
                found.tables[table] = worn
    for table, worn in found.tables.items():
        for key in (table, *(f"{table}_{part}" for part in PARTS)):
            if key in city.shapes:
                found.dresses[key] = worn.dress(city.shapes[key].ids)
    return found


def _worn(session: Session, table: str, name: str, state: LayerState, found: Looks, touched: bool) -> Worn | None:
    known = {f.name for f in fields_of(table)}
    by = state.style.get(name, "")
    wanted = ["id", *([by] if by in known else []), *(["layer"] if touched else [])]
    if len(wanted) == 1 or not session.count(table):
        return None
    columns = session.columns(table, wanted)
    ids, rgb, share = columns["id"].tolist(), None, None
    if by in known:
        coloured = by_field(TABLES[table].field(by), columns[by], name in state.equal)
        found.colourings.setdefault(name, coloured)
        rgb = coloured.rgb()
    if touched:
        solid = {id: 0.0 if id in state.off else state.clear.get(id, 1.0) for id in (*state.off, *state.clear)}
        share = np.array([solid.get(layer, 1.0) for layer in columns["layer"].tolist()], np.float32)
    return Worn(dict(zip(ids, range(len(ids)), strict=True)), rgb, share)


def fields_of(table: str) -> list[Field]:
    """What the rows of a table can be coloured by."""
    kinds = ("text", "integer", "real", "boolean", "date")
    left_out = ("name", "source_id", "colour", "note", "layer")
    return [f for f in TABLES[table].fields if f.kind in kinds and f.name not in left_out]


def by_field(field: Field, values: NDArray[Any], equal: bool = False) -> Colouring:
    """The colouring by one field: steps for numbers (by quantiles, or equal ones), else a colour for each value."""
    if field.kind in ("integer", "real"):
        return colouring.by_number(values, field.unit, equal=equal)
    if field.kind == "boolean":
        words = [None if v is None or v != v else ("yes" if v else "no") for v in values.tolist()]
        return colouring.by_kind(np.array(words, object), {"yes": _("Yes"), "no": _("No")})
    titles = {code: _(title) for code, title in (field.choices or {}).items()}
    return colouring.by_kind(values.astype(object), titles)
