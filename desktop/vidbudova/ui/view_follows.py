"""The view follows the project: selection, marks, zones, names, legend, attribution, the hover card."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QColor

from vidbudova.model.change import Change
from vidbudova.model.weaving import taken
from vidbudova.session.moments import words_of
from vidbudova.text import _, number
from vidbudova.ui.analysis_legend import covering, covers, legend_on_view
from vidbudova.ui.hover_card import card_of
from vidbudova.ui.layers_view import layer_view_of, rgba_of
from vidbudova.ui.moment import moment_of
from vidbudova.ui.near_names import NearNames
from vidbudova.ui.viewport_card import Card
from vidbudova.ui.viewport_labels import Label
from vidbudova.ui.viewport_overlay import Legend, LegendLine
from vidbudova.ui.zone_view import zone_view_of

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk
    from vidbudova.ui.project_opening import Opening

DRAWN = frozenset({"layers"})
"""Tables whose Changes bring other shapes; buildings only when a form changed."""
FORM = frozenset({"geom", "height_m", "levels", "min_height_m", "roof_shape", "roof_height_m", "part_of"})
RANKS = {"hospital": 5.0, "fire_station": 4.0, "clinic": 3.5, "school": 3.0, "townhall": 3.0, "shelter": 2.0}
READ_FROM_M = ((4.0, 6000.0), (3.0, 2200.0), (2.0, 1500.0), (0.0, 700.0))
"""From how far a name is read, by the least rank: far views name few things, or the names hide the city."""


class Following(QObject):
    """See the module."""

    def __init__(self, desk: Desk, opening: Opening) -> None:
        super().__init__(desk)
        self._desk, self._opening = desk, opening
        self._card: tuple[str, str, Card | None] = ("", "", None)
        self._seen: tuple[Any, ...] | None = None
        self._told_of = ""
        self._layers = layer_view_of(desk)
        desk.selection.changed.connect(self.show_selection)
        desk.changed.connect(self.follow)
        desk.city_changed.connect(self.follow_city)
        desk.theme_changed.connect(self.dress)
        self._zones = zone_view_of(desk)
        moment_of(desk).day_changed.connect(self.show_observations)
        self._layers.changed.connect(self._dress_observations)
        self._layers.changed.connect(self._zones.show)
        self._names = NearNames(desk)
        overlay = desk.viewport.overlay
        overlay.legend, overlay.card = self.legend, self.card
        overlay.result_legend = partial(legend_on_view, desk)
        overlay.labels.providers.append(self.place_labels)

    # -- changes --------------------------------------------------------------------------------------------------

    def follow(self, change: Change) -> None:
        """One Change: only what it touches is drawn anew."""
        self._card = ("", "", None)
        desk, tables = self._desk, change.tables()
        if tables & DRAWN or any(d.table == "buildings" and touches_form(d) for d in change.deltas):
            self._opening.reload()
            return
        if desk.painting is not None:
            desk.painting.on_change(change)
        if tables & {"matches", "observations"}:
            self.show_observations()
        if "damage_marks" in tables:
            self._say_covered()
        desk.viewport.update()

    def _say_covered(self) -> None:
        """Once a result: why a mark that was just made is not seen."""
        title = covering(self._desk)
        if title and title != self._told_of:
            self._told_of = title
            words = _("The mark is kept. It is seen once the result “{title}” is hidden.").format(title=title)
            self._desk.notify(words, self._desk.hide_result.emit, _("Hide the result"))

    def follow_city(self) -> None:
        """Another city is on the view."""
        self._card = ("", "", None)
        self._seen = None
        city = self._desk.city
        empty = city is None or not (
            city.relief
            or city.imagery
            or city.clouds
            or city.backdrops
            or any(len(shapes) for shapes in city.shapes.values())
        )
        self._desk.viewport.overlay.hint = _("Bring in files to begin: Ctrl+I, or drop them here.") if empty else ""
        self.show_observations()
        self.show_selection()
        session = self._desk.session
        if session is not None:
            rows = session.rows("layers").values()
            said = [str(row.get("attribution") or "") for row in rows]
            self._desk.viewport.overlay.attributions = list(dict.fromkeys(text for text in said if text))
        self._desk.viewport.overlay.labels.stale()

    def dress(self, theme: str) -> None:
        """The scene in a theme."""
        scene = self._desk.viewport.scene
        if scene is not None:
            scene.set_theme("dark" if theme == "dark" else "light")
            if self._desk.painting is not None:
                self._desk.painting.repaint()
            self.show_selection()
            self.show_observations()
        self._zones.show()
        self._desk.viewport.redraw()

    def show_selection(self) -> None:
        """Outline what is selected."""
        desk = self._desk
        scene, painting = desk.viewport.scene, desk.painting
        if scene is not None and painting is not None:
            chosen = desk.selection.ids if desk.selection.table == "buildings" else ()
            scene.select(painting.rows(list(chosen)))
            desk.viewport.redraw()

    def show_observations(self) -> None:
        """Dots and cells of what was seen; read in a worker."""
        session, painting = self._desk.session, self._desk.painting
        if session is None or session.count("observations") == 0:
            return
        on = None if painting is None else painting.day

        def work(progress: Any, cancelled: Any) -> tuple[Any, ...]:
            from vidbudova.ui.observed import observed

            return observed(session, on)

        def done(found: tuple[Any, ...]) -> None:
            scene = self._desk.viewport.scene
            if scene is not None and self._desk.session is session:
                self._seen = found
                self._dress_observations()

        self._desk.jobs.start(_("Reading observations"), work, done, quiet=True)

    def _dress_observations(self) -> None:
        """Dots and cells that were read, in the colours of their readings or of an attribute."""
        scene, looks = self._desk.viewport.scene, self._layers.looks
        if scene is None or self._seen is None:
            return
        points, colours, unmatched, areas, area_colours = self._seen
        if looks is not None and "observations" in looks.tables:
            dress, wide = looks.of("observations", points.ids), looks.of("observations", areas.ids)
            colours, area_colours = (
                rgba_of(colours, dress.rgb, dress.share),
                rgba_of(area_colours, wide.rgb, wide.share),
            )
            keep, keep_areas = colours[:, 3] > 0, area_colours[:, 3] > 0
            points, colours, unmatched = taken(points, keep), colours[keep], unmatched[keep]
            areas, area_colours = taken(areas, keep_areas), area_colours[keep_areas]
        scene.set_observations(points, colours, unmatched)
        scene.set_cells(areas, area_colours)
        self._desk.viewport.redraw()

    # -- words over the picture -----------------------------------------------------------------------------------

    def legend(self) -> Legend | None:
        """What the colours of the buildings mean; nothing while they wear a result."""
        painting = self._desk.painting
        if painting is None or painting.colouring is None or not len(painting.ids) or covers(self._desk):
            return None
        from vidbudova.ui.painting import modes

        counts = painting.colouring.counts()
        lines = [
            LegendLine(QColor(*entry.rgb), entry.title, number(int(count)))
            for entry, count in zip(painting.colouring.entries, counts.tolist(), strict=True)
            if count and entry.key not in painting.hidden
        ]
        title = dict(modes()).get(painting.mode, "")
        return Legend(title if painting.day is None else f"{title} · {words_of(painting.day)}", lines)

    def card(self) -> Card | None:
        """What is known of the thing under the cursor, read once."""
        pick, session = self._desk.viewport.navigator.hovered, self._desk.session
        if pick is None or session is None:
            return None
        which = f"{pick.id}:{pick.index}" if pick.kind == "cloud" else pick.id
        if self._card[:2] != (pick.kind, which):
            self._card = (pick.kind, which, card_of(session, pick))
        return self._card[2]

    def place_labels(self) -> Sequence[Label]:
        """Names of hospitals, schools and the like, from near by."""
        city = self._desk.city
        if city is None:
            return []
        places = city.table("places")
        names, kinds = places.columns.get("name"), places.columns.get("kind")
        if names is None or kinds is None or not len(places):
            return []
        at = places.xy[np.minimum(places.part_offsets[places.feature_offsets[:-1]], max(len(places.xy) - 1, 0))]
        return [
            place_label(str(name), RANKS.get(str(kind), 1.0), (float(x), float(y), 12.0))
            for name, kind, (x, y) in zip(names.tolist(), kinds.tolist(), at.tolist(), strict=True)
            if name
        ]


def place_label(name: str, rank: float, xyz: tuple[float, float, float]) -> Label:
    """The name of a place, read from as far as its rank deserves."""
    reach = next(metres for least, metres in READ_FROM_M if rank >= least)
    return Label(name, xyz, rank, farthest_m=reach)


def touches_form(delta: Any) -> bool:
    """Whether a delta changes how a building stands."""
    return bool(FORM & (set(delta.before or ()) | set(delta.after or ())))
