"""One line of the layer list: an eye, the name with its count, how solid it is, and where its rows are from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QVBoxLayout, QWidget

from vidbudova.text import _, number
from vidbudova.ui import icons

INDENT_PX = 30
LOOKS_PX = 94
"""What the eye and the slider of one file take of its words."""
ZOOM_PX = 32


class SourceRow(QWidget):
    """One imported file of a layer: name, features, attribution, licence; it can be taken out.

    removed : the person takes it out. zoomed : the person wants to see it.
    shown_changed(bool), opacity_changed(float) : how this file alone is drawn.
    """

    removed = Signal()
    zoomed = Signal()
    shown_changed = Signal(bool)
    opacity_changed = Signal(float)

    def __init__(self, row: dict[str, object], may: bool, theme: str) -> None:
        super().__init__()
        features = row.get("features")
        name = str(row.get("name") or row.get("source") or "")
        size = str(row.get("size") or (number(int(features)) if isinstance(features, (int, float)) else ""))
        count = f" ({size})" if size else ""
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
        self.zoom = zoom_button(name, theme)
        self.zoom.clicked.connect(self.zoomed)
        self.zoom.setVisible(bool(row.get("bounds")))
        line = QHBoxLayout(self)
        line.setContentsMargins(INDENT_PX, 0, 0, 0)
        line.setSpacing(4)
        self.eye, self.solid = eye(name, theme), solid(name)
        self.eye.toggled.connect(self._toggled)
        self.solid.valueChanged.connect(lambda value: self.opacity_changed.emit(value / 100))
        line.addWidget(self.eye, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(words, 1)
        line.addWidget(self.solid, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.zoom, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)
        self.theme, self.looks = theme, True

    def show_looks(self, shown: bool, opacity: float) -> None:
        """How it is drawn now."""
        for part in (self.eye, self.solid):
            part.blockSignals(True)
        self.eye.setChecked(shown)
        self.solid.setValue(round(opacity * 100))
        for part in (self.eye, self.solid):
            part.blockSignals(False)
        self._dress(shown)

    def leave_out_looks(self) -> None:
        """For the only file of a layer, which is drawn as the layer is."""
        self.looks = False
        self.eye.hide()
        self.solid.hide()

    def _toggled(self, on: bool) -> None:
        self._dress(on)
        self.shown_changed.emit(on)

    def _dress(self, on: bool) -> None:
        self.eye.setIcon(icons.icon("eye" if on else "eye-off", self.theme))
        self.words.setEnabled(on)
        self.solid.setEnabled(on)

    def fit(self, width: int) -> int:
        """As high as its words are at a width; gives that."""
        self.words.ensurePolished()
        # a label whose text can be selected asks for too little height of its own accord
        beside = 48 + (LOOKS_PX if self.looks else 0) + (ZOOM_PX if self.zoom.isVisibleTo(self) else 0)
        tall = words_tall(self.words, width - INDENT_PX - beside) + 6
        self.words.setFixedHeight(tall)
        return tall


def words_tall(label: QLabel, width: int) -> int:
    """How high the words of a label are at a width."""
    box = QRect(0, 0, width, 10_000)
    return label.fontMetrics().boundingRect(box, int(Qt.TextFlag.TextWordWrap), label.text()).height()


def zoom_button(name: str, theme: str) -> QToolButton:
    """A button that goes where something lies."""
    made = QToolButton()
    made.setIcon(icons.icon("fit", theme))
    made.setAutoRaise(True)
    made.setToolTip(_("Go there"))
    made.setAccessibleName(_("Go to {name}").format(name=name))
    return made


def eye(name: str, theme: str) -> QToolButton:
    """A button that shows and hides."""
    made = QToolButton()
    made.setCheckable(True)
    made.setChecked(True)
    made.setIcon(icons.icon("eye", theme))
    made.setAutoRaise(True)
    made.setStyleSheet("QToolButton { border: none; background: transparent; }")
    made.setAccessibleName(_("Show {name}").format(name=name))
    return made


def solid(name: str) -> QSlider:
    """A slider for how solid something is."""
    made = QSlider(Qt.Orientation.Horizontal)
    made.setRange(10, 100)
    made.setValue(100)
    made.setFixedWidth(60)
    made.setToolTip(_("How solid it is"))
    made.setAccessibleName(_("How solid {name} is").format(name=name))
    return made


class LayerRow(QWidget):
    """A layer of the view.

    shown_changed(bool), opacity_changed(float) ; table_wanted : its attribute table is asked for.
    style_chosen(key) : colour it by an attribute, "" as the model ; steps_chosen(bool) : equal ones, or quantiles.
    """

    shown_changed = Signal(bool)
    opacity_changed = Signal(float)
    table_wanted = Signal()
    style_chosen = Signal(str)
    steps_chosen = Signal(bool)

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
        self.eye = eye(title, theme)
        self.eye.setChecked(shown)
        self.eye.toggled.connect(self._toggled)
        self.words = QLabel(f"{title}  {number(count)}")
        self.words.setWordWrap(True)
        if movable:
            self.setToolTip(_("Drag to put it above or below others"))
        self.solid = solid(title)
        self.solid.setValue(round(opacity * 100))
        self.solid.valueChanged.connect(lambda value: self.opacity_changed.emit(value / 100))
        self.table = QToolButton()
        self.table.setIcon(icons.icon("table", theme))
        self.table.setAutoRaise(True)
        self.table.setToolTip(_("Open its table"))
        self.table.clicked.connect(self.table_wanted)
        self.style_button = QToolButton()
        self.style_button.setIcon(icons.icon("palette", theme))
        self.style_button.setAutoRaise(True)
        self.style_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.style_button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.style_button.setToolTip(_("Colour it by an attribute"))
        self.style_button.setAccessibleName(_("Colour {name} by an attribute").format(name=title))
        self.style_button.hide()
        line = QHBoxLayout()
        line.setSpacing(4)
        for part, share in ((self.eye, 0), (self.words, 1), (self.solid, 0), (self.style_button, 0), (self.table, 0)):
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
        styled = 0 if self.style_button.isHidden() else 30
        title = words_tall(self.words, max(width - 176 - styled, 40))
        return max(title, 24) + 12 + sum(source.fit(width) + 2 for source in self.sources)

    def offer_styles(self, fields: Sequence[tuple[str, str]], chosen: str, equal: bool, numbers: bool) -> None:
        """A menu of what it can be coloured by: (key, words); numbers: whether the chosen one has steps."""
        menu, group = QMenu(self), QActionGroup(self)
        for key, words in (("", _("As the model")), *fields):
            action = self._choice(menu, group, words, key == chosen)
            action.triggered.connect(lambda _on=False, key=key: self.style_chosen.emit(key))
        if numbers:
            menu.addSeparator()
            steps = QActionGroup(self)
            for words, on in ((_("Quantiles"), False), (_("Equal steps"), True)):
                action = self._choice(menu, steps, words, on == equal)
                action.triggered.connect(lambda _on=False, on=on: self.steps_chosen.emit(on))
        self.style_button.setMenu(menu)
        self.style_button.setCheckable(True)
        self.style_button.setChecked(bool(chosen))
        self.style_button.show()

    def _choice(self, menu: QMenu, group: QActionGroup, words: str, on: bool) -> QAction:
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(on)
        group.addAction(action)
        return action

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
