"""The result of an analysis on the city: ribbons, areas, places, numbered places, or colours of buildings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene import pace
from vidbudova.scene.badges import badges
from vidbudova.scene.camera import metres_per_pixel
from vidbudova.scene.looks import uniforms_of
from vidbudova.scene.pace import MOST_DETAIL
from vidbudova.scene.parts import Frame
from vidbudova.scene.result_drawing import Drawing, colours_buildings, prepare
from vidbudova.scene.result_legend import Classed, classed, rows_of, worn
from vidbudova.scene.result_looks import RIMS, badge_look, flow_look
from vidbudova.scene.result_particles import Particles
from vidbudova.scene.result_pick import ResultPicker
from vidbudova.scene.result_ribbons import Arrays, Key, Ribbons
from vidbudova.scene.result_wearing import Wearing
from vidbudova.scene.solids import Floats
from vidbudova.scene.surface import Surface
from vidbudova.scene.tiles import View

if TYPE_CHECKING:
    from vidbudova.plugin.result import ResultTable
    from vidbudova.scene.city import City
    from vidbudova.scene.scene import Scene

__all__ = ["Drawing", "ResultLayers", "prepare"]

LAYER = "results"
SEEN_PX_S, USUAL_M_S = 22.0, 10.0
"""Particles at a usual speed should move about so fast on the screen."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a view shows: where from, how fine at rest, from which origin on, in which theme."""

    view: View
    detail: float
    origin: Floats
    theme: str


def foreseen(drawing: Drawing, sight: Sight) -> dict[Key, Arrays]:
    """The ribbons that a view will show at rest, worked out off the main thread."""
    if not len(drawing.lines):
        return {}
    rgb = classed(drawing.table, sight.theme).rgb
    made = Ribbons(drawing.lines, drawing.courses, rgb, drawing.heights, sight.origin)
    return made.worked_out(sight.view, sight.detail)


class ResultLayers:
    """A Part of the scene: the one result that is shown.

    drawing : what is shown, or None. playing : whether particles move; clock_s : their time.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.changes = 0
        self.drawing: Drawing | None = None
        self.classed: Classed | None = None
        self.picker: ResultPicker | None = None
        self._city: City | None = None
        self.playing, self.clock_s = False, 0.0
        self._ribbons: Ribbons | None = None
        self._leaving: Ribbons | None = None
        self._badges: list[Surface] = []
        self.wearing, self._unworn = Wearing(scene), False
        self.particles = Particles(scene)

    @property
    def table(self) -> ResultTable | None:
        """The table that is shown."""
        return None if self.drawing is None else self.drawing.table

    @property
    def covers_buildings(self) -> bool:
        """Whether the buildings wear the colours of this result instead of their own."""
        return self.drawing is not None and colours_buildings(self.drawing.table)

    @property
    def can_play(self) -> bool:
        """Whether there is anything that moves."""
        return self.drawing is not None and bool((self.drawing.lines.speed > 0).any())

    def sight(self) -> Sight:
        """What the view shows now, for `foreseen`."""
        scene = self.scene
        detail = pace.at_rest(scene.pace, patient=False)
        return Sight(View(scene.local(scene.camera), scene.size), detail, scene.origin, scene.theme.name)

    def show(
        self, table: ResultTable | None, drawing: Drawing | None = None, ready: Mapping[Key, Arrays] | None = None
    ) -> None:
        """Show a result in place of the last; None for none.

        drawing, ready : what `prepare` and `foreseen` made of it elsewhere.
        """
        self.drawing = None if table is None else drawing or prepare(table, self.scene.city)
        self.picker = None if self.drawing is None else ResultPicker(self.drawing)
        self.playing = self.playing and self.can_play
        self._take_off()
        self._lay(ready)
        self._wear()

    def fitted(self) -> ResultLayers:
        """Itself, laid anew on the city that the scene has now, and on its ground."""
        if self.drawing is not None and self.drawing.relief is not self.scene.city.relief:
            self.drawing = prepare(self.drawing.table, self.scene.city)
            self.picker = ResultPicker(self.drawing)
        elif self.drawing is not None and self.covers_buildings and self._city is not self.scene.city:
            ids = self.scene.city.table("buildings").ids
            self.drawing = replace(self.drawing, row_of_building=rows_of(self.drawing.table, ids))
        self._lay()
        return self

    def _lay(self, ready: Mapping[Key, Arrays] | None = None) -> None:
        scene, drawing = self.scene, self.drawing
        self.changes += 1
        self._city = scene.city
        self.classed = None if drawing is None else classed(drawing.table, scene.theme.name)
        if drawing is None or self.classed is None:
            scene.marks.lay(LAYER, [])
            return
        self._look()
        self._unworn = colours_buildings(drawing.table)
        rgb = self.classed.rgb
        if len(drawing.lines):
            on = scene.window.flow, scene.looks["flow"]
            self._ribbons = Ribbons(drawing.lines, drawing.courses, rgb, drawing.heights, scene.origin, *on, ready)
        scene.marks.lay(LAYER, self._marks(drawing, rgb))
        places = self.stood(drawing.places)
        self._badges = badges(
            scene.window.overlay, scene.looks["badge"], scene.footing.local(places), rgb[drawing.row_of_place],
            drawing.words,
        )  # fmt: skip

    def _wear(self) -> None:
        """Paint the buildings: with the result, or before the next frame, for a change of theme paints them last."""
        if self._unworn and self.drawing is not None and self.classed is not None:
            self.wearing.put_on(worn(self.classed, self.drawing.row_of_building, self.scene.theme.name).rgb())
        self._unworn = False

    def _look(self) -> None:
        looks, theme = self.scene.looks, self.scene.theme
        if "flow" not in looks:
            looks["flow"] = flow_look(uniforms_of(theme), theme.name)
            looks["badge"] = badge_look(uniforms_of(theme), theme.name)
            for name in ("flow", "badge"):
                looks[name].set(looks["solid"].known | {"share": 1.0})
        for name in ("flow", "badge"):
            looks[name].set({"rim": RIMS[theme.name]})

    def _marks(self, drawing: Drawing, rgb: NDArray[np.uint8]) -> list[Surface]:
        """What lies flat on the ground, and dots."""
        over, found = self.scene.marks.overlay, list[Surface]()
        if len(drawing.areas):
            found += over.filled(drawing.areas, (rgb[drawing.row_of_area] / 255.0).astype(np.float32), "area")
        if len(drawing.points):
            counts = np.diff(drawing.points.part_offsets[drawing.points.feature_offsets])
            colour = np.repeat(rgb[drawing.row_of_point] / 255.0, counts, axis=0).astype(np.float32)
            found += over.dots(self.stood(drawing.points.xy), colour, np.zeros(len(colour), bool))
        return found

    def stood(self, xy: Floats) -> Floats:
        """(n, 3) places of the project on its ground."""
        return np.c_[xy, self.scene.footing.ground(xy) + 0.5] if len(xy) else np.zeros((0, 3))

    def place(self, frame: Frame) -> None:
        """Show what this frame tells apart."""
        self._wear()
        shown = self.scene.visible.get(LAYER, True)
        for surface in self._badges:
            surface.show(shown)
        if self._ribbons is None:
            return
        # a film is drawn in more detail than any moving frame
        rest = frame.still or frame.detail > MOST_DETAIL
        whole = self._ribbons.place(frame.view, frame.detail, frame.purse, shown, rest)
        if self._leaving is not None and whole:
            self._leaving.clear()
            self._leaving = None

    def _take_off(self) -> None:
        """The last result goes; its ribbons stay until those of the next are there."""
        if self._leaving is not None:
            self._leaving.clear()
        self._leaving, self._ribbons = self._ribbons, None
        if self._leaving is not None and (self.drawing is None or not len(self.drawing.lines)):
            self._leaving.clear()
            self._leaving = None
        for surface in self._badges:
            surface.remove()
        self._badges = []
        self.wearing.take_off()

    def clear(self) -> None:
        """Take everything off; what is shown is remembered for the next city."""
        for ribbons in (self._ribbons, self._leaving):
            if ribbons is not None:
                ribbons.clear()
        self._ribbons = self._leaving = None
        for surface in self._badges:
            surface.remove()
        self._badges = []

    # -- time -----------------------------------------------------------------------------------------------------

    def play(self, on: bool) -> None:
        """Let particles move, or hide them."""
        self.playing = on and self.can_play
        self._tell_time()

    def advance(self, seconds: float) -> None:
        """So much later on the watch: particles move on by as much, times the quickening of this view."""
        self.at(self.clock_s + seconds * self.quickening())

    def at(self, clock_s: float) -> None:
        """Particles as they are at a time; the same picture for the same time."""
        self.clock_s = clock_s
        self._tell_time()

    def quickening(self) -> float:
        """How many times as fast as in truth particles move: a power of two, so that far views move as well."""
        metres = metres_per_pixel(self.scene.camera, self.scene.size) * max(self.scene.size[1] / 720.0, 1.0)
        return max(2.0 ** math.floor(math.log2(max(metres * SEEN_PX_S / USUAL_M_S, 1e-6))), 1.0)

    @property
    def moment(self) -> tuple[bool, float]:
        """What a picture depends on besides `changes`: whether there are particles, and where."""
        return self.playing, self.clock_s if self.playing else 0.0

    def _tell_time(self) -> None:
        self.light(self.playing)

    def light(self, on: bool) -> None:
        """Draw the particles as of now from here on, or leave them out of what is drawn."""
        if "flow" in self.scene.looks:
            self.scene.looks["flow"].set({"playing": float(on), "clock": self.clock_s % 65_536.0})
