"""Quiet notes at the foot of the view: what finished, with a button; what went wrong, in sentences."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from vidbudova.errors import UserError
from vidbudova.text import _
from vidbudova.ui import icons

NOTE_MS, TROUBLE_MS = 7000, 30000
MOST = 3
WIDEST = 520
FOOT_PX = 44
KINDS = {"": "check", "warn": "info", "bad": "warning"}
log = logging.getLogger(__name__)

WARN = "warn"
"""The kind of a note that says what could not be done."""


class Notice(QFrame):
    """One note. It goes by itself, later while the mouse is on it."""

    def __init__(
        self, text: str, kind: str, theme: str, action: Callable[[], object] | None, button: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setProperty("kind", kind)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(10)
        sign = QLabel()
        colour = {"": "good", "warn": "warn", "bad": "bad"}[kind]
        sign.setPixmap(icons.picture(KINDS[kind], 20, theme, colour, self.devicePixelRatioF()))
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        self.words = QLabel(text)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.words, 1)
        self.button = QPushButton(button)
        self.button.setProperty("flat", True)
        self.button.setVisible(action is not None and bool(button))
        if action is not None:
            self.button.clicked.connect(lambda: self._act(action))
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        close = QToolButton()
        close.setProperty("flat", True)
        close.setIcon(icons.icon("close", theme, "muted"))
        close.setIconSize(QSize(14, 14))
        close.setToolTip(_("Close"))
        close.clicked.connect(self.end)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.end)
        self._lasts = TROUBLE_MS if kind else NOTE_MS
        self._timer.start(self._lasts)

    def _act(self, action: Callable[[], object]) -> None:
        self.end()
        action()

    def enterEvent(self, event: QEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start(self._lasts)

    def end(self) -> None:
        """Go."""
        self._timer.stop()
        board = self.parent()
        self.hide()
        self.setParent(None)
        self.deleteLater()
        if isinstance(board, Notices):
            board.place()


class Notices(QWidget):
    """The notes of a window, the newest lowest, over the middle of `host`."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.theme = "light"
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        host.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
        return False

    @property
    def notes(self) -> list[Notice]:
        """What is shown, oldest first."""
        items = [self._column.itemAt(n) for n in range(self._column.count())]
        found = [item.widget() for item in items if item is not None]
        return [note for note in found if isinstance(note, Notice)]

    def say(self, text: str, kind: str = "", action: Callable[[], object] | None = None, button: str = "") -> Notice:
        """Show a note; kind is "" (done), "warn" or "bad"."""
        for old in self.notes:
            if old.words.text() == text:
                old.end()
        for old in self.notes[: max(0, len(self.notes) - MOST + 1)]:
            old.end()
        note = Notice(text, kind, self.theme, action, button, self)
        self._column.addWidget(note)
        self.place()
        return note

    def say_error(self, error: BaseException) -> Notice:
        """What happened, what was kept, what to do; defects are logged and said shortly."""
        if isinstance(error, UserError):
            return self.say(sentences(error), "bad")
        log.error("a defect", exc_info=error)
        return self.say(
            _(
                "Something went wrong in the program itself ({what}). Your edits are safe; the log file says more."
            ).format(what=type(error).__name__),
            "bad",
        )

    def clear(self) -> None:
        """Take all notes away."""
        for note in self.notes:
            note.end()

    def place(self) -> None:
        """Sit at the foot of the host, in the middle."""
        notes = self.notes
        self.setVisible(bool(notes))
        if not notes:
            return
        width = min(WIDEST, self._host.width() - 32)
        height = sum(n.heightForWidth(width) if n.hasHeightForWidth() else n.sizeHint().height() for n in notes)
        height += 8 * (len(notes) - 1)
        self.setGeometry((self._host.width() - width) // 2, self._host.height() - height - FOOT_PX, width, height)
        self.raise_()


def sentences(error: UserError) -> str:
    """The three sentences of a mendable error in the reader's language."""
    trouble = error.trouble
    return " ".join(_(part).format(**error.values) for part in (trouble.message, trouble.kept, trouble.next) if part)
