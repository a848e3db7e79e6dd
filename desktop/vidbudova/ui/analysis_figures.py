"""The figures of a result: each a number that unfolds into where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from vidbudova.plugin import Figure
from vidbudova.text import _, with_unit
from vidbudova.ui.analysis_rows import figure_words


class FigureRow(QWidget):
    """One figure; a click tells its formula, inputs, source and date."""

    def __init__(self, figure: Figure, against: float | None = None) -> None:
        super().__init__()
        self.setObjectName(f"figure-{figure.name}")
        self.head = QToolButton()
        self.head.setText(figure.title)
        self.head.setCheckable(True)
        self.head.setAutoRaise(True)
        self.head.setArrowType(Qt.ArrowType.RightArrow)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.head.setStyleSheet("QToolButton { border: none; background: transparent; padding: 2px 0; }")
        self.head.setToolTip(figure.title + "\n" + _("Where does this come from?"))
        self.value = QLabel(said(figure, against))
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.origin = QLabel(origin(figure))
        self.origin.setWordWrap(True)
        self.origin.setProperty("role", "muted")
        self.origin.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.origin.hide()
        self.head.toggled.connect(self._unfold)
        line = QHBoxLayout()
        line.addWidget(self.head, 1)
        line.addWidget(self.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.origin)

    def _unfold(self, is_open: bool) -> None:
        self.origin.setVisible(is_open)
        self.head.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)


def said(figure: Figure, against: float | None = None) -> str:
    """The value with its unit, and by how much it differs from another."""
    if isinstance(figure.value, str):
        return with_unit(figure.value, figure.unit)
    text = with_unit(figure_words(float(figure.value)), figure.unit)
    if against is None or abs(float(figure.value) - against) <= 1e-9 * max(abs(against), 1.0):
        return text
    change = float(figure.value) - against
    return f"{text} ({'+' if change > 0 else '−'}{figure_words(abs(change))})"


def origin(figure: Figure) -> str:
    """Formula, inputs, source and date, a line each."""
    parts = (
        (_("Formula"), figure.formula), (_("Inputs"), figure.inputs), (_("Source"), figure.source),
        (_("Date"), figure.date),
    )  # fmt: skip
    return "\n".join(f"{title}: {words}" for title, words in parts if words)


class Figures(QWidget):
    """All figures of a result, one below the other."""

    def __init__(self, figures: Sequence[Figure], against: Mapping[str, object] | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.rows = {}
        for figure in figures:
            was = (against or {}).get(figure.name)
            self.rows[figure.name] = FigureRow(figure, float(was) if isinstance(was, int | float) else None)
            column.addWidget(self.rows[figure.name])
