"""Lines of a result as ribbons: those of two directions side by side, as fine as each part of a view needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.bridges import STEP_M
from vidbudova.scene.result_lines import LONGEST_M, Course, Heights, Lines, at_rest, cut, foremost
from vidbudova.scene.ribbons import joints
from vidbudova.scene.solids import Floats, Ints
from vidbudova.scene.surface import Look, Surface
from vidbudova.scene.tiles import Drawn, Purse, View

Colours32 = NDArray[np.float32]
Key = tuple[int, int, int]
"""A level, a tile of it, and whether it is made for a picture at rest."""
Arrays = tuple[NDArray[np.float32], NDArray[np.int32], dict[str, Colours32], tuple[float, float, float]]
CAP, CAP_SIDE = 0.4, 0.26
"""Ends reach so many widths beyond a line, and there are so wide to either side."""


class Ribbons:
    """Lines drawn in the colours (n, 3) of their rows, at the level that each part of a view tells apart."""

    def __init__(
        self,
        lines: Lines,
        made: tuple[Course, ...],
        rgb: NDArray[np.uint8],
        heights: Heights,
        origin: Floats,
        renderer: Any = None,
        look: Look | None = None,
        ready: Mapping[Key, Arrays] | None = None,
    ) -> None:
        self.ready = dict(ready or {})
        self.lines, self.courses, self.rgb, self.heights, self.origin = lines, made, rgb, heights, origin
        self.renderer, self.look = renderer, look
        self.drawn = Drawn(lambda key: self._make(*key))

    def place(self, view: View, detail: float, purse: Purse, shown: bool = True, rest: bool = False) -> bool:
        """Show what a view tells apart, and more of it at rest; whether all of it was made."""
        wanted = self._wanted(view, detail) if shown else []
        ready = set[tuple[int, ...]]()
        for k, tile in wanted:
            key, other = ((k, tile, int(full and k > 0)) for full in (rest, not rest))
            if self.drawn.has(key) or key in self.ready or purse.has():
                self.drawn.ready(key)
                ready.add(key)
            elif self.drawn.has(other):
                ready.add(other)
        self.drawn.show(ready)
        return len(ready) == len(wanted)

    def _wanted(self, view: View, detail: float) -> list[tuple[int, int]]:
        """Tiles: of the coarsest level those that are far, of the others what lies in nearer ones."""
        found: list[tuple[int, int]] = []
        inside: NDArray[np.bool_] | None = None
        for k in range(len(self.courses) - 1, -1, -1):
            grid, level = self.courses[k].grid, self.courses[k].level
            near = np.arange(len(grid)) if inside is None else np.flatnonzero(inside[self.courses[k].parent])
            near = near[view.sees(grid.bounds[near], grid.top_m[near])]
            closer = view.seen_from(grid.bounds[near], grid.top_m[near]) < level.nearest_m * detail
            inside = np.zeros(len(grid), bool)
            inside[near[closer]] = True
            found += [(k, tile) for tile in near[~closer].tolist()]
        return found

    def worked_out(self, view: View, detail: float) -> dict[Key, Arrays]:
        """The corners of all that a view shows at rest; needs neither renderer nor look, nor the main thread."""
        keys = [(k, tile, int(k > 0)) for k, tile in self._wanted(view, detail)]
        return {key: self._arrays(*key) for key in keys}

    def _make(self, k: int, tile: int, full: int) -> list[Surface]:
        assert self.look is not None
        key = k, tile, full
        points, triangles, worn, where = self.ready.pop(key) if key in self.ready else self._arrays(*key)
        return [Surface(self.renderer, self.look, points, triangles, worn, where)]

    def _arrays(self, k: int, tile: int, full: int) -> Arrays:
        course, lines = self.courses[k], self.lines
        level = at_rest(course.level) if full else course.level
        rows = foremost(lines, course.grid.rows(tile), np.diff(course.offsets) - 1, level)
        at = (course.grid.bounds[tile, :2] + course.grid.bounds[tile, 2:]) / 2
        xy, ends = self._cut(course, rows)
        line = np.repeat(np.arange(len(rows)), np.diff(ends))
        side, first, last = joints(xy, ends)
        way = np.c_[side[:, 1], -side[:, 0]]
        way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
        local = np.c_[xy - self.origin - at, self.heights.z(xy, way)]
        again, cap, last = _capped(first, last, course.level.capped)
        worn = _attributes(lines, rows, line[again], side[again], along_of(xy, ends)[again], cap, self.rgb)
        local = local[again]
        a = 2 * np.flatnonzero(~last)
        triangles = np.stack([a, a + 1, a + 3, a, a + 3, a + 2], axis=1).reshape(-1, 3).astype(np.int32)
        points = np.repeat(local, 2, axis=0).astype(np.float32)
        where = (float(at[0]), float(at[1]), 0.0)
        return points, triangles, worn, where

    def _cut(self, course: Course, rows: Ints) -> tuple[Floats, Ints]:
        """The lines of some rows, in pieces short enough for what they lie on."""
        start, count = course.offsets[rows], np.diff(course.offsets)[rows]
        own = course.xy[np.repeat(start - (np.cumsum(count) - count), count) + np.arange(count.sum())]
        ends, heights, step_m = np.r_[0, np.cumsum(count)], self.heights, course.level.step_m
        bridged = heights.near(own, ends)
        if heights.ground is None and not bridged.any():
            return own, ends
        plain = LONGEST_M if heights.ground is None else step_m
        return cut(own, ends, np.where(bridged, min(2 * STEP_M, step_m), plain))

    def clear(self) -> None:
        """Take all off the renderer."""
        self.drawn.clear()


def along_of(xy: Floats, offsets: Ints) -> Floats:
    """(v,) how far along its line each vertex lies."""
    step = np.linalg.norm(np.diff(xy, axis=0, prepend=xy[:1]), axis=1)
    step[offsets[:-1]] = 0.0
    along = np.cumsum(step)
    return np.asarray(along - np.repeat(along[offsets[:-1]], np.diff(offsets)))


def _capped(first: NDArray[np.bool_], last: NDArray[np.bool_], capped: bool) -> tuple[Ints, Floats, NDArray[np.bool_]]:
    """Vertices with both ends of each line twice: which they are, how far each reaches beyond, and which are last."""
    if not capped:
        return np.arange(len(first)), np.zeros(len(first)), last
    again = np.repeat(np.arange(len(first)), 1 + first + last)
    begins = np.r_[True, again[1:] != again[:-1]] & first[again]
    ends = np.r_[again[1:] != again[:-1], True] & last[again]
    return again, CAP * (ends.astype(np.float64) - begins), ends


def _attributes(
    lines: Lines, rows: Ints, line: Ints, side: Floats, along: Floats, cap: Floats, rgb: NDArray[np.uint8]
) -> dict[str, Colours32]:
    """What the shader knows of each corner: the way to the right, how far across, the width; and the way along."""
    twin, share = lines.twin[rows][line], lines.share[rows][line]
    across = np.stack([np.where(cap != 0.0, 0.5 + CAP_SIDE, 1.0), np.where(cap != 0.0, 0.5 - CAP_SIDE, 0.0)], axis=1)
    edges = across - np.where(twin, 0.0, 0.5)[:, None]
    ribbon = np.stack([np.c_[-side, edge, share] for edge in edges.T], axis=1).reshape(-1, 4)
    # particles of neighbours do not march in step
    phase = (lines.row[rows] * 0.6180339887 % 1.0)[line]
    run = np.c_[np.repeat(np.c_[along, lines.speed[rows][line], phase], 2, axis=0), across.reshape(-1)]
    # the sign says whether it keeps to the right, the rest how far it reaches over its end
    beyond = np.where(twin, 1.0, -1.0) * (2.0 + cap)
    colour = np.repeat(np.c_[rgb[lines.row[rows]][line] / 255.0, beyond], 2, axis=0)
    return {"colour": colour.astype(np.float32), "ribbon": ribbon.astype(np.float32), "run": run.astype(np.float32)}
