"""A camera path: its stops with times, played in the view, written as a video."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from vidbudova.errors import UserError
from vidbudova.session import views
from vidbudova.session.views import PathStop
from vidbudova.text import _, number
from vidbudova.ui import icons
from vidbudova.ui.damage_flow import FlowLayout
from vidbudova.ui.film import film, of_result
from vidbudova.ui.lines_model import Lines, fit_height
from vidbudova.ui.player import player_of

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

ENDING = ".mp4"
TICKS = 10
"""Positions of the slider in a second."""
SIZES = {"1920x1080": "1080p", "3840x2160": "4K", "1280x720": "720p"}


class PathEditor(QWidget):
    """Edits one of the project's camera paths."""

    def __init__(self, desk: Desk, chosen_view: Callable[[], str]) -> None:
        super().__init__()
        self.desk, self._chosen_view = desk, chosen_view
        self.player = player_of(desk.viewport)
        self.which = QComboBox()
        self.which.setObjectName("path-which")
        self.which.setMinimumContentsLength(8)
        self.which.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.which.setEditable(True)
        self.which.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.name = QLineEdit()
        self.name.setPlaceholderText(_("Camera path"))
        self.which.setLineEdit(self.name)
        self.new, self.away = QToolButton(), QToolButton()
        self.lines = Lines((_("View"), _("Flight, s"), _("Held, s")), editable=(1, 2), right=(1, 2))
        self.list = QTreeView()
        self.loop = QCheckBox(_("Begin again at the end"))
        self.through = QCheckBox(_("Pass through views without a halt"))
        self.play, self.time, self.slider = QPushButton(), QLabel(), QSlider(Qt.Orientation.Horizontal)
        self.sharpness, self.write = QComboBox(), QPushButton(_("Write a video …"))
        self.write.setObjectName("path-video")
        self._showing = False
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        first = QHBoxLayout()
        first.addWidget(self.which, 1)
        for button, icon, tip in ((self.new, "plus", _("New camera path")), (self.away, "trash", _("Remove the path"))):
            button.setIcon(icons.icon(icon, self.desk.theme))
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            first.addWidget(button)
        column.addLayout(first)
        self.list.setModel(self.lines)
        self.list.setRootIsDecorated(False)
        self.list.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        column.addWidget(self.list)
        doings = QWidget()
        flow = FlowLayout(doings)
        self.buttons: dict[str, QPushButton] = {}
        for key, title in {"up": _("Earlier"), "down": _("Later"), "drop": _("Take out")}.items():
            self.buttons[key] = QPushButton(title)
            self.buttons[key].setObjectName(f"path-{key}")
            flow.addWidget(self.buttons[key])
        for part in (doings, self.through, self.loop):
            column.addWidget(part)
        column.addLayout(self._playing())
        last = QHBoxLayout()
        for value, words in SIZES.items():
            self.sharpness.addItem(words, value)
        last.addWidget(self.sharpness)
        last.addWidget(self.write, 1)
        column.addLayout(last)

    def _playing(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.play.setObjectName("path-play")
        self.play.setIconSize(QSize(18, 18))
        self.time.setMinimumWidth(84)
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for part, share in ((self.play, 0), (self.slider, 1), (self.time, 0)):
            row.addWidget(part, share)
        return row

    def _connect(self) -> None:
        self.which.activated.connect(lambda _at: self._show_stops())
        self.name.editingFinished.connect(self._rename)
        self.new.clicked.connect(lambda: self._keep_new([]))
        self.away.clicked.connect(self.remove)
        self.lines.said.connect(self._retime)
        for key, action in {"up": partial(self._move, -1), "down": partial(self._move, 1), "drop": self._drop}.items():
            self.buttons[key].clicked.connect(action)
        self.loop.clicked.connect(lambda on: self._change(loop=on))
        self.through.clicked.connect(self._set_through)
        self.play.clicked.connect(self.toggle)
        self.slider.sliderMoved.connect(lambda at: self.player.go(at / TICKS))
        self.player.moved.connect(self._show_time)
        self.player.changed.connect(self._dress)
        self.write.clicked.connect(self.ask_video)
        self.desk.theme_changed.connect(lambda _theme: self._dress())

    # -- what is shown --------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the paths of the project."""
        session, before = self.desk.session, self.path()
        rows = session.rows("camera_paths") if session is not None else {}
        self._showing = True
        self.which.clear()
        for id, row in rows.items():
            self.which.addItem(str(row["name"] or _("Camera path")), id)
        at = self.which.findData(before)
        self.which.setCurrentIndex(max(at, 0) if rows else -1)
        self._showing = False
        self._show_stops()

    def path(self) -> str:
        """The id of the path shown; "" for none."""
        return str(self.which.currentData() or "")

    def stops(self) -> list[PathStop]:
        """The stops of the path shown."""
        session = self.desk.session
        return views.paths(session).get(self.path(), []) if session is not None and self.path() else []

    def _show_stops(self) -> None:
        session, stops = self.desk.session, self.stops()
        names = {id: str(row["name"]) for id, row in session.rows("views").items()} if session is not None else {}
        row = self.list.currentIndex().row()
        self.lines.show_rows(
            [
                (str(k), (names[s.view], number(s.seconds, 1) if k else "–", number(s.hold_s, 1)))
                for k, s in enumerate(stops)
            ]
        )
        fit_height(self.list, len(stops))
        self.list.setCurrentIndex(self.lines.index(min(max(row, 0), len(stops) - 1), 0))
        found = session.row("camera_paths", self.path()) if session is not None and self.path() else None
        self.loop.setChecked(bool(found and found["loop"]))
        self.through.setChecked(any(s.easing == "smooth" for s in stops) or not stops)
        self._take()

    def _take(self) -> None:
        from vidbudova.scene.video import journey_of

        session = self.desk.session
        try:
            journey = journey_of(session, self.path()) if session is not None and self.path() else None
        except UserError:
            journey = None
        self.player.take(journey, self.loop.isChecked(), self.path())
        self.slider.setMaximum(int((journey.duration_s if journey else 0.0) * TICKS))
        self._show_time(0.0)
        self._dress()

    def _show_time(self, seconds: float) -> None:
        lasts = self.player.journey.duration_s if self.player.journey is not None else 0.0
        self.time.setText(_("{now} of {all} s").format(now=number(seconds, 1), all=number(lasts, 1)))
        if not self.slider.isSliderDown():
            self.slider.setValue(int(seconds * TICKS))

    def _dress(self) -> None:
        playable, playing = self.player.journey is not None, self.player.playing
        session = self.desk.session
        edits = session is not None and not session.read_only
        self.play.setIcon(icons.icon("pause" if playing else "play", self.desk.theme))
        self.play.setToolTip(_("Pause") if playing else _("Play"))
        self.play.setAccessibleName(self.play.toolTip())
        playables: tuple[QWidget, ...] = (self.play, self.slider, self.write)
        for part in playables:
            part.setEnabled(playable)
        editables: tuple[QWidget, ...] = (*self.buttons.values(), self.loop, self.through)
        for part in editables:
            part.setEnabled(edits and bool(self.lines.rows))
        self.new.setEnabled(edits)
        self.away.setEnabled(edits and bool(self.path()))
        for button, icon in ((self.new, "plus"), (self.away, "trash")):
            button.setIcon(icons.icon(icon, self.desk.theme))

    # -- what is done ---------------------------------------------------------------------------------------------

    def add(self, view: str) -> None:
        """Append a view, with a time for the flight that people can follow; begins a path where there is none."""
        stops = self.stops()
        stop = PathStop(view, self._suggested(stops[-1].view, view) if stops else 4.0)
        if self.path():
            self._change(stops=[*stops, stop])
        else:
            self._keep_new([stop])

    def _suggested(self, before: str, after: str) -> float:
        from vidbudova.scene.journey import suggested_s
        from vidbudova.scene.video import camera_of

        session = self.desk.session
        assert session is not None
        rows = session.rows("views", [before, after])
        return suggested_s(camera_of(rows[before]), camera_of(rows[after]))

    def _keep_new(self, stops: list[PathStop]) -> None:
        session = self.desk.session
        if session is None:
            return
        name = _("Camera path {n}").format(n=self.which.count() + 1)
        id = self.desk.attempt(lambda: views.add_path(session, name, stops))
        if id:
            self.which.setCurrentIndex(self.which.findData(id))
            self._show_stops()

    def _rename(self) -> None:
        session, path, name = self.desk.session, self.path(), self.which.currentText().strip()
        row = session.row("camera_paths", path) if session is not None and path else None
        if session is not None and row is not None and name and name != row["name"]:
            self.desk.attempt(lambda: views.change_path(session, path, name=name))

    def remove(self) -> None:
        """Take the path away; undo brings it back."""
        session, path = self.desk.session, self.path()
        if session is not None and path:
            self.desk.attempt(lambda: views.remove_path(session, path))
            self.desk.notify(_("The camera path was removed."), self.desk.undo, _("Undo"))

    def _change(self, stops: list[PathStop] | None = None, loop: bool | None = None) -> None:
        session, path = self.desk.session, self.path()
        if session is not None and path:
            self.desk.attempt(lambda: views.change_path(session, path, stops=stops, loop=loop))

    def _retime(self, id: str, column: int, words: str) -> None:
        stops, at = self.stops(), int(id)
        try:
            seconds = float(words.replace(",", ".").replace("\u202f", ""))
        except ValueError:
            return
        if not 0 <= seconds <= views.LONGEST_S:
            return
        stops[at] = replace(stops[at], seconds=seconds) if column == 1 else replace(stops[at], hold_s=seconds)
        self._change(stops=stops)

    def _move(self, by: int) -> None:
        stops, at = self.stops(), self.list.currentIndex().row()
        to = at + by
        if 0 <= at < len(stops) and 0 <= to < len(stops):
            stops[at], stops[to] = stops[to], stops[at]
            self._change(stops=stops)
            self.list.setCurrentIndex(self.lines.index(to, 0))

    def _drop(self) -> None:
        stops, at = self.stops(), self.list.currentIndex().row()
        if 0 <= at < len(stops):
            self._change(stops=stops[:at] + stops[at + 1 :])

    def _set_through(self, on: bool) -> None:
        self._change(stops=[replace(s, easing="smooth" if on else "stop") for s in self.stops()])

    def toggle(self) -> None:
        """Play or hold."""
        if self.player.playing:
            self.player.hold()
        else:
            self.desk.viewport.navigator.steps.set_mode("")
            self.player.play()

    def ask_video(self) -> None:
        """Choose where the video goes."""
        name, _kind = QFileDialog.getSaveFileName(
            self, _("Write a video"), self.which.currentText() + ENDING, _("Videos") + " (*.mp4)"
        )
        if name:
            self.write_video(Path(name))

    def write_video(self, target: Path) -> None:
        """Write the path as MP4, in a process of its own."""
        session = self.desk.session
        if session is None or not self.path():
            return
        out = target if target.suffix.lower() == ENDING else target.with_name(target.name + ENDING)
        colour_by = self.desk.painting.mode if self.desk.painting is not None else "damage"
        words = ["video", str(session.project.path), self.path(), "--out", str(out)]
        words += ["--size", str(self.sharpness.currentData()), "--colour-by", colour_by or "none"]
        words += of_result(self.desk.shown_result)
        from vidbudova.ui.window_files import reveal

        self.desk.jobs.start(
            _("Writing a video"),
            lambda progress, cancelled: film(words, out, progress, cancelled),
            lambda _body: self.desk.notify(
                _("The video is at {path}.").format(path=out), lambda: reveal(out), _("Show")
            ),
        )
