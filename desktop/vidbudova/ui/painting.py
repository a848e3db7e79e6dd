"""The picture follows the data: colours of buildings by mark or attribute; only what changed is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.change import Change
from vidbudova.model.damage import DamageView
from vidbudova.model.schema import BUILDINGS
from vidbudova.scene import colouring
from vidbudova.scene.colouring import Colouring
from vidbudova.session import Session
from vidbudova.session.damage import damage_view
from vidbudova.text import _
from vidbudova.ui.layers_looks import by_field

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

DAMAGE = "damage"
FIRST_MODES = ("use", "height_m", "levels", "built_year", "people", "material", "roof_shape", "height_source")
WHOLE = 0.25
"""Above this share of all buildings one upload of everything is quicker than a slice."""


def modes() -> list[tuple[str, str]]:
    """What buildings can be coloured by: (key, words)."""
    rest = [f.name for f in BUILDINGS.fields if f.kind in ("text", "integer", "real") and f.name not in FIRST_MODES]
    names = [n for n in (*FIRST_MODES, *rest) if n not in ("name", "street", "house_number", "source_id")]
    return [(DAMAGE, _("Damage")), *((n, _(BUILDINGS.field(n).title)) for n in names)]


@dataclass(frozen=True, slots=True)
class Model:
    """The buildings of a city as they are painted; made off the main thread where there are many.

    ids : in the scene's order. asked : the building whose damage each wears. row_of : place by id.
    parts_of : places of the parts by building. view : their damage.
    """

    ids: NDArray[np.object_]
    asked: NDArray[np.object_]
    row_of: dict[str, int]
    parts_of: dict[str, list[int]]
    view: DamageView


def model_of(session: Session, ids: NDArray[np.object_], part_of: NDArray[np.generic]) -> Model:
    """How the buildings of a city are painted: in the scene's order, with what each is a part of ("" or None)."""
    listed = ids.tolist()
    parts = [(row, parent) for row, parent in enumerate(part_of.tolist()) if parent]
    asked, parts_of = (ids.copy() if parts else ids), dict[str, list[int]]()
    for row, parent in parts:
        asked[row] = parent
        parts_of.setdefault(parent, []).append(row)
    row_of = dict(zip(listed, range(len(listed)), strict=True))
    return Model(ids, asked, row_of, parts_of, damage_view(session, asked))


class Painting:
    """Keeps the scene's colours and zones as the session has them.

    painted : called after the colours changed (legends listen).
    """

    def __init__(self) -> None:
        self.mode = DAMAGE
        self.hidden: set[str] = set()
        self.leaves_out = False
        self.colouring: Colouring | None = None
        self.painted: list[Callable[[], None]] = []
        self._session: Session | None = None
        self._scene: Scene | None = None
        self.ids: NDArray[np.object_] = np.empty(0, object)
        self._asked: NDArray[np.object_] = np.empty(0, object)
        self._row_of: dict[str, int] = {}
        self._outside: NDArray[np.bool_] | None = None
        self._parts_of: dict[str, list[int]] = {}
        self.view: DamageView | None = None
        self.day: date | None = None
        self._unbuilt: NDArray[np.bool_] | None = None

    def show(self, session: Session, scene: Scene, ids: NDArray[np.object_], part_of: NDArray[np.generic]) -> None:
        """Begin with a city: its buildings in the scene's order, and what each is a part of ("" or None for none)."""
        self.begin(session, scene, model_of(session, ids, part_of))

    def begin(self, session: Session, scene: Scene, model: Model) -> None:
        """Begin with a city that was made ready elsewhere."""
        self._session, self._scene, self.ids = session, scene, model.ids
        self._asked, self._row_of, self._parts_of = model.asked, model.row_of, model.parts_of
        self._outside = None
        self.view = model.view
        self.day = self._unbuilt = None
        self.repaint()

    def forget(self) -> None:
        """The project was closed."""
        self._session = self._scene = self.colouring = self.view = None
        self._tell()

    @property
    def asked(self) -> NDArray[np.object_]:
        """(n,) whose damage each building of the scene wears: its own, or that of the one it is a part of."""
        return self._asked

    def set_day(self, day: date | None, view: DamageView, unbuilt: NDArray[np.bool_] | None) -> None:
        """The damage of a day (None: now), with the buildings (n,) that did not stand yet."""
        self.day, self.view, self._unbuilt = day, view, unbuilt
        self.repaint()

    def set_mode(self, mode: str) -> None:
        """Colour by damage or by a field of buildings."""
        if mode != self.mode:
            self.mode, self.hidden = mode, set()
            self.repaint()

    def set_hidden(self, keys: set[str]) -> None:
        """Dim the buildings of some lines of the legend."""
        if keys != self.hidden:
            self.hidden = set(keys)
            self._upload()

    def set_leaves_out(self, on: bool) -> None:
        """Leave the hidden lines' buildings out altogether instead of paling them."""
        if on != self.leaves_out:
            self.leaves_out = on
            self._upload()

    def set_outside(self, outside: NDArray[np.bool_] | None) -> None:
        """Leave out the buildings of files that are not shown; a mask in the scene's order, None for all shown."""
        if outside is not None or self._outside is not None:
            self._outside = outside
            self._upload()

    def on_change(self, change: Change) -> None:
        """Follow one Change."""
        if self._session is None or self.view is None or self.day is not None:
            return
        if "damage_marks" in change.tables():
            self._marks_changed([d.id for d in change.deltas if d.table == "damage_marks"])
        if change.tables() & {"matches", "observations", "sightings"}:
            self.view = damage_view(self._session, self._asked)
            self._repaint_if(DAMAGE)
        if "buildings" in change.tables() and self.mode != DAMAGE:
            self.repaint()

    def repaint(self) -> None:
        """Colour every building anew."""
        if self._session is None or self.view is None:
            return
        self.colouring = self._coloured()
        self._upload()

    def rows(self, ids: list[str]) -> NDArray[np.int64]:
        """The places in the scene of some buildings, with their parts."""
        own = (self._row_of.get(id, -1) for id in ids)
        parts = (row for id in ids for row in self._parts_of.get(id, ()))
        return np.array(sorted({row for row in (*own, *parts) if row >= 0}), np.int64)

    def _repaint_if(self, mode: str) -> None:
        if self.mode == mode:
            self.repaint()

    def _marks_changed(self, ids: list[str]) -> None:
        assert self._session is not None and self.view is not None
        rows = self.rows(ids)
        if not len(rows):
            return
        part = damage_view(self._session, self._asked[rows])
        self.view.grade[rows], self.view.reading[rows], self.view.hatched[rows] = part.grade, part.reading, part.hatched
        if self.mode != DAMAGE or self.colouring is None:
            return
        new = colouring.by_damage(part)
        c = self.colouring
        same_form = (c.hatched[rows] == new.hatched).all() and (c.broken[rows] == new.broken).all()
        c.of[rows], c.hatched[rows], c.broken[rows] = new.of, new.hatched, new.broken
        if same_form and len(rows) < WHOLE * len(self.ids):
            self._upload_slice(rows)
        else:
            self._upload()

    def _coloured(self) -> Colouring:
        assert self._session is not None and self.view is not None
        if self.mode == DAMAGE:
            copied = DamageView(self.view.grade, self.view.reading, self.view.hatched.copy())
            return colouring.by_damage(copied)
        return by_field(BUILDINGS.field(self.mode), self._values(self.mode))

    def _values(self, name: str) -> NDArray[Any]:
        """A column in the scene's order."""
        assert self._session is not None
        columns = self._session.columns("buildings", ["id", name])
        if np.array_equal(columns["id"], self.ids):
            return columns[name]
        by_id = dict(zip(columns["id"].tolist(), columns[name].tolist(), strict=True))
        return np.array([by_id.get(i) for i in self.ids.tolist()], object)

    def _upload(self) -> None:
        if self._scene is not None and self.colouring is not None:
            c = self.colouring
            self._scene.set_building_colours(
                c.rgb(() if self.leaves_out else self.hidden, theme=self._scene.theme.name), c.hatched, c.broken
            )
            self._scene.set_hidden(self._left_out(c))
        self._tell()

    def _upload_slice(self, rows: NDArray[np.int64]) -> None:
        assert self.colouring is not None
        c = self.colouring
        part = Colouring(c.entries, c.of[rows], c.hatched[rows], c.broken[rows])
        if self._scene is not None:
            self._scene.recolour(rows, part.rgb(() if self.leaves_out else self.hidden, theme=self._scene.theme.name))
            if self.leaves_out and self.hidden:
                self._scene.set_hidden(self._left_out(c))
        self._tell()

    def _left_out(self, c: Colouring) -> NDArray[np.bool_]:
        """The buildings that are not drawn at all."""
        outside = np.zeros(len(c.of), bool) if self._outside is None else self._outside
        outside = outside if self._unbuilt is None else outside | self._unbuilt
        if not self.leaves_out:
            return outside
        return np.asarray(np.array([e.key in self.hidden for e in c.entries], bool)[c.of] | outside)

    def _tell(self) -> None:
        for listener in self.painted:
            listener()
