"""The form of a zone, made from the schema: one field a row, each edit one Change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from vidbudova.model.schema import ZONES, Field
from vidbudova.text import _, with_unit
from vidbudova.ui.damage_flow import narrow


class ZoneForm(QWidget):
    """Every editable field of a zone.

    said : field name and its new value (None for nothing).
    """

    said = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.edits: dict[str, Edit] = {}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for field in ZONES.fields:
            if not field.editable or field.kind == "geometry":
                continue
            edit = edit_for(field)
            edit.changed = partial(self.said.emit, field.name)
            edit.widget.setToolTip(_(field.meaning) if field.meaning else "")
            edit.widget.setObjectName(f"zone-field-{field.name}")
            form.addRow(_(field.title), edit.widget)
            self.edits[field.name] = edit

    def show_row(self, row: dict[str, Any]) -> None:
        """Show a zone; what is being typed is left alone."""
        for name, edit in self.edits.items():
            if not edit.widget.hasFocus():
                edit.show(row.get(name))


class Edit:
    """One widget with its value; `changed` is called with the new value after an edit."""

    def __init__(self, widget: QWidget) -> None:
        self.widget = widget
        self.changed: Callable[[Any], None] = lambda value: None
        self.shown: Any = None

    def show(self, value: Any) -> None:
        """Show a value without telling."""
        self.shown = value
        self.widget.blockSignals(True)
        self.put(value)
        self.widget.blockSignals(False)

    def put(self, value: Any) -> None:
        """Put the value into the widget."""

    def tell(self, value: Any) -> None:
        """Tell a value that is another than the one shown."""
        if value != self.shown:
            self.shown = value
            self.changed(value)


class TextEdit(Edit):
    """One line of text."""

    def __init__(self, field: Field) -> None:
        self.line = QLineEdit()
        super().__init__(self.line)
        self.line.editingFinished.connect(lambda: self.tell(self.line.text().strip() or None))

    def put(self, value: Any) -> None:
        """Put the text in."""
        self.line.setText(str(value or ""))


class ChoiceEdit(Edit):
    """One of a closed list."""

    def __init__(self, field: Field) -> None:
        self.box = narrow(QComboBox())
        super().__init__(self.box)
        self.box.addItem("—", None)
        for code, title in (field.choices or {}).items():
            self.box.addItem(_(title), code)
        self.box.activated.connect(lambda n: self.tell(self.box.itemData(n)))

    def put(self, value: Any) -> None:
        """Choose it."""
        self.box.setCurrentIndex(max(self.box.findData(value), 0))


class NumberEdit(Edit):
    """A number with its unit; one step below the least is "nothing"."""

    def __init__(self, field: Field) -> None:
        least, most = int(field.minimum or 0), int(field.maximum or 1_000_000)
        self.box: QSpinBox | QDoubleSpinBox = QSpinBox() if field.kind == "integer" else QDoubleSpinBox()
        super().__init__(self.box)
        self.none = least - 1
        self.box.setRange(self.none, most)
        self.box.setSpecialValueText("—")
        self.box.setKeyboardTracking(False)
        if field.unit:
            self.box.setSuffix(with_unit("", field.unit))
        self.box.valueChanged.connect(lambda value: self.tell(None if value <= self.none else value))

    def put(self, value: Any) -> None:
        """Put the number in."""
        self.box.setValue(self.none if value is None else value)


class DateEdit(Edit):
    """A day, or none."""

    def __init__(self, field: Field) -> None:
        row = QWidget()
        super().__init__(row)
        self.known = QCheckBox()
        self.known.setAccessibleName(_("{field} is known").format(field=_(field.title)))
        self.day = QDateEdit(QDate.currentDate())
        self.day.setCalendarPopup(True)
        self.day.setEnabled(False)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.known)
        line.addWidget(self.day, 1)
        self.known.clicked.connect(self._told)
        self.day.editingFinished.connect(self._told)

    def put(self, value: Any) -> None:
        """Put the day in."""
        day = QDate.fromString(str(value or ""), Qt.DateFormat.ISODate)
        self.known.setChecked(day.isValid())
        self.day.setEnabled(day.isValid())
        if day.isValid():
            self.day.setDate(day)

    def _told(self) -> None:
        self.day.setEnabled(self.known.isChecked())
        self.tell(self.day.date().toString(Qt.DateFormat.ISODate) if self.known.isChecked() else None)


class ColourEdit(Edit):
    """A colour of its own, or the kind's."""

    def __init__(self, field: Field) -> None:
        row = QWidget()
        super().__init__(row)
        self.choose = QPushButton(_("by kind"))
        self.plain = QPushButton(_("By kind"))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.choose, 1)
        line.addWidget(self.plain)
        self.choose.clicked.connect(self._ask)
        self.plain.clicked.connect(lambda: self._set(None))

    def put(self, value: Any) -> None:
        """Wear the colour."""
        colour = QColor(str(value or ""))
        self.choose.setText(colour.name().upper() if value else _("by kind"))
        self.choose.setStyleSheet(f"border-left: 18px solid {colour.name()};" if value else "")
        self.plain.setVisible(bool(value))

    def _ask(self) -> None:
        chosen = QColorDialog.getColor(QColor(str(self.shown or "#3F7BA8")), self.widget, _("Colour of the zone"))
        if chosen.isValid():
            self._set(chosen.name().upper())

    def _set(self, value: str | None) -> None:
        self.put(value)
        self.tell(value)


def edit_for(field: Field) -> Edit:
    """The widget that suits a field."""
    if field.name == "colour":
        return ColourEdit(field)
    if field.choices is not None:
        return ChoiceEdit(field)
    if field.kind in ("integer", "real"):
        return NumberEdit(field)
    return DateEdit(field) if field.kind == "date" else TextEdit(field)
