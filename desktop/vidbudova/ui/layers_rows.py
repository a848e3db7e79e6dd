"""One line of the layer list: an eye, the name with its count, how solid it is, and where its rows are from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QVBoxLayout, QWidget

from vidbudova.text import _, number
from vidbudova.ui import icons

INDENT_PX = 30


class SourceRow(QWidget):
    """One imported file of a layer: name, features, attribution, licence; it can be taken out.

    removed : the person takes it out.
    """

    removed = Signal()

    def __init__(self, row: dict[str, object], may: bool, theme: str) -> None:
        super().__init__()
        features = row.get("features")
        name = str(row.get("name") or row.get("source") or "")
        count = f" ({number(int(features))})" if isinstance(features, (int, float)) else ""
        said = [str(row[k]) for k in ("attribution", "licence") if row.get(k)]
        self.words = words = QLabel(name + count + ("\n" + " · ".join(said) if said else ""))
        words.setWordWrap(True)
        words.setProperty("role", "muted")
        words.setStyleSheet("font-size: 11px;")
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.remove = QToolButton()
        self.remove.setIcon(icons.icon("trash", theme))
        self.remove.setAutoRaise(True)
        self.remove.setEnabled(may)
        self.remove.setToolTip(_("Take this layer out (can be undone)"))
        self.remove.setAccessibleName(_("Take {name} out").format(name=name))
        self.remove.clicked.connect(self.removed)
        line = QHBoxLayout(self)
        line.setContentsMargins(INDENT_PX, 0, 0, 0)
        line.addWidget(words, 1)
        line.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)

    def fit(self, width: int) -> int:
        """As high as its words are at a width; gives that."""
        self.words.ensurePolished()
        # a label whose text can be selected asks for too little height of its own accord
        tall = words_tall(self.words, width - INDENT_PX - 48) + 6
        self.words.setFixedHeight(tall)
        return tall


def words_tall(label: QLabel, width: int) -> int:
    """How high the words of a label are at a width."""
    box = QRect(0, 0, width, 10_000)
    return label.fontMetrics().boundingRect(box, int(Qt.TextFlag.TextWordWrap), label.text()).height()


class LayerRow(QWidget):
    """A layer of the view.

    shown_changed(bool), opacity_changed(float) ; table_wanted : its attribute table is asked for.
    """

    shown_changed = Signal(bool)
    opacity_changed = Signal(float)
    table_wanted = Signal()

    def __init__(
        self,
        title: str,
        count: int,
        shown: bool,
        opacity: float,
        sources: Sequence[SourceRow],
        movable: bool,
        theme: str,
    ) -> None:
        super().__init__()
        self.theme, self.sources = theme, tuple(sources)
        self.eye = QToolButton()
        self.eye.setCheckable(True)
        self.eye.setChecked(shown)
        self.eye.setAutoRaise(True)
        self.eye.setStyleSheet("QToolButton { border: none; background: transparent; }")
        self.eye.setAccessibleName(_("Show {name}").format(name=title))
        self.eye.toggled.connect(self._toggled)
        self.words = QLabel(f"{title}  {number(count)}")
        self.words.setWordWrap(True)
        if movable:
            self.setToolTip(_("Drag to put it above or below others"))
        self.solid = QSlider(Qt.Orientation.Horizontal)
        self.solid.setRange(10, 100)
        self.solid.setValue(round(opacity * 100))
        self.solid.setFixedWidth(70)
        self.solid.setToolTip(_("How solid it is"))
        self.solid.setAccessibleName(_("How solid {name} is").format(name=title))
        self.solid.valueChanged.connect(lambda value: self.opacity_changed.emit(value / 100))
        self.table = QToolButton()
        self.table.setIcon(icons.icon("table", theme))
        self.table.setAutoRaise(True)
        self.table.setToolTip(_("Open its table"))
        self.table.clicked.connect(self.table_wanted)
        line = QHBoxLayout()
        line.setSpacing(4)
        for part, share in ((self.eye, 0), (self.words, 1), (self.solid, 0), (self.table, 0)):
            line.addWidget(part, share)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 3, 4, 3)
        column.setSpacing(1)
        column.addLayout(line)
        for source in sources:
            column.addWidget(source)
        self._dress()

    def tall(self, width: int) -> int:
        """How high the row is at a width, with its sources."""
        title = words_tall(self.words, max(width - 176, 40))
        return max(title, 24) + 12 + sum(source.fit(width) + 2 for source in self.sources)

    def leave_out_looks(self) -> None:
        """For rows that the view does not draw as a layer: no eye, no opacity."""
        for part in (self.eye, self.solid):
            kept = part.sizePolicy()
            kept.setRetainSizeWhenHidden(part is self.eye)
            part.setSizePolicy(kept)
            part.hide()

    def _toggled(self, on: bool) -> None:
        self._dress()
        self.shown_changed.emit(on)

    def _dress(self) -> None:
        shown = self.eye.isChecked()
        self.eye.setIcon(icons.icon("eye" if shown else "eye-off", self.theme))
        self.words.setEnabled(shown)
        self.solid.setEnabled(shown)
