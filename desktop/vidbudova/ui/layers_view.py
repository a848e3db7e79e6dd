"""Keeps the view's layers as this project remembers them: shown, solid, in order, in colours by attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor

from vidbudova.model.change import Change
from vidbudova.model.schema import TABLES
from vidbudova.text import _, number
from vidbudova.ui import cloud_card
from vidbudova.ui.layers_ground import ground_legend, show_ground
from vidbudova.ui.layers_state import STATE, LayerState, tables_of, title_of
from vidbudova.ui.viewport_overlay import Legend, LegendLine

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk
    from vidbudova.ui.layers_looks import Looks

SOON_MS = 120


class LayerView(QObject):
    """See the module.

    state : what is remembered. looks : what was worked out of it last, None before the first. changed : it did.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk
        self.state = LayerState()
        self.looks: Looks | None = None
        self._turn = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.work_out)
        desk.project_changed.connect(self.load)
        desk.city_changed.connect(self._city_changed)
        desk.changed.connect(self._follow)
        desk.viewport.overlay.more_legends = self.legends
        self.load()

    def load(self) -> None:
        """What this project remembers."""
        session = self.desk.session
        self._turn += 1
        self._soon.stop()
        self.looks = None
        self.state = LayerState(session.view_state(STATE) if session is not None else None)

    def remember(self) -> None:
        """Keep it with the project."""
        if self.desk.session is not None:
            self.state.remember(self.desk.session)

    def _city_changed(self) -> None:
        scene = self.desk.viewport.scene
        if scene is not None and self.desk.session is not None:
            show_ground(self.desk, self.state.ground)
            self.state.apply(scene)
            self.work_out()

    def _follow(self, change: Change) -> None:
        styled = {table for name in self.state.style for table in tables_of(name)}
        if change.tables() & styled:
            self.soon()

    def soon(self) -> None:
        """Work it out anew once the hand rests."""
        self._soon.start()

    def work_out(self) -> None:
        """Colours by attribute, and files left out or made clear; in a worker."""
        session, city = self.desk.session, self.desk.city
        self._turn += 1
        turn = self._turn
        if session is None or city is None or (self.looks is None and not self.state.dresses):
            return
        kept = LayerState(self.state.as_json())

        def work(progress: Any, cancelled: Any) -> Looks:
            from vidbudova.ui.layers_looks import looks

            return looks(session, city, kept)

        def done(found: Looks) -> None:
            if turn == self._turn and self.desk.city is city:
                self._show(found)

        self.desk.jobs.start(_("Colouring layers"), work, done, quiet=True)

    def _show(self, found: Looks) -> None:
        self.looks = found
        scene, painting = self.desk.viewport.scene, self.desk.painting
        if scene is not None:
            scene.set_dresses(found.dresses)
        if painting is not None:
            dress = found.of("buildings", painting.ids)
            painting.set_outside(None if dress.share is None else dress.share <= 0)
        if scene is not None:
            cloud_card.colour(scene, self.state.style.get(cloud_card.LAYER, ""), self.state.off)
        self.changed.emit()
        self.desk.viewport.redraw()

    def legends(self) -> list[Legend]:
        """What the colours of the layers that are shown mean."""
        scans = cloud_card.legends(self.desk.viewport.scene, self.state.hidden)
        ground = ground_legend(self.desk)
        others = scans if ground is None else [ground, *scans]
        if self.looks is None:
            return others
        return others + [
            Legend(self._title(name), lines_of(found))
            for name, found in self.looks.colourings.items()
            if name not in self.state.hidden
        ]

    def _title(self, name: str) -> str:
        by = TABLES[tables_of(name)[0]].field(self.state.style[name]) if name in self.state.style else None
        words = f"{title_of(name)}: {_(by.title).lower()}" if by is not None else title_of(name)
        if by is not None and by.kind in ("integer", "real"):
            words += " · " + (_("equal steps") if name in self.state.equal else _("quantiles"))
        return words


def lines_of(found: Any) -> list[LegendLine]:
    """The lines of a colouring that stand for something."""
    counts = found.counts().tolist()
    return [
        LegendLine(QColor(*entry.rgb), entry.title, number(count))
        for entry, count in zip(found.entries, counts, strict=True)
        if count
    ]


def rgba_of(given: Any, rgb: Any, share: Any) -> Any:
    """(n, 4) colours of 0 to 255: the given ones, or those of a look, with how solid they are."""
    solid = np.full(len(given), 255) if share is None else np.round(share * 255)
    return np.c_[given if rgb is None else rgb, solid].astype(np.uint8)


def layer_view_of(desk: Desk) -> LayerView:
    """The one of this desk, made on first use."""
    return desk.findChild(LayerView) or LayerView(desk)
