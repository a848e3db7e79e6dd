"""What an analysis proposes to change: every value to be looked at, ticked or not, and taken as one Change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QPushButton, QVBoxLayout, QWidget

from vidbudova.model.change import Change
from vidbudova.model.schema import TABLES
from vidbudova.plugin import Proposal, ProposedDelta
from vidbudova.session import analyses
from vidbudova.text import _, number
from vidbudova.ui.analysis_rows import words

if TYPE_CHECKING:
    from vidbudova.session import Session
    from vidbudova.ui.desk import Desk

Index = QModelIndex | QPersistentModelIndex
LINES_SHOWN = 7
LINE_PX = 26


class Deltas(QAbstractListModel):
    """The values of a proposal, each with a tick.

    ticked : how many are ticked is another number now.
    """

    ticked = Signal()

    def __init__(self, proposal: Proposal, session: Session) -> None:
        super().__init__()
        self.proposal, self._session = proposal, session
        self.on = [True] * len(proposal.deltas)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many values there are."""
        return 0 if parent.isValid() else len(self.on)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Each can be ticked."""
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What would be set to what, and whether it is ticked."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return said(self.proposal.deltas[index.row()], self._session)
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if self.on[index.row()] else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick one, or not."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.on[index.row()] = Qt.CheckState(value) == Qt.CheckState.Checked
        self.dataChanged.emit(index, index)
        self.ticked.emit()
        return True

    def tick_all(self, on: bool) -> None:
        """Tick all, or none."""
        self.on = [on] * len(self.on)
        self.dataChanged.emit(self.index(0), self.index(max(len(self.on) - 1, 0)))
        self.ticked.emit()

    def chosen(self) -> Proposal:
        """The proposal with those that are ticked only."""
        kept = (delta for delta, on in zip(self.proposal.deltas, self.on, strict=True) if on)
        return replace(self.proposal, deltas=tuple(kept))


def said(delta: ProposedDelta, session: Session) -> str:
    """One value in words: of what, which field, what it is and what it would be."""
    table = TABLES.get(delta.table)
    field = next((one for one in table.fields if one.name == delta.field), None) if table else None
    row = session.row(delta.table, delta.id) if table else None
    name = str((row or {}).get("name") or delta.id)
    new = _shown(delta.value)
    old = _shown((row or {}).get(delta.field))
    return f"{name} · {_(field.title) if field else delta.field}: {old or '–'} → {new or '–'}"


def _shown(value: Any) -> str:
    if isinstance(value, bytes) or hasattr(value, "geom_type"):
        return _("a place")
    return ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else words(value)


class ProposalView(QWidget):
    """One proposal: why, its values, and the button that takes them."""

    def __init__(self, desk: Desk, proposal: Proposal, session: Session) -> None:
        super().__init__()
        self.desk, self.session = desk, session
        self.deltas = Deltas(proposal, session)
        title, reason = QLabel(proposal.title), QLabel(proposal.reason)
        for label, role in ((title, "title"), (reason, "muted")):
            label.setWordWrap(True)
            label.setProperty("role", role)
        self.list = QListView()
        self.list.setModel(self.deltas)
        self.list.setObjectName("proposal-values")
        self.list.setAccessibleName(proposal.title)
        self.list.setUniformItemSizes(True)
        self.list.setFixedHeight(LINE_PX * min(max(len(proposal.deltas), 1), LINES_SHOWN) + 8)
        self.all, self.none, self.take = QPushButton(_("Tick all")), QPushButton(_("Tick none")), QPushButton()
        self.take.setObjectName("proposal-take")
        self.all.clicked.connect(lambda: self.deltas.tick_all(True))
        self.none.clicked.connect(lambda: self.deltas.tick_all(False))
        self.take.clicked.connect(self.take_them)
        self.deltas.ticked.connect(self._dress)
        ticks = QHBoxLayout()
        ticks.addWidget(self.all)
        ticks.addWidget(self.none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (title, reason, self.list):
            column.addWidget(widget)
        column.addLayout(ticks)
        column.addWidget(self.take)
        self._dress()

    def _dress(self) -> None:
        chosen = sum(self.deltas.on)
        self.take.setText(_("Take {n} of {all}").format(n=number(chosen), all=number(len(self.deltas.on))))
        self.take.setEnabled(chosen > 0 and not self.session.read_only)

    def take_them(self) -> None:
        """Make what is ticked one Change, and offer to undo it."""
        if self.desk.session is not self.session:
            return
        change: Change | None = self.desk.attempt(lambda: analyses.take(self.session, self.deltas.chosen()))
        if change is not None:
            taken = change.id
            self.desk.notify(_("The proposal was taken."), lambda: self.desk.undo_this(taken), _("Undo"))
