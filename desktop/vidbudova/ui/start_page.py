"""The first page: a picture of the sample city, three choices, and the projects that were open lately."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from vidbudova import paths
from vidbudova.text import _, mark
from vidbudova.ui import icons
from vidbudova.ui import theme as themes

CHOICES = (
    ("sample", mark("Open the sample city"), mark("A made-up district with damage to look around in"), "city"),
    ("open", mark("Open a project"), mark("A .vbp.gpkg file from this computer"), "folder"),
    ("new", mark("New project from files"), mark("OpenStreetMap, GeoPackage, Shapefile, GeoJSON, CSV …"), "new"),
)
MOST_RECENT = 5


class StartPage(QWidget):
    """chosen("sample" | "open" | "new") and opened(path of a recent project)."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.picture = CityPicture()
        self.choices = {key: Choice(key, _(title), _(words), icon) for key, title, words, icon in CHOICES}
        side = QVBoxLayout()
        side.setSpacing(10)
        side.addStretch(2)
        side.addWidget(_label(_("Vidbudova"), "name"))
        tagline = _label(_("See the city as it is, mark what is damaged, plan what comes back."), "tagline")
        tagline.setWordWrap(True)
        side.addWidget(tagline)
        side.addSpacing(14)
        for key, choice in self.choices.items():
            choice.clicked.connect(lambda _on=False, key=key: self.chosen.emit(key))
            side.addWidget(choice)
        side.addSpacing(12)
        self._recent_title = _label(_("Opened lately"), "recent-title")
        self._recent_title.setProperty("role", "muted")
        side.addWidget(self._recent_title)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        side.addLayout(self._recent)
        side.addStretch(3)
        column = QWidget()
        column.setLayout(side)
        column.setMinimumWidth(320)
        column.setMaximumWidth(460)
        row = QHBoxLayout(self)
        row.setContentsMargins(40, 28, 28, 28)
        row.setSpacing(36)
        row.addWidget(column, 2)
        row.addWidget(self.picture, 3)
        self.recent: list[QPushButton] = []

    def show_recent(self, projects: list[Path]) -> None:
        """Buttons for the projects that were open lately."""
        for button in self.recent:
            self._recent.removeWidget(button)
            button.deleteLater()
        self.recent = [self._recent_button(path) for path in projects[:MOST_RECENT]]
        for button in self.recent:
            self._recent.addWidget(button)
        self._recent_title.setVisible(bool(self.recent))

    def _recent_button(self, path: Path) -> QPushButton:
        name = path.name.removesuffix(".gpkg").removesuffix(".vbp")
        button = QPushButton(self)
        button.setObjectName("recent")
        button.setText(f"{name}   ·   {short(path.parent)}")
        button.setToolTip(str(path))
        button.clicked.connect(lambda: self.opened.emit(str(path)))
        return button

    def dress(self, theme: str) -> None:
        """Icons and picture for a theme."""
        self.picture.theme = theme
        self.picture.update()
        for choice in self.choices.values():
            choice.dress(theme)


class Choice(QPushButton):
    """A large button: icon, title, one line of words."""

    def __init__(self, key: str, title: str, words: str, icon: str) -> None:
        super().__init__()
        self.setObjectName("choice")
        self.setAccessibleName(title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.key, self._icon = key, icon
        self._sign = QLabel()
        self._sign.setFixedWidth(34)
        upper, lower = QLabel(title), QLabel(words)
        upper.setProperty("role", "title")
        lower.setProperty("role", "muted")
        lower.setWordWrap(True)
        for label in (upper, lower, self._sign):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(upper)
        texts.addWidget(lower)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(12)
        row.addWidget(self._sign)
        row.addLayout(texts, 1)

    def sizeHint(self) -> QSize:
        """As high as its words need."""
        layout = self.layout()
        assert layout is not None
        return QSize(380, max(layout.sizeHint().height(), 68))

    def minimumSizeHint(self) -> QSize:
        """The same height in less width."""
        return QSize(260, self.sizeHint().height())

    def dress(self, theme: str) -> None:
        """The icon for a theme."""
        self._sign.setPixmap(icons.picture(self._icon, 30, theme, "accent", self.devicePixelRatioF()))


class CityPicture(QWidget):
    """The sample city, or a drawn skyline while there is no picture of it."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = "light"
        self.setMinimumWidth(200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        file = paths.resources("pictures", "sample.png")
        self._picture = QPixmap(str(file)) if file.exists() else QPixmap()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, cut to fill, with round corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), 16, 16)
        painter.setClipPath(shape)
        if self._picture.isNull():
            self._skyline(painter)
        else:
            painter.drawPixmap(QRectF(self.rect()), self._picture, filling(self._picture.size(), self.size()))
        painter.end()

    def _skyline(self, painter: QPainter) -> None:
        sky = QLinearGradient(0, 0, 0, self.height())
        sky.setColorAt(0, QColor("#5F7C9C" if self.theme == "light" else "#232C37"))
        sky.setColorAt(1, QColor("#F3EEE5" if self.theme == "light" else "#4A4D52"))
        painter.fillRect(self.rect(), sky)
        tokens = themes.tokens(self.theme)
        painter.setPen(Qt.PenStyle.NoPen)
        for layer, colour in enumerate((tokens["line"], tokens["window"])):
            painter.setBrush(QColor(colour))
            x, n = -20.0, layer * 3
            while x < self.width():
                width, height = (
                    46.0 + 38 * ((n * 7) % 5) / 4,
                    self.height() * (0.22 + 0.05 * ((n * 5) % 7) - 0.12 * layer),
                )
                painter.drawRect(QRectF(x, self.height() - height, width, height))
                x, n = x + width + 12 * ((n * 3) % 3), n + 1


def filling(picture: QSize, room: QSize) -> QRectF:
    """The middle part of a picture that has the shape of a room."""
    scale = max(room.width() / picture.width(), room.height() / picture.height())
    width, height = room.width() / scale, room.height() / scale
    return QRectF((picture.width() - width) / 2, (picture.height() - height) / 2, width, height)


def short(folder: Path) -> str:
    """A folder in few letters: home as ~, and the end of long ones."""
    text = str(folder)
    home = str(Path.home())
    text = "~" + text[len(home) :] if text.startswith(home) else text
    return text if len(text) < 40 else "…" + text[-38:]


def _label(text: str, name: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    return label
