"""The Layers panel: what buildings are coloured by, and every layer with its order, visibility, opacity and source."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from vidbudova.model.change import Change, Delta
from vidbudova.session.sizes import sizes, words
from vidbudova.text import _, mark
from vidbudova.ui import cloud_card, icons
from vidbudova.ui.analysis_legend import Covered
from vidbudova.ui.damage_legend import Legend
from vidbudova.ui.damage_section import Section
from vidbudova.ui.layers_ground import GroundChoice, show_ground
from vidbudova.ui.layers_looks import STYLED, fields_of
from vidbudova.ui.layers_rows import LayerRow, SourceRow
from vidbudova.ui.layers_state import MOVABLE, OTHERS, SHOWN, LayerState, set_aside, tables_of, title_of
from vidbudova.ui.layers_view import layer_view_of
from vidbudova.ui.painting import DAMAGE, modes

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

NAME = Qt.ItemDataRole.UserRole


class LayersPanel(QScrollArea):
    """See the module."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.view = layer_view_of(desk)
        self.setObjectName("layers-panel")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.legend, self.list, self.ground = Legend(modes()), QListWidget(), GroundChoice()
        self.rows: dict[str, LayerRow] = {}
        self.sources: dict[str, SourceRow] = {}
        self.measured: dict[str, dict[str, Any]] = {}
        self.empty, self.bring = QLabel(), QPushButton(_("Bring in files"))
        self._painted_for: Any = None
        # A timer of its own: a pending single shot would keep the whole window when that closes first.
        self._refit = QTimer(self)
        self._refit.setSingleShot(True)
        self._refit.timeout.connect(self._fit)
        self.list.viewport().installEventFilter(self)
        self._lay_out()
        self._connect()
        self._open_project()

    @property
    def state(self) -> LayerState:
        """How the layers look."""
        return self.view.state

    def _lay_out(self) -> None:
        self.empty.setText(_("Layers are what you bring in: buildings, roads, water, satellite assessments."))
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "muted")
        self.bring.setIcon(icons.icon("import", self.desk.theme))
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(_("Layers"))
        self.colours = Section(_("Buildings coloured by"), self.legend)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        for part in (self.empty, self.ground, self.list, self.bring, self.colours):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(body)

    def _connect(self) -> None:
        desk = self.desk
        self._keep = QTimer(self)
        self._keep.setSingleShot(True)
        self._keep.setInterval(400)
        self._keep.timeout.connect(self._remember)
        self.bring.clicked.connect(lambda: desk.show_panel("import"))
        self.ground.chosen.connect(self.set_ground)
        self.covered = Covered(self.desk, self.legend)
        self.legend.mode_chosen.connect(lambda mode: self._paint("set_mode", mode))
        self.legend.hidden_changed.connect(lambda keys: self._paint("set_hidden", keys))
        self.legend.leave_out_changed.connect(lambda on: self._paint("set_leaves_out", on))
        self.list.model().rowsMoved.connect(lambda *_parts: QTimer.singleShot(0, self, self._moved))
        desk.project_changed.connect(self._open_project)
        desk.city_changed.connect(self._city_changed)
        desk.changed.connect(self._follow)
        desk.theme_changed.connect(lambda _theme: self.refresh())

    # -- showing --------------------------------------------------------------------------------------------------

    def _open_project(self) -> None:
        self._keep.stop()
        self.refresh()

    def _city_changed(self) -> None:
        painting, scene = self.desk.painting, self.desk.viewport.scene
        if painting is not None and painting is not self._painted_for:
            self._painted_for = painting
            painting.painted.append(self._show_colours)
        self._show_colours()
        self.ground.offer(self.desk.city, self.state.ground)
        if scene is not None and self.desk.session is not None:
            self._show_set_aside()

    def _show_colours(self) -> None:
        painting = self.desk.painting
        colouring = painting.colouring if painting is not None else None
        self.colours.setVisible(colouring is not None)
        if painting is not None and colouring is not None:
            self.legend.modes.setCurrentIndex(self.legend.modes.findData(painting.mode))
            self.legend.show_colouring(colouring, painting.hidden, painting.mode == DAMAGE)

    def _paint(self, what: str, value: Any) -> None:
        """Ask for other colours, and for the picture with them."""
        if self.desk.painting is not None:
            getattr(self.desk.painting, what)(value)
            self.desk.viewport.redraw()

    def refresh(self) -> None:
        """Make the list anew."""
        session = self.desk.session
        self.list.clear()
        self.rows, self.sources = {}, {}
        if session is not None:
            imported, self.measured = session.rows("layers"), sizes(session)
            for name in (*self.state.order, *OTHERS):
                count = sum(session.count(table) for table in tables_of(name))
                if name == "cells":
                    continue
                mine = {id: row for id, row in imported.items() if row.get("kind") in tables_of(name)}
                if count or mine:
                    self._add(name, count, mine, not session.read_only)
        self.empty.setVisible(not self.rows)
        self.list.setVisible(bool(self.rows))
        self.bring.setEnabled(session is not None and not session.read_only)
        self._show_colours()
        self._fit()

    def _add(self, name: str, count: int, mine: dict[str, dict[str, Any]], may: bool) -> None:
        sources = []
        for id, fields in mine.items():
            measured = self.measured.get(id, {})
            source = SourceRow({**fields, **measured, "size": words(measured)}, may, self.desk.theme)
            source.zoomed.connect(partial(self._go_to, id))
            source.removed.connect(partial(self.remove, id))
            source.show_looks(id not in self.state.off, self.state.clear.get(id, 1.0))
            source.shown_changed.connect(partial(self.set_source_shown, id))
            source.opacity_changed.connect(partial(self.set_source_opacity, id))
            if len(mine) == 1 or name in ("trees", *OTHERS):
                source.leave_out_looks()
            self.sources[id] = source
            sources.append(source)
        shown, opacity = name not in self.state.hidden, self.state.opacity.get(name, 1.0)
        row = LayerRow(title_of(name), count, shown, opacity, sources, name in MOVABLE, self.desk.theme)
        row.shown_changed.connect(partial(self.set_shown, name))
        row.opacity_changed.connect(partial(self.set_opacity, name))
        row.table_wanted.connect(partial(self._open_table, tables_of(name)[0]))
        item = QListWidgetItem()
        item.setData(NAME, name)
        if name not in MOVABLE:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDragEnabled)
        self.list.addItem(item)
        self.list.setItemWidget(item, row)
        self.rows[name] = row
        self._offer_styles(name, row)
        if name in OTHERS:
            row.leave_out_looks()

    def _offer_styles(self, name: str, row: LayerRow) -> None:
        if name == cloud_card.LAYER:
            row.offer_styles(cloud_card.styles(), self.state.style.get(name, ""), False, False)
            row.style_chosen.connect(partial(self.set_style, name))
            row.steps_chosen.connect(partial(self.set_steps, name))
        if name in STYLED and name not in OTHERS:
            fields, by = fields_of(tables_of(name)[0]), self.state.style.get(name, "")
            numbers = any(f.name == by and f.kind in ("integer", "real") for f in fields)
            row.offer_styles([(f.name, _(f.title)) for f in fields], by, name in self.state.equal, numbers)
            row.style_chosen.connect(partial(self.set_style, name))
            row.steps_chosen.connect(partial(self.set_steps, name))

    def _fit(self) -> None:
        """As high as its rows: the panel scrolls, not the list."""
        width, total = max(self.list.viewport().width(), 200), 2 * self.list.frameWidth() + 2
        for n in range(self.list.count()):
            item = self.list.item(n)
            row = self.list.itemWidget(item)
            if not isinstance(row, LayerRow):
                continue
            tall = row.tall(width)
            item.setSizeHint(QSize(0, tall))
            total += tall
        self.list.setFixedHeight(total)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Words wrap anew when the list gets its real width."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Polish):
            self._refit.start()
        return super().eventFilter(watched, event)

    # -- doing ----------------------------------------------------------------------------------------------------

    def set_shown(self, name: str, shown: bool) -> None:
        """Show or hide a layer; observed areas go with the observations."""
        for one in (name, "cells") if name == "observations" else (name,):
            (self.state.hidden.discard if shown else self.state.hidden.add)(one)
            if (scene := self.desk.viewport.scene) is not None:
                scene.set_visible(one, shown)
        self.desk.viewport.redraw()
        self._keep.start()

    def set_opacity(self, name: str, share: float) -> None:
        """How solid a layer is."""
        for one in (name, "cells") if name == "observations" else (name,):
            self.state.opacity[one] = share
            if (scene := self.desk.viewport.scene) is not None:
                scene.set_opacity(one, share)
        self.desk.viewport.redraw()
        self._keep.start()

    def set_ground(self, kind: str) -> None:
        """Lay something else under everything."""
        self.state.ground = kind
        show_ground(self.desk, kind)
        self._keep.start()

    def set_source_shown(self, id: str, shown: bool) -> None:
        """Show or leave out the features of one file."""
        (self.state.off.discard if shown else self.state.off.add)(id)
        self._dress_anew()

    def set_source_opacity(self, id: str, share: float) -> None:
        """How solid the features of one file are."""
        self.state.clear[id] = share
        if share >= 1.0:
            del self.state.clear[id]
        self._dress_anew()

    def set_style(self, name: str, by: str) -> None:
        """Colour a layer by an attribute; "" is as the model has it."""
        self.state.style.pop(name, None)
        if by:
            self.state.style[name] = by
        self._dress_anew()
        QTimer.singleShot(0, self, lambda: self._offer_styles_again(name))

    def set_steps(self, name: str, equal: bool) -> None:
        """Equal steps, or quantiles."""
        (self.state.equal.add if equal else self.state.equal.discard)(name)
        self._dress_anew()

    def _offer_styles_again(self, name: str) -> None:
        if (row := self.rows.get(name)) is not None:
            row.style_chosen.disconnect()
            row.steps_chosen.disconnect()
            self._offer_styles(name, row)

    def _dress_anew(self) -> None:
        self.view.soon()
        self._keep.start()

    def _moved(self) -> None:
        names = [self.list.item(n).data(NAME) for n in range(self.list.count())]
        upper = [name for name in names if name in MOVABLE]
        self.state.order = [*upper, *(name for name in SHOWN if name not in upper)]
        if (scene := self.desk.viewport.scene) is not None:
            self.state.apply(scene)
            self.desk.viewport.redraw()
        self._keep.start()
        self.refresh()

    def _remember(self) -> None:
        self.view.remember()

    def remove(self, id: str) -> None:
        """Take an imported layer out; undo brings it back."""
        session = self.desk.session
        row = session.row("layers", id) if session is not None else None
        if row is None:
            return
        name = str(row.get("name") or row.get("source") or "")
        made = self.desk.do(mark("Take out the layer {layer}"), [Delta("layers", id, row, None)], layer=name)
        if made is not None:
            undo = partial(self.desk.undo_this, made.id)
            self.desk.notify(_("{name} was taken out.").format(name=name), undo, _("Undo"))

    def _go_to(self, id: str) -> None:
        if (bounds := self.measured.get(id, {}).get("bounds")) is not None:
            self.desk.viewport.fly_to_bounds(bounds)

    def _open_table(self, table: str) -> None:
        panel = self.desk.show_panel("table")
        if panel is not None and hasattr(panel, "show_table"):
            panel.show_table(table)

    def _show_set_aside(self) -> None:
        session = self.desk.session
        if session is None or not session.count("quarantine"):
            return

        def done(found: tuple[Any, Any]) -> None:
            scene = self.desk.viewport.scene
            if scene is not None and self.desk.session is session:
                scene.set_quarantine(*found)
                self.desk.viewport.redraw()

        self.desk.jobs.start(
            _("Reading what was set aside"), lambda progress, cancelled: set_aside(session), done, quiet=True
        )

    def _follow(self, change: Change) -> None:
        if change.tables() & {"layers", "zones"}:
            self.refresh()
