"""The search field at the top, which is also the command palette."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from vidbudova.text import _
from vidbudova.ui import icons, search_places
from vidbudova.ui.commands import Command
from vidbudova.ui.search_places import Entry, Found

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

    from vidbudova.ui.desk import Desk

WAIT_MS = 90
MOST_COMMANDS = 8
ROW_PX = 34
BELOW = Qt.ItemDataRole.UserRole + 1


class SearchField(QLineEdit):
    """Type an address, an id, coordinates or what to do."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self.setAccessibleName(_("Search and commands"))
        self.setPlaceholderText(_("Find an address, id, coordinates or command    Ctrl+K"))
        self.setClearButtonEnabled(True)
        self._desk = desk
        self._index: list[Entry] | None = None
        self._indexing = False
        self._turn = 0
        self.to_project: Callable[[float, float], tuple[float, float]] | None = None
        self.board = Board(desk, self)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self._look)
        self.textEdited.connect(self._typed)
        desk.project_changed.connect(self.forget)
        desk.changed.connect(lambda change: self._stale(change.tables()))

    def forget(self) -> None:
        """Another project."""
        self._index, self._indexing = None, False
        self._turn += 1
        self.clear()
        self.board.hide()

    def _stale(self, tables: frozenset[str]) -> None:
        if tables & ({name for name, _names in search_places.SOURCES} | {"layers"}):
            self._index = None

    def ask(self) -> None:
        """Begin to type."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self.show_found([])

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        if event.reason() == Qt.FocusReason.MouseFocusReason:
            self.show_found([])

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.board.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.clear()
            self.board.hide()
            self._desk.viewport.setFocus()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.board.move(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.board.take()
        else:
            super().keyPressEvent(event)

    def _typed(self) -> None:
        self.show_found([])
        self._wait.start()

    def show_found(self, found: list[Found]) -> None:
        """Commands that fit at once, and what was found."""
        self.board.show_lines(self.text(), commands_for(self._desk, self.text()), found)

    def _look(self) -> None:
        """Look for places in a worker; an older answer is dropped."""
        text, session = self.text().strip(), self._desk.session
        self._turn += 1
        if session is None or not text:
            return
        turn, entries, to_project = self._turn, self._index, self.to_project

        def work(progress: Any, cancelled: Any) -> tuple[list[Entry], list[Found]]:
            known = entries if entries is not None else search_places.index_of(session)
            places = search_places.nearest_first(search_places.coordinates(text, to_project), session.bounds())
            return known, [*places, *search_places.search(known, text)]

        self._desk.jobs.start(_("Searching"), work, lambda found: self._found(turn, *found), quiet=True)

    def _found(self, turn: int, entries: list[Entry], found: list[Found]) -> None:
        if turn != self._turn:
            return
        self._index = entries
        if self.board.isVisible():
            self.show_found(found)

    def go(self, found: Found) -> None:
        """Fly to what was found and select it."""
        self.clear()
        self.board.hide()
        self._desk.viewport.setFocus()
        if found.xy is not None:
            self._desk.viewport.fly_to(*found.xy)
        else:
            self._desk.show_thing(found.table, found.id)


class Board(QFrame):
    """The list below the field."""

    def __init__(self, desk: Desk, field: SearchField) -> None:
        super().__init__(field.window())
        self.setObjectName("palette")
        self._desk, self._field = desk, field
        self.runs: list[Callable[[], None]] = []
        """What each line does. Items owned by Python, or holding its objects, crashed when the list was cleared."""
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_Lines(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.clicked.connect(lambda at: self._take(at.row()))
        self.list.entered.connect(lambda at: self.list.setCurrentRow(at.row()))
        self.none = QLabel(_("Nothing fits. Try part of a street, an id, or “import”."))
        self.none.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self.list)
        column.addWidget(self.none)
        self.hide()
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self.isVisible():
            self._place()
        return False

    def show_lines(self, text: str, commands: list[Command], found: list[Found]) -> None:
        """Fill and show the list."""
        self.list.clear()
        self.runs = []
        for one in found:
            self._line(one.title, one.below, one.icon, partial(self._field.go, one))
        for command in commands:
            keys = QKeySequence(command.keys).toString(QKeySequence.SequenceFormat.NativeText)
            self._line(command.title, keys, command.icon or "play", partial(self._run, command))
        some = self.list.count() > 0
        self.list.setVisible(some)
        self.none.setVisible(not some)
        if some:
            self.list.setCurrentRow(0)
        self._place()
        self.show()
        self.raise_()

    def _line(self, title: str, below: str, icon: str, run: Callable[[], None]) -> None:
        row = self.list.count()
        self.list.addItem(title)
        at, model = self.list.model().index(row, 0), self.list.model()
        model.setData(at, icons.icon(icon, self._desk.theme, "muted"), Qt.ItemDataRole.DecorationRole)
        model.setData(at, below, BELOW)
        model.setData(at, QSize(0, ROW_PX), Qt.ItemDataRole.SizeHintRole)
        self.runs.append(run)

    def _place(self) -> None:
        if self.parentWidget() is not self._field.window():
            self.setParent(self._field.window())
        corner = self._field.mapTo(self._field.window(), QPoint(0, self._field.height() + 4))
        rows = min(self.list.count(), 12)
        self.setGeometry(corner.x(), corner.y(), self._field.width(), rows * ROW_PX + 14 if rows else 48)

    def move(self, *way: Any) -> None:
        """Move the choice by rows (one number), or the widget as Qt does."""
        if len(way) == 1 and isinstance(way[0], int):
            count = self.list.count()
            if count:
                self.list.setCurrentRow((self.list.currentRow() + way[0]) % count)
        else:
            super().move(*way)

    def take(self) -> None:
        """Do the chosen line."""
        row = self.list.currentRow()
        if self.isVisible() and row >= 0:
            self._take(row)

    def _take(self, row: int) -> None:
        self.runs[row]()

    def _run(self, command: Command) -> None:
        self._field.clear()
        self.hide()
        self._desk.viewport.setFocus()
        command.run()


class _Lines(QStyledItemDelegate):
    """A title at the left, what it is or its key at the right."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        below = str(index.data(BELOW) or "")
        style = option.widget.style() if option.widget is not None else QApplication.style()
        rect: QRect = option.rect
        width = option.fontMetrics.horizontalAdvance(below)
        option.text = option.fontMetrics.elidedText(
            option.text,
            Qt.TextElideMode.ElideRight,
            max(rect.width() - width - 70, 60),
        )
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(
            rect.adjusted(0, 0, -12, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, below
        )
        painter.restore()


def commands_for(desk: Desk, text: str) -> list[Command]:
    """Commands that fit a text and can be done now, the best first."""
    words = text.lower().split()
    found: list[tuple[int, int, Command]] = []
    for n, command in enumerate(desk.commands):
        rank = fits(command, words)
        if rank is not None and command.enabled():
            found.append((rank, n, command))
    found.sort(key=lambda one: one[:2])
    return [command for _rank, _n, command in found[:MOST_COMMANDS]]


def fits(command: Command, words: list[str]) -> int | None:
    """How well a command fits words (0 is best); None if it does not."""
    title = command.title.lower()
    held = f"{title} {command.words.lower()} {command.key.lower()}"
    if not all(word in held for word in words):
        return None
    if not words or title.startswith(words[0]):
        return 0
    return 1 if all(word in title for word in words) else 2
