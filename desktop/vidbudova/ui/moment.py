"""The moment that the view shows: the sun of a time, the damage of a day; and the section through the city.

Nothing of it is kept with the project: who opens it next meets the city as it is now, in the architect's light.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from vidbudova.model.change import Change
from vidbudova.text import _

if TYPE_CHECKING:
    from vidbudova.scene.section import Plane
    from vidbudova.ui.desk import Desk

DATED = frozenset({"damage_marks", "observations", "sightings", "matches", "layers"})


class Moment(QObject):
    """See the module.

    sun : an aware time, None for the architect's light. day : None for now. plane : None for the whole city.
    changed : any of it did. day_changed : another day is shown.
    """

    changed = Signal()
    day_changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._turn = 0
        self.sun: datetime | None = None
        self.day: date | None = None
        self.plane: Plane | None = None
        self.shadows = True
        desk.project_changed.connect(self.forget)
        desk.city_changed.connect(self._city_changed)
        desk.changed.connect(self._follow)

    def forget(self) -> None:
        """Another project, or none: as always."""
        self._turn += 1
        self.sun = self.day = self.plane = None
        self.shadows = True
        scene = self._desk.viewport.scene
        if scene is not None:
            scene.set_daylight(None)
            scene.section.cut(None)
            scene.set_visible("shadows", True)
        self.changed.emit()

    def _city_changed(self) -> None:
        self.set_sun(self.sun)
        if self.day is not None:
            self.set_day(self.day)

    # -- the sun --------------------------------------------------------------------------------------------------

    def set_sun(self, at: datetime | None) -> None:
        """Let the sun of a time shine; None for the architect's light."""
        from vidbudova.scene.daylight import daylight_over
        from vidbudova.scene.still import middle

        self.sun = at
        scene, city, session = self._desk.viewport.scene, self._desk.city, self._desk.session
        if scene is not None and city is not None and session is not None:
            scene.set_daylight(None if at is None else daylight_over(middle(city), str(session.crs), at))
            self._desk.viewport.redraw("moving")
        self.changed.emit()

    def set_shadows(self, on: bool) -> None:
        """Draw shadows, or leave them out."""
        self.shadows = on
        scene = self._desk.viewport.scene
        if scene is not None:
            scene.set_visible("shadows", on)
            self._desk.viewport.redraw()
        self.changed.emit()

    # -- the day --------------------------------------------------------------------------------------------------

    def set_day(self, on: date | None) -> None:
        """Show the damage of a day; None for now. What was seen by then is worked out in a worker."""
        self.day = on
        self._turn += 1
        turn, painting, session = self._turn, self._desk.painting, self._desk.session
        self.changed.emit()
        if painting is None or session is None:
            return
        asked, ids = painting.asked, painting.ids

        def work(progress: Any, cancelled: Any) -> Any:
            from vidbudova.session.damage import damage_view
            from vidbudova.session.moments import damage_on, not_yet_built

            if on is None:
                return damage_view(session, asked), None
            return damage_on(session, asked, on), not_yet_built(session, ids, on)

        def done(found: Any) -> None:
            if turn == self._turn and self._desk.painting is painting and self._desk.session is session:
                painting.set_day(on, *found)
                self.day_changed.emit()
                self._desk.viewport.redraw()

        self._desk.jobs.start(_("Looking at a day"), work, done, quiet=True)

    def _follow(self, change: Change) -> None:
        """What a person says is said of now: the view goes there, or the new mark would not be seen."""
        if self.day is not None and change.tables() & DATED:
            self.set_day(None)
            self._desk.notify(_("The view shows now again: that is what was changed."))

    # -- the section ----------------------------------------------------------------------------------------------

    def set_plane(self, plane: Plane | None) -> None:
        """Cut the city here; None for the whole."""
        self.plane = plane
        scene = self._desk.viewport.scene
        if scene is not None:
            scene.section.cut(plane)
            self._desk.viewport.redraw("moving")
        self.changed.emit()


def moment_of(desk: Desk) -> Moment:
    """The one of this desk, made on first use."""
    return desk.findChild(Moment) or Moment(desk)
