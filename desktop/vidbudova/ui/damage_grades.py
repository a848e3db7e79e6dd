"""The six grade buttons: large, coloured, drawn, numbered, and with their key."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QWidget

from vidbudova.model.damage import FROM_ABOVE, GRADES, is_remote
from vidbudova.text import _, mark
from vidbudova.ui import damage_forms

MEANINGS = {
    0: mark("No damage is seen"),
    1: mark("Hairline cracks, plaster falls; no structural damage"),
    2: mark("Cracks in many walls, slight structural damage"),
    3: mark("Large cracks in most walls, moderate structural damage"),
    4: mark("Walls, roofs or storeys have failed in part"),
    5: mark("Collapsed, wholly or nearly"),
}


class GradeButton(QAbstractButton):
    """One grade: its colour as the ground, its form, its number and its words."""

    def __init__(self, grade: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grade = grade
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setObjectName(f"grade-{grade}")
        self.setAccessibleName(f"{grade} {_(GRADES[grade])}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Three of them fit beside each other at 320 px."""
        return QSize(92, 76)

    def minimumSizeHint(self) -> QSize:
        """The least that still shows the words."""
        return QSize(80, 76)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, form, number, words, and a ring while it is the building's grade or has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.35)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        ground = damage_forms.rgb_colour(str(self.grade))
        lit = self.underMouse() and self.isEnabled()
        painter.setBrush(ground.lighter(106) if lit else ground)
        painter.setPen(self._ring())
        painter.drawRoundedRect(box, 8, 8)
        self._inside(painter, box, ink_on(ground))
        painter.end()

    def _ring(self) -> QPen:
        text = self.palette().windowText().color()
        if self.isChecked():
            return QPen(text, 3)
        return QPen(self.palette().highlight().color(), 2) if self.hasFocus() else QPen(QColor(0, 0, 0, 60), 1)

    def _inside(self, painter: QPainter, box: QRectF, ink: QColor) -> None:
        painter.setPen(ink)
        font = self.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.5)
        painter.setFont(font)
        painter.drawText(QRectF(box.left() + 10, box.top() + 4, 30, 34), Qt.AlignmentFlag.AlignVCenter, str(self.grade))
        damage_forms.draw(painter, QRectF(box.right() - 42, box.top() + 5, 34, 34), str(self.grade), ink=ink)
        painter.setFont(fitting(self.font(), _(GRADES[self.grade]), box.width() - 12))
        words = QRectF(box.left() + 6, box.bottom() - 30, box.width() - 12, 26)
        painter.setPen(ink)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, _(GRADES[self.grade]))


class GradeButtons(QWidget):
    """The six of them; says which was pressed."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        self.buttons = [GradeButton(grade, self) for grade in GRADES]
        for n, button in enumerate(self.buttons):
            grid.addWidget(button, n // 3, n % 3)
            button.clicked.connect(lambda _checked=False, g=button.grade: self.chosen.emit(g))

    def show_state(self, grade: int, evidence: str, usable: bool) -> None:
        """Ring the building's grade; pale what the evidence does not carry (it can be pressed, and says why not)."""
        for button in self.buttons:
            button.setEnabled(usable)
            button.setChecked(button.grade == grade)
            allowed = not is_remote(evidence) or button.grade in FROM_ABOVE
            meaning = _(MEANINGS[button.grade])
            far = "\n" + _("Not from above: 0, 3 (or worse) and 5 can be.") if not allowed else ""
            button.setToolTip(f"{button.grade} · {_(GRADES[button.grade])}\n{meaning}{far}\n"
                              + _("Key {key}").format(key=button.grade))
            button.update()


def ink_on(ground: QColor) -> QColor:
    """Black or white, whichever can be read on a ground."""
    light = 0.2126 * ground.redF() + 0.7152 * ground.greenF() + 0.0722 * ground.blueF()
    return QColor("#17191C") if light > 0.45 else QColor("#FFFFFF")


def fitting(font: QFont, words: str, width: float) -> QFont:
    """The font, smaller if the longest word would not fit."""
    fitted = QFont(font)
    longest = max(QFontMetricsF(fitted).horizontalAdvance(word) for word in words.split())
    if longest > width:
        fitted.setPointSizeF(max(6.5, fitted.pointSizeF() * width / longest))
    return fitted
