"""Photos of a building: drop them or choose them; small pictures of what is there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from vidbudova.text import _, ngettext

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif")
THUMBNAIL_PX = 72


class PhotoStrip(QWidget):
    """A row of thumbnails that takes dropped pictures.

    given : picture files that were dropped or chosen. opened : the sha256 of a photo that was double-clicked.
    removed : the sha256 of a photo to take off this building (the picture itself stays in the project).
    """

    given = Signal(list)
    opened = Signal(str)
    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.list = _Thumbnails(self)
        self.list.itemActivated.connect(lambda item: self.opened.emit(str(item.data(Qt.ItemDataRole.UserRole))))
        self.list.delete_pressed.connect(self._remove)
        self.add_button = QPushButton(_("Add photos … or drop them here"))
        self.add_button.clicked.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)
        layout.addWidget(self.add_button)
        self.show_photos([])

    def show_photos(self, photos: Iterable[tuple[str, bytes | None, str]]) -> None:
        """Show (sha256, thumbnail as JPEG or None, words for the tool tip)."""
        self.list.clear()
        for sha256, thumbnail, words in photos:
            item = QListWidgetItem(_picture(thumbnail), "")
            item.setData(Qt.ItemDataRole.UserRole, sha256)
            item.setToolTip(words)
            self.list.addItem(item)
        count = self.list.count()
        self.list.setVisible(count > 0)
        self.list.setAccessibleName(ngettext("{count} photo", "{count} photos", count))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take pictures only."""
        if pictures_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the dropped pictures over."""
        if files := pictures_of(event):
            event.acceptProposedAction()
            self.given.emit(files)

    def _choose(self) -> None:
        endings = " ".join(f"*{e}" for e in PICTURES)
        files, _filter = QFileDialog.getOpenFileNames(self, _("Add photos"), "", f"{_('Pictures')} ({endings})")
        if files:
            self.given.emit([Path(f) for f in files])

    def _remove(self) -> None:
        for item in self.list.selectedItems():
            self.removed.emit(str(item.data(Qt.ItemDataRole.UserRole)))


class _Thumbnails(QListWidget):
    delete_pressed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setIconSize(QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        self.setMovement(QListWidget.Movement.Static)
        self.setFixedHeight(THUMBNAIL_PX + 26)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes the chosen photo off the building."""
        if event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


def pictures_of(event: QDropEvent) -> list[Path]:
    """The picture files that are being dragged."""
    files = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
    return [f for f in files if f.suffix.lower() in PICTURES]


def _picture(thumbnail: bytes | None) -> QIcon:
    picture = QPixmap()
    if thumbnail is None or not picture.loadFromData(thumbnail):
        picture = QPixmap(THUMBNAIL_PX, THUMBNAIL_PX)
        picture.fill(Qt.GlobalColor.gray)
    return QIcon(picture)
