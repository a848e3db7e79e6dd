"""One field of a form: its editor, a sentence where the value is wrong, and a line saying where the value is from."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vidbudova.model.schema import Field
from vidbudova.text import _, with_unit
from vidbudova.ui import icons
from vidbudova.ui.damage_flow import FlowLayout, narrow
from vidbudova.ui.form_values import Wrong, plain_number, read, shown

VARIOUS = object()
"""Shown where several rows differ."""


class FieldRow(QWidget):
    """A title, an editor, and what is to be said of the value.

    said : the new value (None for nothing), once an edit is finished and right.
    reset : the person wants the value that the source gave.
    """

    said = Signal(object)
    reset = Signal()

    def __init__(self, field: Field, editable: bool) -> None:
        super().__init__()
        self.field = field
        self.setObjectName(f"field-{field.name}")
        self.title = QLabel(with_unit(_(field.title), field.unit, ", "))
        self.title.setProperty("role", "muted")
        self.title.setWordWrap(True)
        self.editor = editor_for(field) if editable and field.editable else ReadOnly(field)
        self.editor.said.connect(self._say)
        self.problem, self.origin = QLabel(), QLabel()
        self.back = QToolButton()
        self.back.setIcon(icons.icon("undo"))
        self.back.setAutoRaise(True)
        self.back.setToolTip(_("Take the value of the source again"))
        self.back.clicked.connect(self.reset)
        self._lay_out()
        if field.meaning:
            self.setToolTip(_(field.meaning))

    def _lay_out(self) -> None:
        for label, role in ((self.problem, "bad"), (self.origin, "muted")):
            label.setWordWrap(True)
            label.setProperty("role", role)
            label.hide()
        self.back.hide()
        line = QHBoxLayout()
        line.setSpacing(2)
        line.addWidget(self.origin, 1)
        line.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(2)
        for part in (self.title, self.editor, self.problem):
            column.addWidget(part)
        column.addLayout(line)

    def show_value(self, value: Any, origin: str = "", can_reset: bool = False) -> None:
        """Show a value (or VARIOUS) and where it is from; what is being typed is left alone."""
        if not self.editor.is_busy():
            self.editor.put(value)
            self.problem.hide()
        self.origin.setText(origin)
        self.origin.setVisible(bool(origin))
        self.back.setVisible(can_reset)

    def _say(self, value: Any) -> None:
        if isinstance(value, Wrong):
            self.problem.setText(str(value))
            self.problem.show()
            return
        self.problem.hide()
        self.said.emit(value)


class Editor(QWidget):
    """What all editors have: `said` with the value or with Wrong; `put` shows without saying."""

    said = Signal(object)

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self.value: Any = None
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(0, 0, 0, 0)

    def add(self, widget: QWidget) -> None:
        """The widget that is edited."""
        widget.setAccessibleName(_(self.field.title))
        self.line.addWidget(widget, 1)
        self.setFocusProxy(widget)

    def put(self, value: Any) -> None:
        """Show a value."""
        self.value = value

    def is_busy(self) -> bool:
        """Whether something is typed that has not been said yet."""
        return False

    def tell(self, value: Any) -> None:
        """Say a value unless it is the one that is there."""
        if value is VARIOUS or (self.value is not VARIOUS and value == self.value):
            return
        self.said.emit(value)


class ReadOnly(Editor):
    """Text that can be selected and copied."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.add(self.words)

    def put(self, value: Any) -> None:
        """Show a value."""
        super().put(value)
        self.words.setText(_("various") if value is VARIOUS else shown(self.field, value) or "—")


class Line(Editor):
    """Text, a number or a day, typed into one line."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.edit = QLineEdit()
        self.edit.editingFinished.connect(self._finished)
        self.add(self.edit)

    def put(self, value: Any) -> None:
        """Show a value; a number as it would be typed."""
        super().put(value)
        self.edit.setPlaceholderText(_("various") if value is VARIOUS else "—")
        self.edit.setText("" if value is VARIOUS or value is None else self._typed(value))
        self.edit.setModified(False)

    def _typed(self, value: Any) -> str:
        if self.field.kind in ("integer", "real"):
            return plain_number(self.field, value)
        return shown(self.field, value)

    def is_busy(self) -> bool:
        """Whether the line has the focus and was typed into."""
        return self.edit.hasFocus() and self.edit.isModified()

    def _finished(self) -> None:
        if not self.edit.isModified():
            return
        self.edit.setModified(False)
        try:
            self.tell(read(self.field, self.edit.text()))
        except Wrong as wrong:
            self.said.emit(wrong)


class Note(Editor):
    """Longer text; said when the field is left."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.edit = QPlainTextEdit()
        self.edit.setFixedHeight(64)
        self.edit.setTabChangesFocus(True)
        self.edit.focusOutEvent = self._left  # type: ignore[method-assign]
        self.add(self.edit)

    def put(self, value: Any) -> None:
        """Show a text."""
        super().put(value)
        self.edit.setPlaceholderText(_("various") if value is VARIOUS else "")
        self.edit.setPlainText("" if value is VARIOUS else str(value or ""))
        self.edit.document().setModified(False)

    def is_busy(self) -> bool:
        """Whether it is being typed into."""
        return self.edit.hasFocus() and self.edit.document().isModified()

    def _left(self, event: Any) -> None:
        QPlainTextEdit.focusOutEvent(self.edit, event)
        if self.edit.document().isModified():
            self.edit.document().setModified(False)
            self.tell(self.edit.toPlainText().strip() or None)


class Choice(Editor):
    """One of a closed list; also yes and no."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.box = narrow(QComboBox())
        self.box.addItem("—", None)
        pairs = {True: _("Yes"), False: _("No")} if field.kind == "boolean" else (field.choices or {})
        for code, title in pairs.items():
            self.box.addItem(_(title), code)
        self.box.activated.connect(lambda n: self.tell(self.box.itemData(n)))
        self.add(self.box)

    def put(self, value: Any) -> None:
        """Choose a value; one of a newer version is added as it is."""
        super().put(value)
        at = self.box.findData(_("various") if value is VARIOUS else value)
        if at < 0:
            self.box.addItem(_("various") if value is VARIOUS else str(value), VARIOUS if value is VARIOUS else value)
            at = self.box.count() - 1
        self.box.setCurrentIndex(at)


class Several(Editor):
    """Any of a closed list."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        inside = QWidget()
        flow = FlowLayout(inside)
        self.boxes = {code: QCheckBox(_(title)) for code, title in (field.choices or {}).items()}
        for box in self.boxes.values():
            flow.addWidget(box)
            box.clicked.connect(self._said)
        self.add(inside)

    def put(self, value: Any) -> None:
        """Tick what is there."""
        super().put(value)
        for code, box in self.boxes.items():
            box.setChecked(value is not VARIOUS and code in (value or ()))

    def _said(self) -> None:
        known = frozenset(code for code, box in self.boxes.items() if box.isChecked())
        kept = frozenset() if self.value is VARIOUS else frozenset(self.value or ()) - frozenset(self.boxes)
        self.tell(known | kept)


def editor_for(field: Field) -> Editor:
    """The editor that suits a field."""
    if field.kind == "set":
        return Several(field) if field.choices else ReadOnly(field)
    if field.choices is not None or field.kind == "boolean":
        return Choice(field)
    if field.name == "note":
        return Note(field)
    if field.kind in ("text", "integer", "real", "date"):
        return Line(field)
    return ReadOnly(field)
