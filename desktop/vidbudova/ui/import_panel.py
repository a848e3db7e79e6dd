"""The panel for bringing in files: drop them, see what will come of each, answer what is asked, bring them in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from vidbudova.errors import UserError
from vidbudova.formats.endings import ENDINGS
from vidbudova.formats.problems import SKIPPED
from vidbudova.formats.report import FileReport
from vidbudova.text import _, ngettext
from vidbudova.ui import icons
from vidbudova.ui.import_cards import ASKING, DONE, FAILED, LOOKED, LOOKING, WAITING, WRITING, FileCard
from vidbudova.ui.jobs import Cancelled, Job, is_cancellation
from vidbudova.ui.notices import WARN

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk


RECENT = 50
"""So many of the latest Changes are looked through for that of a file just brought in."""


class ImportPanel(QScrollArea):
    """See the module. Files are taken one after the other."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.cards: list[FileCard] = []
        self.job: Job | None = None
        self.at: FileCard | None = None
        self.setObjectName("import-panel")
        self.setAcceptDrops(True)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.words, self.choose, self.all = QLabel(), QPushButton(_("Choose files")), QPushButton(_("Bring in all"))
        self._lay_out()
        self.choose.clicked.connect(self.ask)
        self.all.clicked.connect(self.bring_all)
        desk.project_changed.connect(self._project_changed)
        self._enable()

    def _lay_out(self) -> None:
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        self.choose.setIcon(icons.icon("folder", self.desk.theme))
        self.all.setProperty("primary", True)
        bar = QHBoxLayout()
        bar.addWidget(self.choose, 1)
        bar.addWidget(self.all, 1)
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(12, 10, 12, 12)
        self.column.setSpacing(8)
        self.column.addWidget(self.words)
        self.column.addLayout(bar)
        self.column.addStretch(1)
        self.setWidget(body)

    # -- files ----------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped here."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        self.start([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def ask(self) -> None:
        """Let the person choose files."""
        kinds = f"{_('Map data')} ({' '.join('*' + ending for ending in ENDINGS)})"
        folder = str(self.desk.settings.value("folder") or "")
        found, _kind = QFileDialog.getOpenFileNames(self, _("Bring in files"), folder, f"{kinds};;{_('All files')} (*)")
        self.start([Path(name) for name in found])

    def start(self, files: Sequence[Path]) -> None:
        """Put files and folders on the list and look at them."""
        session = self.desk.session
        if session is None or session.read_only:
            self.desk.notify(_closed() if session is None else _only_read(), kind=WARN)
            return
        from vidbudova.session.importing import files_of

        listed = {card.path for card in self.cards if card.state != DONE}
        for path in files_of(files):
            if path not in listed:
                self._add(path)
        self._next()

    def _add(self, path: Path) -> None:
        card = FileCard(path, self.desk.theme)
        card.look.connect(partial(self._look_again, card))
        card.bring.connect(partial(self._wanted, card))
        card.cancel.connect(self._cancel)
        card.forget.connect(partial(self._forget, card))
        card.show_quarantine.connect(partial(self._show_set_aside, card))
        card.undo.connect(lambda: self.desk.undo_this(card.change))
        card.show_thing.connect(partial(self._show_on_map, card))
        card.show_place.connect(self.desk.viewport.fly_to_bounds)
        self.column.insertWidget(1 + len(self.cards) + 1, card)
        self.cards.append(card)

    def _forget(self, card: FileCard) -> None:
        self.cards.remove(card)
        self.column.removeWidget(card)
        card.hide()
        card.deleteLater()
        self._enable()

    def _project_changed(self) -> None:
        for card in list(self.cards):
            self._forget(card)
        if self.job is not None:
            self.job.cancel()
        self.job = self.at = None
        self._enable()

    def _enable(self) -> None:
        session = self.desk.session
        may = session is not None and not session.read_only
        self.words.setText(_closed() if session is None else _usual() if may else _only_read())
        self.choose.setEnabled(may)
        self.all.setVisible(sum(card.state == LOOKED for card in self.cards) > 1)

    # -- one after the other --------------------------------------------------------------------------------------

    def bring_all(self) -> None:
        """Bring in everything that was looked at and asks nothing."""
        for card in self.cards:
            if card.state == LOOKED:
                card.setProperty("wanted", True)
                card.go(WAITING)
        self._next()

    def _wanted(self, card: FileCard) -> None:
        card.setProperty("wanted", True)
        card.go(WAITING)
        self._next()

    def _look_again(self, card: FileCard) -> None:
        if card.state in (LOOKED, ASKING, FAILED):
            card.setProperty("wanted", False)
            card.go(WAITING)
            self._next()

    def _next(self) -> None:
        self._enable()
        waiting = next((card for card in self.cards if card.state == WAITING), None)
        if self.job is None and waiting is not None:
            self._run(waiting, write=bool(waiting.property("wanted")))

    def _run(self, card: FileCard, write: bool) -> None:
        session, options, path = self.desk.session, card.options(), card.path
        if session is None:
            return
        card.go(WRITING if write else LOOKING)
        self.at = card

        def work(progress: Any, cancelled: Any) -> FileReport | None:
            from vidbudova.session.importing import import_file

            try:
                return import_file(session, path, dry_run=not write, progress=progress, cancelled=cancelled, **options)
            except (Cancelled, UserError) as trouble:
                # a cancelled job tells no one that it ended, and the next file must wait for that
                if not (cancelled() and is_cancellation(trouble)):
                    raise
                return None

        title = _("Bringing in {file}") if write else _("Looking at {file}")
        self.job = self.desk.jobs.start(
            title.format(file=path.name), work, partial(self._done, card, write), partial(self._failed, card)
        )
        self.job.moved.connect(partial(self._moved, card, self.job))

    def _moved(self, card: FileCard, job: Job) -> None:
        if card in self.cards and not job.cancelled:
            card.say_progress(job.done, job.text)

    def _cancel(self) -> None:
        """Ask it to stop; what comes of it is shown when it has ended, for it may be past stopping."""
        if self.job is not None and self.at is not None:
            self.job.cancel()
            self.at.say_stopping()

    def _ended(self, card: FileCard) -> bool:
        """Make way for the next; whether the card is still on the list of the project at hand."""
        if self.at is card:
            self.job = self.at = None
        card.setProperty("wanted", False)
        return card in self.cards

    def _failed(self, card: FileCard, error: BaseException) -> None:
        if self._ended(card):
            card.show_error(error)
            if not isinstance(error, UserError):
                self.desk.show_error(error)
        self._next()

    def _done(self, card: FileCard, write: bool, report: FileReport | None) -> None:
        if self._ended(card):
            if report is None:
                card.show_error(UserError("import-cancelled", file=card.path.name))
            else:
                self._show_report(card, write, report)
        self._next()

    def _show_report(self, card: FileCard, write: bool, report: FileReport) -> None:
        if write and not report.get("already"):
            made = self._change_of(report)
            card.change = made or ""
            words = ngettext("{count} feature was brought in", "{count} features were brought in", report["kept"])
            undo = partial(self.desk.undo_this, made) if made else None
            self.desk.notify(words, undo, _("Undo") if made else "")
        card.show_report(report, write)

    def _change_of(self, report: FileReport) -> str | None:
        """The id of the Change that brought a file in."""
        session = self.desk.session
        for change in islice(session.changes(newest_first=True), RECENT) if session is not None else ():
            rows = [d.after for d in change.deltas if d.table == "layers" and d.after is not None]
            if change.kind not in ("undo", "redo") and any(r.get("sha256") == report["sha256"] for r in rows):
                return change.id
        return None

    # -- afterwards -----------------------------------------------------------------------------------------------

    def _show_set_aside(self, card: FileCard) -> None:
        """List what was set aside with the reasons, and go to where it lies."""
        panel = self.desk.show_panel("table")
        if panel is not None and hasattr(panel, "show_table"):
            panel.show_table("quarantine")
        problems = card.report["problems"] if card.report is not None else []
        boxes = [p["where"] for p in problems if p["code"] in SKIPPED and p["where"] is not None]
        if boxes:
            west, south, east, north = zip(*boxes, strict=True)
            self.desk.viewport.fly_to_bounds((min(west), min(south), max(east), max(north)))

    def _show_on_map(self, card: FileCard) -> None:
        session, report = self.desk.session, card.report
        kinds = [layer["kind"] for layer in report["layers"]] if report is not None else []
        bounds = session.bounds(kinds[0]) if session is not None and kinds else None
        if bounds is not None:
            self.desk.viewport.fly_to_bounds(bounds)


def _usual() -> str:
    return _(
        "Drop files here: GeoPackage, GeoJSON, Shapefile, FlatGeobuf, geodatabases, KML, GPX, GTFS, DXF, CSV, "
        "OpenStreetMap, city models, terrain, imagery, point clouds, also zipped. "
        "You see what will come of each before it comes in; it comes in whole or not at all."
    )


def _closed() -> str:
    return _("No project is open. Open one, or make a new one from these files.")


def _only_read() -> str:
    return _("This project can only be looked at, so no files can be brought in.")
