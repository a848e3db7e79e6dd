"""Marking, without a widget: what the next mark will say, the mark itself, and the building that is offered next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from vidbudova.errors import UserError
from vidbudova.model.codes import EVIDENCE
from vidbudova.model.damage import GRADES, is_remote
from vidbudova.session import Session, damage
from vidbudova.text import _, ngettext
from vidbudova.ui.commands import Command
from vidbudova.ui.notices import WARN
from vidbudova.ui.tool_ground import fly_to_row

if TYPE_CHECKING:
    from vidbudova.scene.pick import Pick
    from vidbudova.ui.desk import Desk

MEMORY = "marking"
"""Name of the view state that remembers evidence and inspector with the project."""


@dataclass(slots=True)
class Said:
    """What every next mark says beside its grade; seen_at is an ISO date, "" for now."""

    evidence: str = damage.DEFAULT_EVIDENCE
    inspector: str = ""
    seen_at: str = ""


@dataclass(slots=True)
class Waiting:
    """What was said of a building that has no mark yet; it goes with its first grade."""

    note: str = ""
    hazards: set[str] = field(default_factory=set)
    files: list[Path] = field(default_factory=list)


class Marking(QObject):
    """Marks what is selected and knows what comes next.

    changed : the offer, or what is said, is another.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk
        self.said = Said()
        self.offer: str | None = None
        self.waiting: dict[str, Waiting] = {}
        desk.project_changed.connect(self.recall)
        for command in commands(desk, self):
            desk.commands.add(command)
        desk.offers.append(lambda pick: offers(self, pick))
        self.recall()

    @property
    def session(self) -> Session | None:
        """The open project."""
        return self.desk.session

    def chosen(self) -> list[str]:
        """The selected buildings."""
        selection = self.desk.selection
        return list(selection.ids) if selection.table == "buildings" else []

    def recall(self) -> None:
        """Take what was said last in this project; the inspector is the author unless another was named."""
        self.offer, self.waiting = None, {}
        if self.session is not None:
            kept = self.session.view_state(MEMORY) or {}
            evidence = kept.get("evidence", "")
            inspector = kept.get("inspector") or self.session.author
            self.said = Said(evidence if evidence in EVIDENCE else damage.DEFAULT_EVIDENCE, inspector)
        self.changed.emit()

    def say(self, **parts: str) -> None:
        """Change what the next marks say, and remember it with the project."""
        for name, value in parts.items():
            setattr(self.said, name, value)
        if self.session is not None and not self.session.read_only:
            kept = {"evidence": self.said.evidence, "inspector": self.said.inspector}
            self.session.set_view_state(MEMORY, kept)
        self.changed.emit()

    def mark_selected(self, grade: int) -> bool:
        """Mark what is selected; a sentence where that cannot be. Whether it was marked."""
        ids = self.chosen()
        if not ids:
            self.desk.notify(_("Click a building first, then press its grade."))
            return False
        return self.mark(ids, grade)

    def mark(self, ids: Sequence[str], grade: int) -> bool:
        """Mark one building, or many with one Change, and offer the next."""
        if self.session is None:
            return False
        try:
            if len(ids) == 1:
                self._mark_one(self.session, ids[0], grade)
            else:
                self._mark_many(self.session, ids, grade)
        except UserError as trouble:
            self._explain(trouble, ids, grade)
            return False
        self.find_offer(ids[-1])
        return True

    def find_offer(self, near: str | None) -> None:
        """Look for the nearest building that nobody has assessed."""
        known = self.session is not None and near is not None
        self.offer = damage.next_unassessed(self.session, near) if known else None  # type: ignore[arg-type]
        self.changed.emit()

    def accept_offer(self) -> bool:
        """Select the building that is offered and fly there."""
        if self.offer is None:
            return False
        id, self.offer = self.offer, None
        self.desk.selection.replace([id])
        fly_to_row(self.desk, "buildings", id)
        self.changed.emit()
        return True

    def decline_offer(self) -> bool:
        """Put the offer away; whether there was one."""
        had, self.offer = self.offer is not None, None
        self.changed.emit()
        return had

    def describe(self, id: str, **parts: Any) -> None:
        """Note, hazards or files of one building: on its mark, or kept for its first one."""
        if self.session is None:
            return
        if self.session.row(damage.TABLE, id) is not None:
            self.desk.attempt(lambda: damage.annotate(self.session, id, **parts))  # type: ignore[arg-type]
            return
        waiting = self.waiting.setdefault(id, Waiting())
        for name, value in parts.items():
            setattr(waiting, name, [*waiting.files, *value] if name == "files" else value)
        self.changed.emit()

    def _mark_one(self, session: Session, id: str, grade: int) -> None:
        kept = self.waiting.get(id, Waiting())
        extra = {"note": kept.note or None, "hazards": kept.hazards or None, "files": kept.files}
        damage.mark(session, id, grade=grade, **self._basis(), **extra)  # type: ignore[arg-type]
        self.waiting.pop(id, None)

    def _mark_many(self, session: Session, ids: Sequence[str], grade: int) -> None:
        marked = damage.mark_many(session, ids, grade=grade, **self._basis())
        words = ngettext("{count} building marked", "{count} buildings marked", len(marked.done))
        words += f": {grade} · {_(GRADES[grade])}"
        if marked.refused:
            words += ". " + ngettext(
                "{count} was left as it is", "{count} were left as they are", len(marked.refused)
            ) + ": " + next(iter(marked.refused.values()))
        if marked.change is not None:
            self.desk.notify(words, partial(self.desk.undo_this, marked.change.id), _("Undo"))

    def _basis(self) -> dict[str, Any]:
        said = self.said
        return {"evidence": said.evidence, "inspector": said.inspector, "inspected_at": said.seen_at or None}

    def _explain(self, trouble: UserError, ids: Sequence[str], grade: int) -> None:
        """A grade that cannot be given from afar comes with the way out."""
        if trouble.key != "grade-from-afar" or not is_remote(self.said.evidence):
            self.desk.show_error(trouble)
            return
        sentence = _(trouble.trouble.message).format(**trouble.values)
        words = f"{sentence} {_(trouble.trouble.next)}"
        self.desk.notify(words, lambda: self._mark_as_visited(ids, grade), _("It was a walk-round"), WARN)

    def _mark_as_visited(self, ids: Sequence[str], grade: int) -> None:
        self.say(evidence="walk_round")
        self.mark(ids, grade)


def commands(desk: Desk, marking: Marking) -> list[Command]:
    """The grades as commands: by key in the Damage workspace whatever tool is in hand, by name in the search field."""

    def may() -> bool:
        return desk.workspace == "damage" and bool(marking.chosen()) and not getattr(desk.viewport.tool, "quiet", False)

    return [
        Command(
            f"grade-{grade}",
            _("Mark as {grade} · {words}").format(grade=grade, words=_(title)),
            lambda grade=grade: marking.mark_selected(grade),  # type: ignore[misc]
            str(grade),
            "damage",
            may,
            _("damage grade"),
            _("Damage"),
            in_view=True,
        )
        for grade, title in GRADES.items()
    ]


def offers(marking: Marking, pick: Pick) -> list[Command]:
    """The grades in the menu of a right click on a building."""
    if pick.kind != "building":
        return []
    return [
        Command(
            f"mark-{grade}",
            _("Mark as {grade} · {words}").format(grade=grade, words=_(title)),
            lambda grade=grade: marking.mark([pick.id], grade),  # type: ignore[misc]
        )
        for grade, title in GRADES.items()
    ]


def marking_of(desk: Desk) -> Marking:
    """The one of this desk, made on first use."""
    return desk.findChild(Marking) or Marking(desk)
