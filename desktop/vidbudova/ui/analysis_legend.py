"""What the colours of a shown result mean on the view, and what is said where those of the buildings are covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from vidbudova.text import _, number, with_unit
from vidbudova.ui.viewport_overlay import Legend, LegendLine

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk


def covers(desk: Desk) -> bool:
    """Whether the buildings wear a result instead of their own colours."""
    scene = desk.viewport.scene
    return scene is not None and scene.results.covers_buildings and scene.visible.get("results", True)


def legend_on_view(desk: Desk) -> Legend | None:
    """The legend of the result that lies on the city, None for none."""
    scene = desk.viewport.scene
    found = None if scene is None or not scene.visible.get("results", True) else scene.results.classed
    if found is None or scene is None or scene.results.drawing is None:
        return None
    lines = [
        LegendLine(QColor(*line.rgb), line.title, number(count))
        for line, count in zip(found.legend.lines, found.counts.tolist(), strict=True)
        if count
    ]
    return Legend(with_unit(found.legend.title, found.legend.unit, ", "), lines)


def covering(desk: Desk) -> str:
    """The title of the result that the buildings wear; "" for none."""
    scene = desk.viewport.scene
    return scene.results.table.title if covers(desk) and scene is not None and scene.results.table is not None else ""


class Covered(QWidget):
    """Stands above a legend of the buildings while a result covers their colours, with a button that hides it."""

    def __init__(self, desk: Desk, legend: QWidget) -> None:
        super().__init__(legend)
        self._desk, self._legend = desk, legend
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setProperty("role", "warn")
        self.hide_it = QPushButton(_("Hide the result"))
        self.hide_it.setObjectName("uncover")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.addWidget(self.words)
        column.addWidget(self.hide_it)
        layout = legend.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(0, self)
        self.hide_it.clicked.connect(desk.hide_result)
        desk.result_changed.connect(self.follow)
        desk.city_changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Say what covers the colours, or nothing."""
        title = covering(self._desk)
        words = _("The buildings wear the result “{title}”. Marks are kept and seen again once it is hidden.")
        self.words.setText(words.format(title=title))
        self.setVisible(bool(title))
