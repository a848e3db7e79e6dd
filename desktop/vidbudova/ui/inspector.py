"""The Properties panel: the selected row or rows as a form made from the schema, each edit one Change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QScrollArea, QVBoxLayout, QWidget

from vidbudova.model.change import Change, Delta, edit
from vidbudova.model.schema import TABLES, Field, Table
from vidbudova.text import _, mark, ngettext
from vidbudova.ui import icons
from vidbudova.ui.damage_flow import FlowLayout
from vidbudova.ui.damage_section import Section
from vidbudova.ui.form_fields import VARIOUS, FieldRow
from vidbudova.ui.form_values import pairs
from vidbudova.ui.inspector_source import Origin, origin_of, when
from vidbudova.ui.tool_ground import fly_to_row

if TYPE_CHECKING:
    from vidbudova.session import Session
    from vidbudova.ui.desk import Desk

COMPARED = 2000
"""Of more rows than this only the first are compared; an edit still goes to all."""
AT_ONCE = 500
"""An edit of more rows than this is made in a worker."""
LEFT_OUT = ("geometry", "bytes", "json", "reference")
SAME_TITLE = mark("Set {field} of {thing}")


class Inspector(QScrollArea):
    """See the module."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("inspector")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.heading, self.below, self.empty = QLabel(), QLabel(), QLabel()
        self.fields: dict[str, FieldRow] = {}
        self._table = ""
        self._may = False
        self._lay_out()
        desk.project_changed.connect(self.refresh)
        desk.selection.changed.connect(self.refresh)
        desk.changed.connect(self._follow)
        self.refresh()

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        self.heading.setProperty("role", "title")
        self.below.setProperty("role", "muted")
        self.empty.setProperty("role", "muted")
        self.empty.setText(
            _("Click a building in the view, or a row of the table, to see and correct what is known of it.")
        )
        for label in (self.heading, self.below, self.empty):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        self.doings = QWidget()
        flow = FlowLayout(self.doings)
        for name, title, icon, action in (
            ("fly", _("Fly there"), "fly", self.fly), ("table", _("Show in the table"), "table", self.show_in_table),
        ):  # fmt: skip
            button = QPushButton(icons.icon(icon, self.desk.theme), title)
            button.setObjectName(f"inspector-{name}")
            button.clicked.connect(action)
            flow.addWidget(button)
        self.form = QWidget()
        self._rows = QVBoxLayout(self.form)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(6)
        self.source, self.history = QLabel(), QListWidget()
        self.source.setWordWrap(True)
        self.source.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.history.setWordWrap(True)
        self.history.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.form_section = Section(_("Properties"), self.form)
        self.source_section = Section(_("Source"), self.source, is_open=False)
        self.history_section = Section(_("History"), self.history)
        for part in (self.doings, self.form_section, self.source_section, self.history_section):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(body)

    # -- showing --------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what is selected."""
        session, ids, table = self.desk.session, list(self.desk.selection.ids), self.desk.selection.table
        rows = session.rows(table, ids[:COMPARED]) if session is not None and ids and table in TABLES else {}
        for part in (
            self.heading,
            self.below,
            self.doings,
            self.form_section,
            self.source_section,
            self.history_section,
        ):
            part.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        if session is None or not rows:
            return
        self._make_form(TABLES[table], not session.read_only)
        self._show_heading(TABLES[table], rows)
        one = next(iter(rows)) if len(ids) == 1 else None
        changes = session.history(table, one) if one else []
        for name, row in self.fields.items():
            values = [r.get(name) for r in rows.values()]
            same = all(v == values[0] for v in values)
            origin = origin_of(row.field, one, rows[one], changes) if one else Origin("")
            row.show_value(values[0] if same else VARIOUS, origin.words, origin.can_reset and self._may)
        self._show_source(one, rows)
        self._show_history(one, changes)

    def _make_form(self, table: Table, may: bool) -> None:
        if table.name == self._table and may == self._may:
            return
        self._table, self._may = table.name, may
        while item := self._rows.takeAt(0):
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.fields = {}
        for field in table.fields:
            if field.kind in LEFT_OUT or field.name in ("source_id", "height_source"):
                continue
            row = FieldRow(field, may and table.role != "record")
            row.said.connect(lambda value, f=field: self.set_value(f, value))
            row.reset.connect(lambda f=field: self._reset(f))
            self._rows.addWidget(row)
            self.fields[field.name] = row

    def _show_heading(self, table: Table, rows: dict[str, dict[str, Any]]) -> None:
        count = len(self.desk.selection.ids)
        if count > 1:
            self.heading.setText(ngettext("{count} selected", "{count} selected", count))
            self.below.setText(
                _("{table}. What you set here is set for all of them, as one step.").format(table=_(table.title))
            )
            return
        id, row = next(iter(rows.items()))
        self.heading.setText(title_of(table, id, row))
        self.below.setText(f"{_(table.title)} · {id}")

    def _show_source(self, one: str | None, rows: dict[str, dict[str, Any]]) -> None:
        session = self.desk.session
        row = rows.get(one or "", {})
        layer = session.row("layers", str(row.get("layer"))) if session is not None and row.get("layer") else None
        said = [
            (_("Layer"), str(layer.get("name") or "")), (_("File"), str(layer.get("source") or "")),
            (_("Attribution"), str(layer.get("attribution") or "")), (_("Licence"), str(layer.get("licence") or "")),
            (_("Id in the source"), str(row.get("source_id") or "")),
        ] if layer else []  # fmt: skip
        lines = [f"{name}: {value}" for name, value in [*said, *pairs(row.get("attributes"))] if value]
        self.source.setText("\n".join(lines))
        self.source_section.setVisible(bool(lines))

    def _show_history(self, one: str | None, changes: list[Change]) -> None:
        self.history.clear()
        for change in reversed(changes):
            self.history.addItem(f"{_(change.title).format(**change.title_values)}\n{change.author} · {when(change)}")
        height = sum(self.history.sizeHintForRow(n) for n in range(min(5, self.history.count())))
        self.history.setFixedHeight(height + 2 * self.history.frameWidth() + 6)
        self.history_section.setVisible(bool(changes))

    def _follow(self, change: Change) -> None:
        if any(d.table == self.desk.selection.table and d.id in self.desk.selection for d in change.deltas):
            self.refresh()

    # -- editing --------------------------------------------------------------------------------------------------

    def set_value(self, field: Field, value: Any) -> None:
        """Set a field of everything selected, as one Change."""
        session, table, ids = self.desk.session, self.desk.selection.table, self.desk.selection.ids
        if session is None:
            return
        rows = session.rows(table, ids)
        after: dict[str, Any] = {field.name: value}
        if field.name == "height_m":
            after["height_source"] = "corrected" if value is not None else None
        deltas = [edit(table, id, row, **after) for id, row in rows.items()]
        one = title_of(TABLES[table], ids[0], rows[ids[0]]) if len(ids) == 1 and ids[0] in rows else ""
        thing = one or ngettext("{count} selected", "{count} selected", len(ids))
        if len(deltas) > AT_ONCE:
            self._set_in_a_job(session, field, deltas, thing)
            return
        self.desk.do(SAME_TITLE, deltas, field=_(field.title), thing=thing)
        self.refresh()

    def _set_in_a_job(self, session: Session, field: Field, deltas: list[Delta], thing: str) -> None:
        """An edit of many rows: durable and told in a worker, the form rests until then."""
        self.form.setEnabled(False)

        def over(error: BaseException | None = None) -> None:
            self.form.setEnabled(True)
            if error is not None:
                self.desk.show_error(error)
            self.refresh()

        title = _(SAME_TITLE).format(field=_(field.title), thing=thing)
        self.desk.jobs.start(
            title,
            lambda progress, cancelled: session.do(SAME_TITLE, deltas, field=_(field.title), thing=thing),
            lambda change: over(),
            over,
        )

    def _reset(self, field: Field) -> None:
        """Go back to what the source said, with the fields that belong to it."""
        session, table, ids = self.desk.session, self.desk.selection.table, self.desk.selection.ids
        row = session.row(table, ids[0]) if session is not None and len(ids) == 1 else None
        if session is None or row is None:
            return
        history = session.history(table, ids[0])
        group = [f for f in TABLES[table].fields if f.cell_group == field.cell_group]
        bases = {f.name: origin_of(f, ids[0], row, history) for f in group}
        after = {name: origin.base for name, origin in bases.items() if origin.can_reset}
        if after:
            thing = title_of(TABLES[table], ids[0], row)
            self.desk.do(SAME_TITLE, [edit(table, ids[0], row, **after)], field=_(field.title), thing=thing)

    # -- going there ----------------------------------------------------------------------------------------------

    def fly(self) -> None:
        """Fly to the row chosen last."""
        if current := self.desk.selection.current:
            fly_to_row(self.desk, self.desk.selection.table, current)

    def show_in_table(self) -> None:
        """Open the table at the selection."""
        panel = self.desk.show_panel("table")
        if panel is not None and hasattr(panel, "show_selection"):
            panel.show_selection()


def title_of(table: Table, id: str, row: dict[str, Any]) -> str:
    """What a row is called: its address or name, else its kind of thing."""
    address = " ".join(str(row[k]) for k in ("street", "house_number") if row.get(k))
    return address or str(row.get("name") or "") or f"{_(table.title)} {id[:8]}"
