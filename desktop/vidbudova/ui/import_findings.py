"""What the import doctor found in a file: a sentence for each, where it is, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from vidbudova.formats.report import FileReport, MendRow, ProblemRow
from vidbudova.text import _
from vidbudova.ui.damage_flow import FlowLayout

EXAMPLES = 3


class FindingList(QWidget):
    """Findings, one below the other, and the mends that were asked for above them.

    show_place : an extent in the project's system. mend, take_back : the id of a mend.
    """

    show_place = Signal(object)
    mend = Signal(str)
    take_back = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)
        self.rows: list[QWidget] = []
        self.problems: Sequence[ProblemRow] = ()

    def clear(self) -> None:
        """Show nothing."""
        for row in self.rows:
            self.column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows, self.problems = [], ()

    def text(self) -> str:
        """All sentences, for whoever reads the screen aloud."""
        return "\n".join(f"{p['message']}{examples(p)}" for p in self.problems)

    def show_report(self, report: FileReport, mends: Sequence[MendRow], may_mend: bool) -> None:
        """Show what was found; mends are offered while the file has not come in."""
        self.clear()
        self.problems = report["problems"]
        if may_mend:
            for mend in mends:
                self._add(self._asked_for(mend))
        for problem in self.problems:
            self._add(self._finding(problem, may_mend))

    def _add(self, row: QWidget) -> None:
        self.rows.append(row)
        self.column.addWidget(row)

    def _asked_for(self, mend: MendRow) -> QWidget:
        row, buttons = _row(_("Mended: {what}").format(what=mend["words"]))
        _button(buttons, _("Take it back"), "finding-take-back", partial(self.take_back.emit, mend["id"]))
        return row

    def _finding(self, problem: ProblemRow, may_mend: bool) -> QWidget:
        message = problem["message"]
        row, buttons = _row(f"{message[:1].upper()}{message[1:]}{examples(problem)}")
        if problem["where"] is not None:
            show = partial(self.show_place.emit, tuple(problem["where"]))
            _button(buttons, _("Show on the map"), "finding-show", show)
        for mend in [problem["mend"], *problem["other_mends"]] if may_mend else []:
            if mend is not None:
                _button(buttons, mend["words"], f"mend-{mend['id']}", partial(self.mend.emit, mend["id"]))
        return row


def _row(words: str) -> tuple[QWidget, FlowLayout]:
    row = QFrame()
    row.setProperty("role", "finding")
    said = QLabel(words)
    said.setWordWrap(True)
    said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    some = QWidget()
    buttons = FlowLayout(some)
    column = QVBoxLayout(row)
    column.setContentsMargins(8, 0, 0, 0)
    column.setSpacing(3)
    column.addWidget(said)
    column.addWidget(some)
    return row, buttons


def _button(flow: FlowLayout, title: str, name: str, do: Any) -> None:
    button = QPushButton(title)
    button.setObjectName(name)
    button.setToolTip(title)
    button.setMinimumWidth(1)  # a long sample of text must not make the panel wider
    button.clicked.connect(lambda _checked=False: do())
    flow.addWidget(button)


def examples(problem: ProblemRow) -> str:
    """The first few rows a problem is about."""
    some = [str(e) for e in problem["examples"][:EXAMPLES]]
    return f" ({', '.join(some)})" if some else ""
