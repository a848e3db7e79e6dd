"""The Zones panel: draw, list, describe, count, split, merge and edit reconstruction zones."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from vidbudova.model.change import Change
from vidbudova.model.zones import TABLE, area_of
from vidbudova.session import Session, zones
from vidbudova.text import _, ngettext
from vidbudova.ui import icons
from vidbudova.ui.commands import Command
from vidbudova.ui.damage_flow import FlowLayout
from vidbudova.ui.damage_section import Section
from vidbudova.ui.tool_clicks import ClickTool
from vidbudova.ui.tool_draw import DrawTool
from vidbudova.ui.tool_ground import fly_to_row
from vidbudova.ui.tool_snaps import snaps_of
from vidbudova.ui.tool_vertices import VertexTool
from vidbudova.ui.tool_zone import DrawZoneTool, HoleTool, SplitTool
from vidbudova.ui.zone_form import ZoneForm
from vidbudova.ui.zone_list import ZoneList
from vidbudova.ui.zone_numbers import ZoneNumbers
from vidbudova.ui.zone_view import zone_view_of

if TYPE_CHECKING:
    from vidbudova.scene.pick import Pick
    from vidbudova.ui.desk import Desk

COUNTED = frozenset({TABLE, "damage_marks", "buildings", "matches", "observations", "project"})


class ZonePanel(QScrollArea):
    """See the module."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.view = zone_view_of(desk)
        self.setObjectName("zone-panel")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.draw = QPushButton(_("Draw a zone"))
        self.draw.setObjectName("zone-draw")
        self.draw.setProperty("primary", True)
        self.list = ZoneList(desk)
        self.form = ZoneForm()
        self.numbers = ZoneNumbers()
        self.square = QCheckBox(_("Right angles (R, or hold Shift)"))
        self.snapping = QCheckBox(_("Snap to buildings, roads and zones"))
        self.snapping.setChecked(True)
        self.volumes = QCheckBox(_("Show zones as volumes"))
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(10)
        self.doings = QWidget()
        flow = FlowLayout(self.doings)
        self.buttons: dict[str, QPushButton] = {}
        titles = {
            "edit": (_("Edit corners"), "pencil"), "hole": (_("Cut a hole"), "draw"), "split": (_("Split"), "split"),
            "merge": (_("Merge"), "merge"), "fly": (_("Fly there"), "fly"), "remove": (_("Remove"), "trash"),
        }  # fmt: skip
        for key, (title, icon) in titles.items():
            button = QPushButton(icons.icon(icon, self.desk.theme), title)
            button.setObjectName(f"zone-{key}")
            self.buttons[key] = button
            flow.addWidget(button)
        self.numbers_section = Section(_("In the zone"), self.numbers)
        self.form_section = Section(_("Properties"), self.form)
        parts = (
            self.words, self.draw, self.square, self.snapping, self.volumes, self.list, self.doings,
            self.numbers_section, self.form_section,
        )  # fmt: skip
        for part in parts:
            layout.addWidget(part)
        layout.addStretch(1)
        self.setWidget(body)

    def _connect(self) -> None:
        desk = self.desk
        desk.project_changed.connect(self.refresh)
        desk.city_changed.connect(self.refresh)
        desk.changed.connect(self._follow)
        desk.selection.changed.connect(self._selection_changed)
        desk.viewport.tool_changed.connect(self._tool_changed)
        desk.theme_changed.connect(lambda _theme: self.refresh())
        desk.offers.append(self._offers)
        self.draw.clicked.connect(self.draw_zone)
        self.view.live.connect(self._live)
        self.list.chosen.connect(lambda ids: desk.selection.replace(ids, TABLE))
        self.list.opened.connect(lambda id: fly_to_row(desk, TABLE, id))
        self.form.said.connect(self._describe)
        self.square.toggled.connect(self._set_square)
        self.snapping.toggled.connect(self._set_snapping)
        self.volumes.clicked.connect(self.view.set_volumes)
        for key, action in {
            "edit": self.edit_corners, "hole": self.cut_hole, "split": self.split, "merge": self.merge,
            "fly": self._fly, "remove": self.remove,
        }.items():  # fmt: skip
            self.buttons[key].clicked.connect(action)

    def chosen(self) -> list[str]:
        """The selected zones."""
        return list(self.desk.selection.ids) if self.desk.selection.table == TABLE else []

    def refresh(self) -> None:
        """Show the project anew."""
        session = self.desk.session
        count = self.list.show_zones(session)
        self.list.setVisible(count > 0)
        self.volumes.setChecked(self.view.volumes)
        self.volumes.setVisible(count > 0)
        self.draw.setEnabled(session is not None and not session.read_only)
        self.words.setVisible(count == 0)
        self.words.setText(
            _(
                "Zones say where and when to rebuild. Draw the first one: click its corners on the ground; "
                "what stands inside is counted while you draw."
            )
        )
        self._selection_changed()

    def draw_zone(self) -> None:
        """Put the drawing tool in hand."""
        self._hold(DrawZoneTool(self.desk))

    def edit_corners(self) -> None:
        """Put the corner tool in hand."""
        if ids := self.chosen():
            self._hold(VertexTool(self.desk, ids[-1]))

    def cut_hole(self) -> None:
        """Draw a hole into the zone."""
        if ids := self.chosen():
            self._hold(HoleTool(self.desk, ids[-1]))

    def split(self) -> None:
        """Draw a line that splits the zone."""
        if ids := self.chosen():
            self._hold(SplitTool(self.desk, ids[-1]))

    def merge(self) -> None:
        """Make the chosen zones one."""
        session, ids = self.desk.session, self.chosen()
        made = self.desk.attempt(lambda: zones.merge(session, ids)) if session is not None else None
        if made is not None:
            self.desk.selection.replace(ids[:1], TABLE)
            words = ngettext("{count} zone is one now.", "{count} zones are one now.", len(ids))
            self.desk.notify(words, partial(self.desk.undo_this, made.id), _("Undo"))

    def remove(self) -> None:
        """Take the chosen zones away."""
        session, ids = self.desk.session, self.chosen()
        made = self.desk.attempt(lambda: zones.remove(session, ids)) if session is not None else None
        if made is not None:
            self.desk.selection.clear()
            words = ngettext("{count} zone removed.", "{count} zones removed.", len(ids))
            self.desk.notify(words, partial(self.desk.undo_this, made.id), _("Undo"))

    def _offers(self, pick: Pick) -> list[Command]:
        """The menu of a right click on a zone."""
        if pick.kind != "zone":
            return []
        self.desk.selection.replace([pick.id], TABLE)
        return [
            Command("zone-edit", _("Edit corners"), self.edit_corners, icon="pencil"),
            Command("zone-hole", _("Cut a hole"), self.cut_hole, icon="draw"),
            Command("zone-split", _("Split"), self.split, icon="split"),
            Command("zone-remove", _("Remove"), self.remove, icon="trash"),
        ]

    def _hold(self, tool: ClickTool) -> None:
        if isinstance(tool, DrawTool):
            tool.set_square(self.square.isChecked())
        self.desk.viewport.set_tool(tool)
        self.desk.viewport.setFocus()

    def _live(self, area: shapely.Geometry | None) -> None:
        if area is None:
            self._count_selected()
        else:
            self.numbers_section.show()
            self.numbers.show_area(self.desk.session, area)

    def _count_selected(self) -> None:
        session, ids = self.desk.session, self.chosen()
        rows = [row for row in (session.row(TABLE, id) for id in ids) if row] if session is not None else []
        self.numbers_section.setVisible(bool(rows))
        whole = shapely.union_all([area_of(row) for row in rows]) if rows else None
        self.numbers.show_area(session, whole)

    def _selection_changed(self) -> None:
        session, ids = self.desk.session, self.chosen()
        self.list.show_selection()
        row = session.row(TABLE, ids[0]) if session is not None and len(ids) == 1 else None
        self.form_section.setVisible(row is not None)
        if row is not None:
            self.form.show_row(row)
        self._enable(session, len(ids))
        self._count_selected()

    def _enable(self, session: Session | None, count: int) -> None:
        self.doings.setVisible(count > 0)
        may = session is not None and not session.read_only
        for key, button in self.buttons.items():
            wanted = count > 1 if key == "merge" else (count > 0 if key in ("remove", "fly") else count == 1)
            button.setEnabled(wanted and (may or key == "fly"))

    def _describe(self, name: str, value: Any) -> None:
        session, ids = self.desk.session, self.chosen()
        if session is not None and len(ids) == 1:
            self.desk.attempt(lambda: zones.describe(session, ids[0], **{name: value}))
            row = session.row(TABLE, ids[0])
            if row is not None:
                self.form.edits[name].show(row.get(name))

    def _follow(self, change: Change) -> None:
        if TABLE in change.tables():
            self.refresh()
        elif change.tables() & COUNTED:
            self._count_selected()

    def _set_square(self, on: bool) -> None:
        tool = self.desk.viewport.tool
        if isinstance(tool, DrawTool):
            tool.set_square(on)

    def _set_snapping(self, on: bool) -> None:
        snaps_of(self.desk).enabled = on

    def _tool_changed(self) -> None:
        self.draw.setText(
            _("Drawing: click on the ground") if isinstance(self.desk.viewport.tool, DrawZoneTool) else _("Draw a zone")
        )

    def _fly(self) -> None:
        if ids := self.chosen():
            fly_to_row(self.desk, TABLE, ids[-1])
