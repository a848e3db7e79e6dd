"""Mark many at once: inside an area drawn on the ground, or all that fit a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import shapely
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from vidbudova.model import outline as drawing
from vidbudova.model.codes import BUILDING_USES
from vidbudova.model.damage import GRADES, POSSIBLE
from vidbudova.model.outline import Outline
from vidbudova.session import damage
from vidbudova.text import _, ngettext
from vidbudova.ui.damage_flow import FlowLayout, narrow
from vidbudova.ui.tool_draw import DrawTool

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

ANY = "any"


class AreaTool(DrawTool):
    """Draw an area; the buildings inside become the selection."""

    def __init__(self, desk: Desk, found: Callable[[shapely.Polygon], None]) -> None:
        super().__init__(desk, self._found)
        self._tell_found = found

    def _found(self, outline: Outline) -> None:
        area = drawing.polygon(outline)
        if area is not None:
            self._tell_found(area)
        self.leave()


class ManyBox(QWidget):
    """Chooses buildings by area or rule; the grade buttons then mark all of them.

    chosen : how many buildings are selected now.
    """

    chosen = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.seen = narrow(QComboBox())
        self.seen.addItem(_("anything"), ANY)
        for key, value in {"0": 0, "P": POSSIBLE, **{str(g): g for g in list(GRADES)[1:]}}.items():
            title = _("Possible damage") if key == "P" else f"{key} · {_(GRADES[value])}"
            self.seen.addItem(title, value)
        self.use = narrow(QComboBox())
        self.use.addItem(_("any use"), ANY)
        for code, title in BUILDING_USES.items():
            self.use.addItem(_(title), code)
        self.zone = narrow(QComboBox())
        self.open_only = QCheckBox(_("only those without a mark"))
        self.open_only.setChecked(True)
        self.area_button = QPushButton(_("Draw an area"))
        self.area_button.clicked.connect(self.draw_area)
        self.rule_button = QPushButton(_("Select by rule"))
        self.rule_button.clicked.connect(self.select_by_rule)
        self.words = QLabel(
            _("Select buildings here, then press a grade: it marks them all, as one step that can be undone.")
        )
        self.words.setWordWrap(True)
        self._lay_out()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(_("Shown as"), self.seen)
        form.addRow(_("Use"), self.use)
        form.addRow(_("Inside"), self.zone)
        form.addRow(self.open_only)
        buttons = QWidget()
        flow = FlowLayout(buttons)
        for button in (self.rule_button, self.area_button):
            flow.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.words)
        layout.addLayout(form)
        layout.addWidget(buttons)

    def refresh(self) -> None:
        """Offer the zones that there are."""
        kept = self.zone.currentData()
        self.zone.clear()
        self.zone.addItem(_("everywhere"), ANY)
        if self.desk.session is not None:
            for id, row in self.desk.session.rows("zones").items():
                self.zone.addItem(str(row.get("name") or id[:8]), id)
        self.zone.setCurrentIndex(max(self.zone.findData(kept), 0))

    def draw_area(self) -> None:
        """Put the area tool in hand."""
        self.desk.viewport.set_tool(AreaTool(self.desk, lambda area: self._select(area=area, **self._rule())))
        self.desk.viewport.setFocus()

    def select_by_rule(self) -> None:
        """Select what fits the rule."""
        zone = self.zone.currentData()
        row = self.desk.session.row("zones", zone) if self.desk.session is not None and zone != ANY else None
        area = shapely.from_wkb(row["geom"]) if row is not None else None
        self._select(area=area, **self._rule())

    def _rule(self) -> dict[str, Any]:
        seen, use = self.seen.currentData(), self.use.currentData()
        return {
            "shown": None if seen == ANY else [seen],
            "use": None if use == ANY else [use],
            "unassessed": self.open_only.isChecked(),
        }

    def _select(self, **rule: Any) -> None:
        if self.desk.session is None:
            return
        ids = damage.find(self.desk.session, **rule)
        self.desk.selection.replace(ids)
        self.desk.notify(ngettext("{count} building selected", "{count} buildings selected", len(ids)))
        self.chosen.emit(len(ids))
