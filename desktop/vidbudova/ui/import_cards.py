"""One file on its way in: what it seems to hold, what will come of it, what is asked, and how far it is."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vidbudova.errors import UserError
from vidbudova.formats.report import FileReport, MendRow
from vidbudova.model.schema import LAYER_KINDS, TABLES
from vidbudova.text import _, ngettext, number
from vidbudova.ui import icons
from vidbudova.ui.damage_flow import FlowLayout, narrow
from vidbudova.ui.import_findings import FindingList
from vidbudova.ui.notices import sentences

WAITING, LOOKING, LOOKED, ASKING, WRITING, DONE, FAILED = range(7)


class FileCard(QFrame):
    """A file with its state; it only says what the person wants, the panel does it.

    look, bring, cancel, forget, show_quarantine, show_thing, show_place, undo : buttons.
    """

    look = Signal()
    bring = Signal()
    cancel = Signal()
    forget = Signal()
    show_quarantine = Signal()
    show_thing = Signal()
    show_place = Signal(object)
    undo = Signal()

    def __init__(self, path: Path, theme: str) -> None:
        super().__init__()
        self.path, self.state = path, WAITING
        self.report: FileReport | None = None
        self.change = ""
        self.asks_system = False
        self.setProperty("role", "card")
        self.mends: list[MendRow] = []
        self.heading, self.words, self.problems = QLabel(path.name), QLabel(), FindingList()
        self.heading.setProperty("role", "title")
        self.heading.setToolTip(str(path))
        # a long name without blanks must not make the panel wider
        self.heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.kind, self.crs = narrow(QComboBox()), QLineEdit()
        self.attribution, self.licence = QLineEdit(), QLineEdit()
        self.close_button = QToolButton()
        self.close_button.setIcon(icons.icon("close", theme))
        self.close_button.setAutoRaise(True)
        self.close_button.setToolTip(_("Take it off the list"))
        self.close_button.clicked.connect(self.forget)
        self._fill_choices()
        self._lay_out()
        self.go(WAITING)

    def _fill_choices(self) -> None:
        self.kind.addItem(_("as it seems"), None)
        for kind in LAYER_KINDS:
            self.kind.addItem(_(TABLES[kind].title), kind)
        self.kind.activated.connect(lambda _n: self.look.emit())
        self.crs.setPlaceholderText(_("EPSG:number"))
        self.crs.returnPressed.connect(self.look)
        self.system = QWidget()
        self.offers = QVBoxLayout(self.system)
        self.offers.setContentsMargins(0, 0, 0, 0)
        self.attribution.setPlaceholderText(_("as the file says"))
        self.licence.setPlaceholderText(_("as the file says"))

    def _lay_out(self) -> None:
        for label in (self.heading, self.words):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problems.show_place.connect(self.show_place)
        self.problems.mend.connect(self.add_mend)
        self.problems.take_back.connect(self.take_mend_back)
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.asked = QWidget()
        form = self.form = QFormLayout(self.asked)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(_("Holds"), self.kind)
        form.addRow(self.system)
        form.addRow(_("Coordinates"), self.crs)
        form.addRow(_("Attribution"), self.attribution)
        form.addRow(_("Licence"), self.licence)
        buttons = QWidget()
        flow = FlowLayout(buttons)
        self.buttons: dict[str, QPushButton] = {}
        for key, title, signal in (
            ("bring", _("Bring it in"), self.bring), ("look", _("Look again"), self.look),
            ("cancel", _("Cancel"), self.cancel), ("show", _("Show on the map"), self.show_thing),
            ("quarantine", _("Show what was set aside"), self.show_quarantine),
            ("undo", _("Undo"), self.undo),
        ):  # fmt: skip
            button = QPushButton(title)
            button.setObjectName(f"import-{key}")
            button.clicked.connect(signal)
            self.buttons[key] = button
            flow.addWidget(button)
        self.buttons["bring"].setProperty("primary", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 8, 10)
        column.addLayout(top)
        for part in (self.words, self.bar, self.problems, self.asked, buttons):
            column.addWidget(part)

    # -- states ---------------------------------------------------------------------------------------------------

    def go(self, state: int) -> None:
        """Show a state: which parts and buttons make sense now."""
        self.state = state
        busy = state in (LOOKING, WRITING)
        self.bar.setVisible(busy)
        self.asked.setVisible(state in (LOOKED, ASKING))
        self.form.setRowVisible(self.crs, self.asks_system or bool(self.crs.text().strip()))
        self.form.setRowVisible(self.system, self.asks_system and self.offers.count() > 0)
        self.problems.setVisible(bool(self.problems.rows) and not busy)
        self.close_button.setVisible(not busy)
        skipped = bool(self.report and self.report["skipped"])
        shown = {
            "bring": state == LOOKED, "look": state in (LOOKED, ASKING, FAILED), "cancel": busy, "show": state == DONE,
            "quarantine": state == DONE and skipped, "undo": state == DONE and bool(self.change),
        }  # fmt: skip
        self.buttons["cancel"].setEnabled(True)
        for key, button in self.buttons.items():
            button.setVisible(shown[key])
        if state == WAITING:
            self.words.setText(_("Waiting for its turn"))

    def say_progress(self, share: float, what: str) -> None:
        """How far it is."""
        self.bar.setRange(0, 0 if share < 0 else 100)
        self.bar.setValue(round(max(share, 0) * 100))
        if what:
            self.words.setText(what)

    def say_stopping(self) -> None:
        """It was asked to stop and has not ended yet."""
        self.buttons["cancel"].setEnabled(False)
        self.bar.setRange(0, 0)
        self.words.setText(_("Stopping…"))

    def show_report(self, report: FileReport, done: bool) -> None:
        """What came, or would come, of it."""
        self.report = report
        self.words.setText(_already() if report.get("already") else report_words(report, done))
        self.asks_system = False
        self.problems.show_report(report, self.mends, may_mend=not done)
        self.go(DONE if done else LOOKED)

    def show_error(self, error: BaseException) -> None:
        """Why nothing came of it; where something only has to be said, it is asked for."""
        words = sentences(error) if isinstance(error, UserError) else str(error)
        if getattr(error, "key", "") == "crs-missing":
            words = f"{error}\n{_('Choose where its data are to lie, or write its system:')}"
        self.words.setText(words)
        self.problems.clear()
        key = getattr(error, "key", "")
        self.asks_system = key in ("crs-missing", "crs-unknown")
        self._offer_systems(error.values.get("candidates", []) if isinstance(error, UserError) else [])
        self.go(ASKING if key in ("crs-missing", "crs-unknown", "kind-unclear") else FAILED)
        if self.asks_system:
            self.crs.setFocus()

    def _offer_systems(self, found: Any) -> None:
        """A button for each system in which the data would lie in the project, with the place."""
        while (item := self.offers.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for one in found:
            button = QPushButton(f"{one['crs']}  {one['name']}\n{one['place']}")
            button.setObjectName(f"crs-{one['crs']}")
            button.setProperty("role", "choice")
            button.setStyleSheet("text-align: left")
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            button.setToolTip(str(one["words"]))
            button.clicked.connect(partial(self._take_system, str(one["crs"])))
            self.offers.addWidget(button)

    def _take_system(self, crs: str, _checked: bool = False) -> None:
        self.crs.setText(crs)
        self.look.emit()

    def add_mend(self, id: str) -> None:
        """Ask for a mend, and look at the file again with it."""
        offered = [m for p in self.problems.problems for m in (p["mend"], *p["other_mends"]) if m is not None]
        self.mends = [m for m in self.mends if m["id"].partition("=")[0] != id.partition("=")[0]]
        self.mends += [m for m in offered if m["id"] == id][:1]
        self.look.emit()

    def take_mend_back(self, id: str) -> None:
        """Look at the file again as it is."""
        self.mends = [m for m in self.mends if m["id"] != id]
        self.look.emit()

    def options(self) -> dict[str, Any]:
        """What the person said of the file."""
        return {
            "kind": self.kind.currentData(), "crs": self.crs.text().strip() or None,
            "attribution": self.attribution.text().strip(), "licence": self.licence.text().strip(),
            "mends": [mend["id"] for mend in self.mends],
        }  # fmt: skip


def _already() -> str:
    return _("This file is in the project already; nothing was changed.")


def report_words(report: FileReport, done: bool) -> str:
    """The counts of a report as sentences."""
    kept = ngettext("{count} feature", "{count} features", report["kept"])
    first = _("{kept} came in.") if done else _("{kept} will come in.")
    lines = [first.format(kept=kept)]
    if report["skipped"]:
        aside = ngettext("{count} is set aside.", "{count} are set aside.", report["skipped"])
        lines.append(aside)
    for layer in report["layers"]:
        title = _(TABLES[layer["kind"]].title) if layer["kind"] in TABLES else layer["kind"]
        said = " · ".join(part for part in (layer["attribution"], layer["licence"]) if part)
        lines.append(f"{title}: {number(layer['features'])}" + (f" ({said})" if said else ""))
    lines.append(_("Format {format}, coordinates {crs}").format(format=report["format"], crs=report["crs"] or "—"))
    return "\n".join(lines)
