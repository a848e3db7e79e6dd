"""The form of an analysis, made from what its manifest says of each parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vidbudova.plugin import translate
from vidbudova.plugin.manifest import Parameter
from vidbudova.plugin.parameters import why_not
from vidbudova.text import _, language, number, with_unit
from vidbudova.ui import icons
from vidbudova.ui.damage_flow import narrow

Picked = Callable[[str], Sequence[str]]
"""Ids of a table that are selected in the view."""


class Row(QWidget):
    """A title, what the value is set with, and a sentence where it cannot be."""

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self.parameter = parameter
        self.setObjectName(f"parameter-{parameter.name}")
        said = translate(parameter.title, language())
        self.title = QLabel(with_unit(said, parameter.unit, ", "))
        self.title.setProperty("role", "muted")
        self.title.setWordWrap(True)
        self.problem = QLabel()
        self.problem.setProperty("role", "bad")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 2)
        self.column.setSpacing(2)
        self.column.addWidget(self.title)
        self.build()
        self.column.addWidget(self.problem)
        if parameter.about:
            self.setToolTip(translate(parameter.about, language()))

    def build(self) -> None:
        """Make the widgets; each kind its own."""

    def put(self, value: Any) -> None:
        """Show a value."""

    def value(self) -> Any:
        """What is set; what cannot be read as a value comes as it was typed."""
        return None

    def is_good(self) -> bool:
        """Whether the value can be; says why not where it cannot."""
        reason = why_not(self.parameter, self.value())
        self.problem.setText("" if reason is None else reason[:1].upper() + reason[1:] + ".")
        self.problem.setVisible(reason is not None)
        return reason is None

    def _named(self, widget: QWidget) -> None:
        widget.setAccessibleName(self.title.text())


class TextRow(Row):
    """A line; numbers are typed as the language writes them, also as 1e-6."""

    def build(self) -> None:
        """One line to type in."""
        self.line = QLineEdit()
        self._named(self.line)
        self.line.editingFinished.connect(self._done)
        self.column.addWidget(self.line)

    def _done(self) -> None:
        self.is_good()
        self.changed.emit()

    def put(self, value: Any) -> None:
        """Show a value."""
        text = f"{value:.12g}" if isinstance(value, float) else "" if value is None else str(value)
        self.line.setText(text.replace(".", ",") if isinstance(value, float) and language() == "uk" else text)

    def value(self) -> Any:
        """The number or text."""
        text = self.line.text().strip()
        if self.parameter.type == "text":
            return text
        try:
            found = float(text.replace(" ", "").replace("\u00a0", "").replace(",", "."))
        except ValueError:
            return text
        return int(found) if self.parameter.type == "integer" and found.is_integer() else found


class ChoiceRow(Row):
    """One of few words."""

    def build(self) -> None:
        """A list that folds out."""
        self.box = QComboBox()
        self._named(self.box)
        for choice in self.parameter.choices:
            self.box.addItem(translate(self.parameter.choice_titles.get(choice, choice), language()), choice)
        narrow(self.box)
        self.box.activated.connect(lambda _index: self.changed.emit())
        self.column.addWidget(self.box)

    def put(self, value: Any) -> None:
        """Show a value."""
        self.box.setCurrentIndex(max(self.box.findData(value), 0))

    def value(self) -> Any:
        """The word."""
        return self.box.currentData()


class YesNoRow(Row):
    """Yes or no."""

    def build(self) -> None:
        """A box to tick, with the title beside it."""
        self.box = QCheckBox(self.title.text())
        self.title.hide()
        self.box.toggled.connect(lambda _on: self.changed.emit())
        self.column.addWidget(self.box)

    def put(self, value: Any) -> None:
        """Show a value."""
        self.box.setChecked(bool(value))

    def value(self) -> Any:
        """Whether it is ticked."""
        return self.box.isChecked()


class FileRow(Row):
    """A person's own file, or none."""

    def build(self) -> None:
        """The name, and buttons to choose one and to do without."""
        self.path = ""
        self.choose, self.clear = QPushButton(), QToolButton()
        self._named(self.choose)
        self.choose.clicked.connect(self._ask)
        self.clear.setText("×")
        self.clear.setAccessibleName(_("No file"))
        self.clear.setAutoRaise(True)
        self.clear.clicked.connect(lambda: self._take(""))
        line = QHBoxLayout()
        line.addWidget(self.choose, 1)
        line.addWidget(self.clear)
        self.column.addLayout(line)

    def _ask(self) -> None:
        endings = " ".join(f"*.{one}" for one in self.parameter.endings)
        found, _kind = QFileDialog.getOpenFileName(self, self.title.text(), self.path, endings)
        if found:
            self._take(found)

    def _take(self, path: str) -> None:
        self.put(path)
        self.is_good()
        self.changed.emit()

    def put(self, value: Any) -> None:
        """Show a value."""
        self.path = str(value or "")
        self.choose.setText(Path(self.path).name if self.path else _("Choose a file"))
        self.choose.setToolTip(self.path)
        self.clear.setVisible(bool(self.path))

    def value(self) -> Any:
        """The path."""
        return self.path


class IdsRow(Row):
    """Rows of a table, taken from what is selected in the view."""

    def __init__(self, parameter: Parameter, picked: Picked) -> None:
        self.ids: list[str] = []
        self._picked = picked
        super().__init__(parameter)

    def build(self) -> None:
        """How many there are, and buttons to add the selection and to take all away."""
        self.count, self.add, self.clear = QLabel(), QPushButton(_("Add the selection")), QToolButton()
        self.clear.setText("×")
        self.clear.setAccessibleName(_("None"))
        self.clear.setAutoRaise(True)
        self.add.clicked.connect(self._add)
        self.clear.clicked.connect(lambda: self._take([]))
        line = QHBoxLayout()
        line.addWidget(self.count, 1)
        line.addWidget(self.add)
        line.addWidget(self.clear)
        self.column.addLayout(line)

    def _add(self) -> None:
        self._take([*self.ids, *(id for id in self._picked(self.parameter.of) if id not in self.ids)])

    def _take(self, ids: list[str]) -> None:
        self.put(ids)
        self.changed.emit()

    def put(self, value: Any) -> None:
        """Show a value."""
        self.ids = [str(id) for id in value or ()]
        self.count.setText(number(len(self.ids)) if self.ids else _("None"))
        self.clear.setVisible(bool(self.ids))

    def value(self) -> Any:
        """The ids."""
        return self.ids


ROWS: dict[str, type[Row]] = {
    "number": TextRow, "integer": TextRow, "text": TextRow, "choice": ChoiceRow, "boolean": YesNoRow, "file": FileRow,
}  # fmt: skip


class Form(QWidget):
    """The parameters of one analysis.

    changed : a value was set.
    """

    changed = Signal()

    def __init__(self, parameters: Sequence[Parameter], picked: Picked) -> None:
        super().__init__()
        self.rows = {one.name: IdsRow(one, picked) if one.type == "ids" else ROWS[one.type](one) for one in parameters}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for row in self.rows.values():
            row.changed.connect(self.changed)
            column.addWidget(row)
        self.back = QPushButton(icons.icon("undo"), _("Defaults"))
        self.back.setObjectName("analysis-defaults")
        self.back.clicked.connect(self.reset)
        self.back.setVisible(bool(self.rows))
        column.addWidget(self.back)
        self.put({})

    def put(self, values: Mapping[str, Any]) -> None:
        """Show values, and the default where there is none."""
        for name, row in self.rows.items():
            row.put(values.get(name, row.parameter.default))

    def reset(self) -> None:
        """Show the defaults."""
        self.put({})
        self.is_good()
        self.changed.emit()

    def values(self) -> dict[str, Any]:
        """Every value as it is set."""
        return {name: row.value() for name, row in self.rows.items()}

    def is_good(self) -> bool:
        """Whether all can be; each that cannot says why."""
        good = [row.is_good() for row in self.rows.values()]
        return all(good)
