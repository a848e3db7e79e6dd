"""The Damage panel: the building, its grade, what it rests on, what comes next, the legend, observations, history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from vidbudova.model.change import Change
from vidbudova.model.schema import DAMAGE_MARKS, PHOTOS
from vidbudova.session import Session, readings
from vidbudova.session import photos as pictures
from vidbudova.text import _, day, ngettext
from vidbudova.ui import damage_forms, damage_words
from vidbudova.ui.analysis_legend import Covered
from vidbudova.ui.damage_form import BasisForm, DetailsForm
from vidbudova.ui.damage_grades import GradeButtons
from vidbudova.ui.damage_history import HistoryList
from vidbudova.ui.damage_legend import Legend
from vidbudova.ui.damage_many import ManyBox
from vidbudova.ui.damage_marking import Waiting, marking_of
from vidbudova.ui.damage_match import MatchBox
from vidbudova.ui.damage_section import Section
from vidbudova.ui.painting import DAMAGE, modes
from vidbudova.ui.tool_mark import MarkTool

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

TAKEN_SHOWN = 4


class DamagePanel(QScrollArea):
    """See the module."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.marking = marking_of(desk)
        self.setObjectName("damage-panel")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.empty = EmptyDamage(desk)
        self.head = BuildingHead()
        self.grades = GradeButtons()
        self.offer = OfferStrip()
        self.basis = BasisForm()
        self.details = DetailsForm()
        self.legend = Legend(modes())
        self.match = MatchBox(desk)
        self.many = ManyBox(desk)
        self.history = HistoryList()
        self._lay_out()
        self._connect()
        self.refresh()
        self._keep_tool()

    def _lay_out(self) -> None:
        self.body = QWidget()
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(10)
        self.details_section = Section(_("Hazards, note, photos"), self.details)
        self.history_section = Section(_("History of the building"), self.history)
        parts = (
            self.empty, self.head, self.grades, self.offer, Section(_("What the marks rest on"), self.basis),
            self.details_section, Section(_("Legend"), self.legend), self.history_section,
            Section(_("Observations"), self.match, False), Section(_("Many at once"), self.many, False),
        )  # fmt: skip
        for part in parts:
            layout.addWidget(part)
        layout.addStretch(1)
        self.parts = parts[1:]
        self.setWidget(self.body)

    def _connect(self) -> None:
        desk = self.desk
        desk.project_changed.connect(self.refresh)
        desk.city_changed.connect(self._city_changed)
        desk.changed.connect(self._follow)
        desk.selection.changed.connect(self.refresh_building)
        desk.workspace_changed.connect(lambda _key: self._keep_tool())
        desk.viewport.tool_changed.connect(self._keep_tool)
        self.marking.changed.connect(self.refresh_building)
        self.grades.chosen.connect(self.marking.mark_selected)
        self.offer.accepted.clicked.connect(self.marking.accept_offer)
        self.basis.said.connect(lambda name, value: self.marking.say(**{name: value}))
        self.details.hazards_said.connect(lambda hazards: self._describe(hazards=hazards))
        self.details.note_said.connect(lambda note: self._describe(note=note))
        self.details.photos.given.connect(lambda files: self._describe(files=files))
        self.details.photos.removed.connect(lambda sha256: self._describe(without_photo=sha256))
        self.details.photos.opened.connect(self._open_photo)
        self.covered = Covered(self.desk, self.legend)
        self.legend.mode_chosen.connect(self._set_mode)
        self.legend.hidden_changed.connect(self._set_hidden)
        self.legend.leave_out_changed.connect(self._set_leaves_out)

    def _set_mode(self, mode: str) -> None:
        if self.desk.painting is not None:
            self.desk.painting.set_mode(mode)

    def _set_hidden(self, keys: set[str]) -> None:
        if self.desk.painting is not None:
            self.desk.painting.set_hidden(keys)

    def _set_leaves_out(self, on: bool) -> None:
        if self.desk.painting is not None:
            self.desk.painting.set_leaves_out(on)

    def refresh(self) -> None:
        """Show the project anew."""
        session = self.desk.session
        known = session is not None and session.count("buildings") > 0
        self.empty.setVisible(not known)
        for part in self.parts:
            part.setVisible(known)
        self.match.refresh()
        self.many.refresh()
        self._city_changed()
        self.refresh_building()

    def refresh_building(self) -> None:
        """Show what is selected."""
        session, ids = self.desk.session, self.marking.chosen()
        self.basis.show_said(self.marking.said)
        if session is None:
            return
        current = ids[-1] if len(ids) == 1 else None
        mark = session.row("damage_marks", current) if current else None
        grade = mark.get("grade") if mark else None
        self.grades.show_state(-1 if grade is None else int(grade), self.marking.said.evidence, bool(ids))  # type: ignore[arg-type]
        self.head.show_selected(session, ids, mark)
        self.offer.show_offer(session, self.marking.offer)
        self.details_section.setVisible(current is not None)
        self.history_section.setVisible(self.history.show_building(session, current) > 0)
        if current is not None:
            self._show_details(session, current, mark)

    def _show_details(self, session: Session, id: str, mark: Any) -> None:
        waiting = self.marking.waiting.get(id, Waiting())
        said = mark or {}
        photos: list[tuple[str, Any, str]] = [
            (sha, row.get("thumbnail"), " · ".join(str(p) for p in (row.get("file_name"), row.get("taken_at")) if p))
            for sha, row in session.rows(PHOTOS.name, sorted(said.get("photos") or ())).items()
        ]
        photos += [(str(f), None, _("{file}: copied with the first grade").format(file=f.name)) for f in waiting.files]
        note, hazards = said.get("note") or waiting.note, said.get("hazards") or waiting.hazards
        self.details.show_details(note or "", hazards, photos)

    def _describe(self, **parts: Any) -> None:
        ids = self.marking.chosen()
        if len(ids) == 1:
            self.marking.describe(ids[0], **parts)

    def _open_photo(self, sha256: str) -> None:
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        session = self.desk.session
        file = pictures.file_of(session, sha256) if session is not None else None
        if file is None:
            self.desk.notify(_("This photo is not on this computer."))
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(file))))

    def _follow(self, change: Change) -> None:
        tables = change.tables()
        if tables & {DAMAGE_MARKS.name, PHOTOS.name, "buildings", "matches"}:
            self.refresh_building()
        if tables & {"matches", "observations", "layers"}:
            self.match.refresh()
        if "zones" in tables:
            self.many.refresh()
        if "layers" in tables:
            self.refresh()

    def _city_changed(self) -> None:
        painting = self.desk.painting
        if painting is not None and self._show_legend not in painting.painted:
            painting.painted.append(self._show_legend)
        self._show_legend()

    def _show_legend(self) -> None:
        painting = self.desk.painting
        if painting is not None and painting.colouring is not None:
            self.legend.modes.setCurrentIndex(max(self.legend.modes.findData(painting.mode), 0))
            self.legend.show_colouring(painting.colouring, painting.hidden, painting.mode == DAMAGE)

    def _keep_tool(self) -> None:
        """In this workspace the mark tool is in hand unless another is."""
        view = self.desk.viewport
        if self.desk.workspace == "damage" and view.tool is None and self.desk.session is not None:
            view.set_tool(MarkTool(self.desk))
            view.unsetCursor()
        elif self.desk.workspace != "damage" and isinstance(view.tool, MarkTool):
            view.set_tool(None)


class BuildingHead(QWidget):
    """Which building this is, and its mark in one line; or how many are selected."""

    def __init__(self) -> None:
        super().__init__()
        self.form = QLabel()
        self.title = QLabel()
        self.facts = QLabel()
        self.mark = QLabel()
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.title.setFont(font)
        words = QVBoxLayout()
        words.setSpacing(2)
        for part in (self.title, self.facts, self.mark):
            part.setWordWrap(True)
            words.addWidget(part)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.form, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)

    def show_selected(self, session: Session, ids: list[str], mark: Any) -> None:
        """One building, several or none."""
        self.form.setVisible(len(ids) == 1)
        if len(ids) != 1:
            several = ngettext("{count} building selected", "{count} buildings selected", len(ids))
            self.title.setText(several if ids else _("No building selected"))
            self.facts.setText(
                _("A grade marks them all.") if ids else _("Click a building in the view, then press 0–5.")
            )
            self.mark.setText("")
            return
        row = session.row("buildings", ids[0])
        grade = mark.get("grade") if mark else None
        key, ink = "none" if grade is None else str(grade), damage_forms.line_on(self.palette().window().color())
        self.form.setPixmap(damage_forms.icon(key, 40, ink=ink).pixmap(40, 40))
        self.title.setText(damage_words.title(ids[0], row))
        self.facts.setText(damage_words.facts(row))
        lines = [damage_words.grade(grade), damage_words.basis(mark)] if mark else [_("Not assessed")]
        self.mark.setText("\n".join(line for line in [*lines, *seen_from_above(session, ids[0])] if line))


class OfferStrip(QWidget):
    """The nearest building that nobody has assessed, with a button to go there."""

    def __init__(self) -> None:
        super().__init__()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.accepted = QPushButton(_("Go there (Enter)"))
        self.accepted.setObjectName("offer-accept")
        line = QVBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.words)
        line.addWidget(self.accepted)

    def show_offer(self, session: Session, id: str | None) -> None:
        """Show the offer, or nothing."""
        self.setVisible(id is not None)
        if id is not None:
            name = damage_words.title(id, session.row("buildings", id))
            self.words.setText(_("Next not assessed: {building}").format(building=name))


class EmptyDamage(QLabel):
    """What the panel is for while there are no buildings."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            _(
                "Here buildings get their damage grade. There are none yet: open a project, or bring in a "
                "file with buildings in the City workspace."
            )
        )
        self.setWordWrap(True)


def seen_from_above(session: Session, id: str) -> list[str]:
    """What observations say of a building: class, date, distance; the nearest first."""
    taken = readings.taken_for(session, id)[:TAKEN_SHOWN]
    rows = session.rows("observations", [t.observation for t in taken])
    lines = []
    for t in taken:
        row = rows.get(t.observation, {})
        seen = " · ".join(str(p) for p in (row.get("latest_raw"), day(row.get("latest_on"))) if p)  # type: ignore[arg-type]
        far = _("on the footprint") if t.distance_m == 0 else _("{n} m away").format(n=f"{t.distance_m:.1f}")
        lines.append(_("Seen from above: {what} ({where})").format(what=seen or _("unknown"), where=far))
    return lines
