"""What lies under everything: the model's own ground, imagery, hillshade, or colours by height; and the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from vidbudova.text import _, mark, number
from vidbudova.ui.damage_section import Section
from vidbudova.ui.viewport_overlay import Legend, LegendLine

if TYPE_CHECKING:
    from vidbudova.scene.city import City
    from vidbudova.ui.desk import Desk

WORDS = {
    "model": mark("As the model"), "imagery": mark("Imagery"), "hillshade": mark("Hillshade"),
    "heights": mark("Colours by height"),
}  # fmt: skip


class GroundChoice(Section):
    """Chooses among what this city has; not there where that is one thing.

    chosen(kind) : another ground.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        body = QWidget()
        super().__init__(_("Ground"), body)
        self.kinds = QComboBox()
        self.kinds.setAccessibleName(_("What the ground shows"))
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.kinds)
        self.kinds.activated.connect(lambda _at: self.chosen.emit(str(self.kinds.currentData())))
        self.hide()

    def offer(self, city: City | None, kind: str) -> None:
        """The grounds of a city, and the one that is shown."""
        from vidbudova.scene.grounding import grounds_of

        kinds = [] if city is None else grounds_of(city)
        self.kinds.clear()
        for one in kinds:
            self.kinds.addItem(_(WORDS[one]), one)
        self.kinds.setCurrentIndex(max(self.kinds.findData(kind), 0))
        self.setVisible(len(kinds) > 1)


def show_ground(desk: Desk, kind: str) -> None:
    """Lay this ground under the city of a desk; the model's own where it has no such thing."""
    from vidbudova.scene.grounding import grounds_of, set_ground

    scene = desk.viewport.scene
    if scene is not None:
        set_ground(scene, next((one for one in grounds_of(scene.city) if one == kind), grounds_of(scene.city)[0]))
        desk.viewport.redraw()


def ground_legend(desk: Desk) -> Legend | None:
    """What the colours of the ground mean; None where they mean nothing."""
    scene = desk.viewport.scene
    relief = None if scene is None else scene.city.relief
    if scene is None or relief is None or scene.ground_kind not in ("hillshade", "heights"):
        return None
    lines = _height_lines(relief.lowest_m, relief.highest_m) if scene.ground_kind == "heights" else []
    if relief.has_voids:
        lines.append(LegendLine(QColor("#B8B2A6"), _("Filled, not measured"), hatched=True))
    return Legend(_("Height of the ground"), lines) if lines else None


def _height_lines(lowest_m: float, highest_m: float) -> list[LegendLine]:
    from vidbudova.scene.relief_tint import classes

    return [
        LegendLine(QColor(*rgb), _("{n} m").format(n=number(height, 0))) for height, rgb in classes(lowest_m, highest_m)
    ]
