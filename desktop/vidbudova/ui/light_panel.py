"""The panel of light, date and section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from vidbudova.text import _
from vidbudova.ui.damage_section import Section
from vidbudova.ui.light_box import LightBox
from vidbudova.ui.light_day import DayBox
from vidbudova.ui.section_box import SectionBox

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk


class LightPanel(QWidget):
    """Three parts that fold: the light, the day whose damage is shown, and the section."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.light, self.day, self.section = LightBox(desk), DayBox(desk), SectionBox(desk)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(12)
        for title, box in (
            (_("Light"), self.light),
            (_("Date of the damage"), self.day),
            (_("Section"), self.section),
        ):
            column.addWidget(Section(title, box))
        column.addStretch(1)
