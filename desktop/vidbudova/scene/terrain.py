"""The ground with its relief: a square halved again and again, finer nearer by, each patch in a draped picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.buildings import Buildings
from vidbudova.scene.city import City
from vidbudova.scene.draping import EDGE, Drape, plain, texture_of
from vidbudova.scene.footing import Footing
from vidbudova.scene.marks import Marks
from vidbudova.scene.parts import Frame
from vidbudova.scene.pick import Picker
from vidbudova.scene.relief import Bounds
from vidbudova.scene.relief_patch import Key, Patch, Square
from vidbudova.scene.solids import Floats, Ints
from vidbudova.scene.surface import Look, Surface
from vidbudova.scene.tiles import Purse, View

SPLIT_PX = 230.0
"""A patch wider than that on the screen is drawn as its four quarters."""
MOVING_PATCHES, STILL_PATCHES = 64, 160
"""With 288 triangles each: what a processor alone draws in a moving frame beside a city."""
FINEST_M = 14.0
MOST_PATCHES, MOST_SKINS, KEPT_LEVELS = 700, 320, 3
LEAST_FACTOR = 1.7
"""A patch is at most so many times its width off when it gives way to a coarser one; less, and edges would not meet."""
STEP_UP = 3
"""Where only a picture more levels up is there, one in between comes first: blurred soon beats sharp late."""
STARVED_FRAMES, CRUMB_S = 3, 0.006
SLOW = 0.8
"""With less detail than this the machine has no time for a picture in every moving frame: every other has one."""
LONGEST_SHADOW = 3.0
DRAPED = (
    "buildings", "shadows", "roads", "rail", "water", "landuse", "trees", "zones", "cells", "features", "quarantine",
)  # fmt: skip
"""Layers that the pictures show, or their shadows."""
QUARTERS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])


@dataclass(slots=True)
class Skin:
    """A picture that patches wear; stale where something under it changed since."""

    texels: NDArray[np.uint8]
    texture: Any
    image: Any
    stale: bool = False
    used: int = 0


class Terrain:
    """See the module; a Part of a scene."""

    def __init__(self, renderer: Any, window: Any, look: Look, footing: Footing, drape: Drape, reach: Bounds) -> None:
        assert footing.relief is not None
        self.renderer, self.window, self.look, self.footing, self.drape = renderer, window, look, footing, drape
        self.square = square_of(footing, reach)
        self.deepest = max(int(math.log2(self.square.width_m / FINEST_M)), 0)
        self.patches: dict[Key, Patch] = {}
        self.skins: dict[Key, Skin] = {}
        self.shown: set[Key] = set()
        self.blank = plain(drape.style["ground"])
        self.changes = 0
        self.frame = 0
        self._coarser = 1.0
        self._hungry = 0
        self._busy = False
        self.behind: tuple[Surface, ...] = ()
        self._watched: tuple[Buildings, Picker, Marks] | None = None
        self._hidden: NDArray[np.bool_] = np.zeros(0, bool)
        self._visible: dict[str, bool] = {}
        self._kind = drape.kind

    # -- a frame --------------------------------------------------------------------------------------------------

    def place(self, frame: Frame) -> None:
        """Show the patches of this view and draw pictures for those that lack theirs, as far as the purse goes."""
        self.frame += 1
        most = STILL_PATCHES if frame.still else MOVING_PATCHES
        self._coarser = 1.0 if frame.still else max(self._coarser * 0.98, 1.0)
        while True:
            factor = frame.view.focal_px * min(max(frame.detail, 0.45), 1.4) / (SPLIT_PX * self._coarser)
            factor = max(factor, LEAST_FACTOR)
            keys, distance = self._chosen(frame.view, factor)
            if len(keys) <= most or factor <= LEAST_FACTOR:
                break
            self._coarser *= 1.0 + 0.5 * max(len(keys) / most - 1.0, 0.06)
        self.look.set({"eye": [float(v) for v in frame.view.eye], "splitAt": 2.0 * factor})
        self._show(keys)
        frame.purse.short |= self._paint(keys, distance, frame)
        for key in keys:
            self._dress(key)
        self._forget()

    def _chosen(self, view: View, factor: float) -> tuple[list[Key], Floats]:
        """The patches that this view wants and how far off they are; near ones finer, by distance alone."""
        found: list[Key] = []
        distances: list[Floats] = []
        at, top = np.zeros((1, 2), np.int64), np.array([self.footing.span_m])
        for level in range(self.deepest + 1):
            size = self.square.width_m / 2**level
            low = np.array(self.square.corner) + at * size
            bounds = np.concatenate([low, low + size], axis=1)
            seen = view.sees(bounds, top)
            at, top, bounds = at[seen], top[seen], bounds[seen]
            distance = np.maximum(view.distance(bounds, top), 1e-3)
            split = (distance < size * factor) & (level < self.deepest)
            found += [(level, int(i), int(j)) for i, j in at[~split].tolist()]
            distances.append(distance[~split])
            if not split.any():
                break
            at, top = self._quarters(level + 1, at[split], top[split])
        return found, np.concatenate(distances)

    def _quarters(self, level: int, at: Ints, top: Floats) -> tuple[Ints, Floats]:
        below = (2 * at[:, None] + QUARTERS).reshape(-1, 2)
        high = np.repeat(top, 4)
        for k, (i, j) in enumerate(below.tolist()):
            patch = self.patches.get((level, i, j))
            if patch is not None:
                high[k] = patch.top_m
        return below, high

    def _show(self, keys: list[Key]) -> None:
        wanted = set(keys)
        for key in self.shown - wanted:
            self.patches[key].surface.show(False)
        new = [key for key in wanted if key not in self.patches]
        for key in new:
            self.patches[key] = Patch(self.renderer, self.look, self.square, key, self.footing, self.blank)
        for key in wanted - self.shown:
            self.patches[key].surface.show(True)
        if new:
            # what is furthest is drawn last: no pixel of it is worked out that the ground hides
            for surface in self.behind:
                surface.lift()
        self.shown = wanted

    # -- pictures -------------------------------------------------------------------------------------------------

    def _paint(self, keys: list[Key], distance: Floats, frame: Frame) -> bool:
        """Draw what is missing, the most wanted first; whether something still is."""
        self._look_around()
        wanted = self._wanted(keys, distance)
        self._hungry = self._hungry + 1 if wanted else 0
        purse = frame.purse
        if self._hungry > STARVED_FRAMES and not purse.has():
            purse = Purse(CRUMB_S)
        for key in wanted:
            if not purse.has() or (self._busy and not (frame.still or purse.endless) and frame.detail < SLOW):
                self._busy = False
                return True
            picture = self.drape.bake(self.square.bounds(key), purse)
            if picture is None:
                return True
            self._keep(key, picture)
            self._hungry, self._busy = 0, True
            if not (frame.still or purse.endless) and len(wanted) > 1:
                # one in a moving frame, or moving would stutter
                return True
        if frame.still:
            self.drape.sort_fine()
        return False

    def _wanted(self, keys: list[Key], distance: Floats) -> list[Key]:
        """Pictures to be drawn, by how much of the screen they mend."""
        gain: dict[Key, float] = {}
        for key, away in zip(keys, distance.tolist(), strict=True):
            skin = self.skins.get(key)
            if skin is not None and not skin.stale:
                continue
            worn = self._worn(key)
            gap = key[0] - worn[0] if worn is not None else key[0] + 1
            weight = (self.square.width_m / 2 ** key[0] / max(away, 1.0)) * (2.0**gap if skin is None else 1.0)
            gain[key] = gain.get(key, 0.0) + weight
            if gap > STEP_UP:
                above = self._up(key, min(STEP_UP, key[0]))
                gain[above] = gain.get(above, 0.0) + 2.0 * weight
        return sorted(gain, key=lambda key: -gain[key])

    def _up(self, key: Key, steps: int) -> Key:
        return key[0] - steps, key[1] >> steps, key[2] >> steps

    def _worn(self, key: Key) -> Key | None:
        """The finest picture there is for a patch: its own or that of one that holds it."""
        for steps in range(key[0] + 1):
            up = self._up(key, steps)
            if up in self.skins:
                return up
        return None

    def _keep(self, key: Key, picture: NDArray[np.uint8]) -> None:
        self.changes += 1
        skin = self.skins.get(key)
        if skin is None:
            texels = picture.reshape(-1, 3)
            texture, image = texture_of(texels, mipmaps=True)
            texture.SetMaximumAnisotropicFiltering(self.drape.anisotropy)
            self.skins[key] = Skin(texels, texture, image, used=self.frame)
            return
        skin.texels[:] = picture.reshape(-1, 3)
        skin.stale = False
        skin.image.GetPointData().GetScalars().Modified()
        skin.image.Modified()

    def _dress(self, key: Key) -> None:
        patch, worn = self.patches[key], self._worn(key)
        if worn is None:
            return
        skin = self.skins[worn]
        skin.used = self.frame
        if patch.worn != worn:
            patch.wear(skin.texture, worn, key, EDGE)

    # -- what changes ---------------------------------------------------------------------------------------------

    def watch(self, buildings: Buildings, picker: Picker, marks: Marks, behind: tuple[Surface, ...]) -> None:
        """Look at these for changes before each frame; `behind` is drawn after the ground."""
        self.behind = behind
        self._watched = buildings, picker, marks
        self._hidden = picker.hidden

    def dress(self, city: City, picker: Picker, changed: Floats) -> None:
        """Other looks of what lies flat; `changed` (k, 4) bounds the features that differ."""
        self.drape.dress(city, picker)
        self.touch(changed)

    def _look_around(self) -> None:
        """Mark as stale what changed since the last frame."""
        visible = {layer: self.drape.shown.get(layer, True) for layer in DRAPED}
        if self.drape.follow_view() or visible != self._visible or self.drape.kind != self._kind:
            self.touch(None)
        self._visible, self._kind = visible, self.drape.kind
        if self._watched is None:
            return
        buildings, picker, marks = self._watched
        if buildings.broken is not self.drape.broken:
            self.touch(self._around(np.flatnonzero(buildings.broken != self.drape.broken)))
            self.drape.break_up(buildings.broken)
        if picker.hidden is not self._hidden:
            self.touch(self._around(np.flatnonzero(picker.hidden != self._hidden)))
            self._hidden = picker.hidden
        if marks.touched:
            bounds, marks.touched = np.concatenate(marks.touched), []
            self.touch(bounds)

    def _around(self, rows: Ints) -> Floats:
        """(k, 4) where buildings and their shadows lie."""
        solids = self.drape.solids
        reach = (LONGEST_SHADOW * solids.top_m[rows] + 2.0)[:, None]
        return np.hstack([solids.low[rows] - reach, solids.high[rows] + reach])

    def touch(self, bounds: Floats | None) -> None:
        """What lies in these bounds (k, 4) of the project changed; None for everything."""
        self.changes += 1
        if bounds is not None and not len(bounds):
            return
        local = None if bounds is None else bounds - np.tile(self.footing.origin, 2)
        for key, skin in self.skins.items():
            x0, y0, x1, y1 = self.square.bounds(key)
            rim = 0.01 * (x1 - x0)
            skin.stale |= local is None or bool(
                (
                    (local[:, 0] < x1 + rim) & (local[:, 2] > x0 - rim)
                    & (local[:, 1] < y1 + rim) & (local[:, 3] > y0 - rim)
                ).any()
            )  # fmt: skip

    # -- coming and going -----------------------------------------------------------------------------------------

    def _forget(self) -> None:
        """Let go what was not seen for long, when there is much."""
        if len(self.patches) > MOST_PATCHES:
            for key in [k for k in self.patches if k not in self.shown][: len(self.patches) - MOST_PATCHES // 2]:
                self.patches.pop(key).surface.remove()
        if len(self.skins) > MOST_SKINS:
            old = sorted((s.used, k) for k, s in self.skins.items() if s.used < self.frame and k[0] > KEPT_LEVELS)
            for _, key in old[: len(self.skins) - 3 * MOST_SKINS // 4]:
                self._drop(key)

    def _drop(self, key: Key) -> None:
        skin = self.skins.pop(key)
        for patch in self.patches.values():
            if patch.worn == key:
                patch.surface.actor.SetTexture(self.blank)
                patch.worn = None
        skin.texture.ReleaseGraphicsResources(self.window.render_window)

    def clear(self) -> None:
        """Take everything off."""
        for patch in self.patches.values():
            patch.surface.remove()
        for key in list(self.skins):
            self._drop(key)
        self.blank.ReleaseGraphicsResources(self.window.render_window)
        self.patches, self.shown = {}, set()
        self.drape.clear()


def square_of(footing: Footing, reach: Bounds) -> Square:
    """The square that holds the relief, the way out to level ground, and the city."""
    assert footing.relief is not None
    relief = footing.relief
    boxes = np.array([relief.bounds, reach])
    low, high = boxes[:, :2].min(0) - relief.reach_m * 1.1, boxes[:, 2:].max(0) + relief.reach_m * 1.1
    middle, width = (low + high) / 2 - footing.origin, float((high - low).max())
    return Square((float(middle[0] - width / 2), float(middle[1] - width / 2)), width)
