"""The legend on the panel: every line with its form, its colour and its count; a click hides or shows it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from vidbudova.scene.colouring import Colouring, Entry
from vidbudova.text import _, ngettext, number
from vidbudova.ui import damage_forms
from vidbudova.ui.damage_flow import narrow

ROW_PX = 28


class LegendLine(QAbstractButton):
    """One line; checked while its buildings are shown in full colour."""

    alone = Signal()

    def __init__(self, entry: Entry, count: int, total: int, above: int | None) -> None:
        """above : how many of them were only seen from above; None where the colours are not of damage."""
        super().__init__()
        self.entry, self.count, self.total, self.above = entry, count, total, above
        self.setCheckable(True)
        self.setChecked(True)
        self.setFixedHeight(ROW_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setObjectName(f"legend-{entry.key}")
        self.setAccessibleName(f"{entry.title}: {number(count)}")
        seen = "\n" + ngettext("{count} only from above, hatched", "{count} only from above, hatched", above or 0)
        self.setToolTip(_("Click hides or shows these; a double click shows only these.") + (seen if above else ""))

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(240, ROW_PX)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Only this one."""
        self.alone.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A swatch or form, the words, a bar of its share and the count."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isChecked() else 0.38)
        self._share(painter)
        self._swatch(painter, QRectF(2, 3, 22, 22))
        text = self.palette().windowText().color()
        painter.setPen(text)
        count = number(self.count)
        width = painter.fontMetrics().horizontalAdvance(count) + 6
        words = QRectF(32, 0, self.width() - 38 - width, ROW_PX)
        elided = painter.fontMetrics().elidedText(self.entry.title, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)
        right = QRectF(self.width() - width - 4, 0, width, ROW_PX)
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _share(self, painter: QPainter) -> None:
        colour = QColor(self.palette().windowText().color())
        colour.setAlphaF(0.28)
        scale = (self.width() - 36) / max(self.total, 1)
        ground, above = (self.count - (self.above or 0)) * scale, (self.above or 0) * scale
        painter.fillRect(QRectF(32, ROW_PX - 4, ground, 3), colour)
        painter.fillRect(QRectF(32 + ground, ROW_PX - 4, above, 3), QBrush(colour, Qt.BrushStyle.Dense4Pattern))

    def _swatch(self, painter: QPainter, box: QRectF) -> None:
        if self.above is not None:
            damage_forms.draw(painter, box, self.entry.key, ink=damage_forms.line_on(self.palette().window().color()))
            return
        painter.setPen(QPen(QColor(0, 0, 0, 70), 1))
        painter.setBrush(QColor(*self.entry.rgb))
        painter.drawRoundedRect(box.adjusted(3, 3, -3, -3), 4, 4)


class Legend(QWidget):
    """What the buildings are coloured by, and the lines; tells which lines are hidden.

    mode_chosen : the field to colour by. hidden_changed : keys of the hidden lines.
    leave_out_changed : whether their buildings are not drawn at all.
    """

    mode_chosen = Signal(str)
    hidden_changed = Signal(set)
    leave_out_changed = Signal(bool)

    def __init__(self, modes: list[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.modes = narrow(QComboBox())
        for key, title in modes:
            self.modes.addItem(title, key)
        self.modes.setAccessibleName(_("Colour by"))
        self.modes.activated.connect(lambda n: self.mode_chosen.emit(self.modes.itemData(n)))
        self.progress = QLabel()
        self.progress.setWordWrap(True)
        self.leave_out = QCheckBox(_("Leave them out instead of paling them"))
        self.leave_out.toggled.connect(self.leave_out_changed)
        self.all_button = QPushButton(_("Show all"))
        self.all_button.clicked.connect(self.show_all)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self.modes, self.progress):
            layout.addWidget(part)
        layout.addLayout(self._lines)
        layout.addWidget(self.leave_out)
        layout.addWidget(self.all_button)
        self._offer_all(False)
        self.lines: list[LegendLine] = []

    def show_colouring(self, colouring: Colouring, hidden: set[str], damage: bool) -> None:
        """Show the lines anew; empty ones are left out except grades."""
        self._forget()
        counts, total = colouring.counts(), len(colouring.of)
        above = np.bincount(colouring.of[colouring.hatched], minlength=len(counts))
        for entry, count, far in zip(colouring.entries, counts.tolist(), above.tolist(), strict=True):
            if count or damage:
                self._add(LegendLine(entry, count, total, far if damage else None), entry.key not in hidden)
        self._offer_all(bool(hidden))
        self.progress.setVisible(damage)
        if damage:
            open_ones = counts[[e.key == "none" for e in colouring.entries]].sum()
            remote = int(colouring.hatched.sum())
            self.progress.setText(self._progress_words(total, total - int(open_ones), remote))

    def hidden(self) -> set[str]:
        """Keys of the hidden lines."""
        return {line.entry.key for line in self.lines if not line.isChecked()}

    def show_all(self) -> None:
        """Bring every line back."""
        self._set(lambda line: True)

    def _offer_all(self, some_hidden: bool) -> None:
        self.leave_out.setVisible(some_hidden)
        self.all_button.setVisible(some_hidden)

    def _progress_words(self, total: int, assessed: int, remote: int) -> str:
        share = _("{assessed} of {total} buildings assessed").format(assessed=number(assessed), total=number(total))
        hatched = ngettext("{count} only from above, hatched", "{count} only from above, hatched", remote)
        return f"{share}; {hatched}" if remote else share

    def _add(self, line: LegendLine, shown: bool) -> None:
        line.setChecked(shown)
        line.clicked.connect(self._told)
        line.alone.connect(lambda: self._set(lambda other: other is line))
        self.lines.append(line)
        self._lines.addWidget(line)

    def _forget(self) -> None:
        for line in self.lines:
            self._lines.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = []

    def _set(self, shown: Callable[[LegendLine], bool]) -> None:
        for line in self.lines:
            line.setChecked(shown(line))
        self._told()

    def _told(self) -> None:
        hidden = self.hidden()
        self._offer_all(bool(hidden))
        self.hidden_changed.emit(hidden)
