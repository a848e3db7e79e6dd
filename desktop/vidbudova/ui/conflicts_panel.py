"""The Conflicts panel: values that two people set without seeing each other, side by side, to take one or both."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from vidbudova.model.change import Change
from vidbudova.model.merge import Candidate, Conflict
from vidbudova.model.schema import TABLES
from vidbudova.session import conflicts
from vidbudova.text import _, moment, ngettext, number
from vidbudova.ui.damage_flow import FlowLayout
from vidbudova.ui.form_values import shown
from vidbudova.ui.inspector import title_of

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

MOST = 60
"""So many are shown at once; the next come as these are settled."""


class ConflictsPanel(QScrollArea):
    """See the module."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("conflicts-panel")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(12, 10, 12, 12)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        self.column.addWidget(self.words)
        self.column.addStretch(1)
        self.cards: list[ConflictCard] = []
        self.setWidget(body)
        desk.project_changed.connect(self.refresh)
        desk.changed.connect(lambda _change: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        """Show the open conflicts."""
        session = self.desk.session
        found = session.conflicts() if session is not None else []
        if found or self.cards:
            self._show(found)
        if found:
            count = ngettext("{count} open conflict.", "{count} open conflicts.", len(found))
            how = _("Take one value; the choice goes to every laptop.")
            cut = _("Showing {shown} of {n}; the next come as these are settled.")
            rest = cut.format(shown=number(MOST), n=number(len(found))) if len(found) > MOST else ""
            self.words.setText(f"{count} {how} {rest}".strip())
        else:
            self.words.setText(
                _(
                    "No open conflicts. When two people change the same thing without seeing each other, "
                    "both values are kept here."
                )
            )

    def _show(self, found: list[Conflict]) -> None:
        for card in self.cards:
            self.column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [ConflictCard(self.desk, conflict) for conflict in found[:MOST]]
        for n, card in enumerate(self.cards):
            self.column.insertWidget(1 + n, card)


class ConflictCard(QFrame):
    """One conflict: the thing, the values with who and when, and the choices."""

    def __init__(self, desk: Desk, conflict: Conflict) -> None:
        super().__init__()
        self.desk, self.conflict = desk, conflict
        self.setFrameShape(QFrame.Shape.StyledPanel)
        column = QVBoxLayout(self)
        heading = QPushButton(self._name())
        heading.setFlat(True)
        heading.setToolTip(_("Select it and fly there"))
        heading.clicked.connect(self.fly)
        column.addWidget(heading, 0, Qt.AlignmentFlag.AlignLeft)
        for letter, candidate in conflicts.letters(conflict).items():
            column.addWidget(self._value(letter, candidate))
        buttons = QWidget()
        flow = FlowLayout(buttons)
        self.buttons: dict[str, QPushButton] = {}
        for letter in [*conflicts.letters(conflict), *(["both"] if conflicts.can_take_both(conflict) else [])]:
            button = QPushButton(_("Take both") if letter == "both" else _("Take {letter}").format(letter=letter))
            button.setEnabled(desk.session is not None and not desk.session.read_only)
            button.clicked.connect(partial(self.take, letter))
            self.buttons[letter] = button
            flow.addWidget(button)
        column.addWidget(buttons)

    def _name(self) -> str:
        """The thing's name; a mark is called after its building."""
        session, conflict = self.desk.session, self.conflict
        name = "buildings" if conflict.table == "damage_marks" else conflict.table
        if session is None or name not in TABLES:
            return conflict.id
        return title_of(TABLES[name], conflict.id, session.row(name, conflict.id, conflict.scenario) or {})

    def _value(self, letter: str, candidate: Candidate) -> QLabel:
        who = f"{candidate.author} · {moment(datetime.fromtimestamp(candidate.time_ms / 1000, UTC))}"
        now = " · " + _("shown now") if candidate.change == self.conflict.shown else ""
        label = QLabel(f"{letter}  {words_of(self.conflict, candidate)}\n{who}{now}")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def take(self, letter: str) -> None:
        """Settle it."""
        session = self.desk.session
        if session is not None:
            name = conflicts.id_of(self.conflict)
            done: Change | None = self.desk.attempt(lambda: conflicts.resolve(session, name, letter))
            if done is not None:
                self.desk.notify(_("Settled."), partial(self.desk.undo_this, done.id), _("Undo"))

    def fly(self) -> None:
        """Go to what it is about."""
        table = "buildings" if self.conflict.table == "damage_marks" else self.conflict.table
        self.desk.show_thing(table, self.conflict.id)


def words_of(conflict: Conflict, candidate: Candidate) -> str:
    """A value in words: its fields with their titles."""
    if candidate.fields is None:
        return _("removed")
    table = TABLES.get(conflict.table)
    said = []
    for name, value in candidate.fields.items():
        field = next((f for f in table.fields if f.name == name), None) if table else None
        if field is None:
            said.append(f"{name}: {value!s}")
        elif field.kind not in ("geometry", "bytes"):
            said.append(f"{_(field.title)}: {shown(field, value) or '—'}")
    return "; ".join(said) or _("kept")
