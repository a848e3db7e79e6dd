"""Point clouds in a scene: the nodes that a view needs, as points as large as the gaps between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene import cloud_colours
from vidbudova.scene.cloud import Cloud, Floats
from vidbudova.scene.cloud_choice import choose, needs
from vidbudova.scene.cloud_colours import Legend, Style
from vidbudova.scene.cloud_looks import CloudLook
from vidbudova.scene.parts import Frame
from vidbudova.scene.surface import Look, vtk_array

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

MOVING_POINTS, STILL_POINTS = 200_000, 900_000
MOVING_GAP_PX, STILL_GAP_PX = 2.0, 1.3
"""Points are not needed nearer to each other than this."""
KEPT_POINTS = 4_000_000
LEAST_PX, MOST_PX = 1.6, 6.0
LEAST_DETAIL = 0.4
Key = tuple[int, int]


class Dots:
    """The points of one node on the screen."""

    def __init__(self, renderer: Any, look: Look, points: NDArray[np.float32], rgb: NDArray[np.uint8]) -> None:
        from vtkmodules.vtkCommonCore import vtkPoints
        from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
        from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

        self.renderer, self.count = renderer, len(points)
        self.data, places, cells = vtkPolyData(), vtkPoints(), vtkCellArray()
        places.SetData(vtk_array(np.ascontiguousarray(points)))
        self.data.SetPoints(places)
        ends = np.array([0, len(points)], np.int32)
        cells.SetData(vtk_array(ends), vtk_array(np.arange(len(points), dtype=np.int32)))
        self.data.SetVerts(cells)
        self.ink(rgb)
        self.mapper = vtkPolyDataMapper()
        self.mapper.SetInputData(self.data)
        self.mapper.SetStatic(True)
        self.mapper.ScalarVisibilityOff()
        self.mapper.SetVBOShiftScaleMethod(0)
        self.mapper.MapDataArrayToVertexAttribute("ink", "ink", 0, -1)
        self.actor = vtkActor()
        self.actor.SetMapper(self.mapper)
        self.actor.SetShaderProperty(look.property)
        self.actor.GetProperty().LightingOff()
        self.actor.ForceOpaqueOn()
        renderer.AddActor(self.actor)

    def ink(self, rgb: NDArray[np.uint8]) -> None:
        """Other colours (n, 3); three bytes fit exactly into one float."""
        packed = rgb[:, 0] + 256.0 * rgb[:, 1] + 65_536.0 * rgb[:, 2]
        array = vtk_array(packed.astype(np.float32))
        array.SetName("ink")
        self.data.GetPointData().RemoveArray("ink")
        self.data.GetPointData().AddArray(array)
        self.data.Modified()

    def show(self, px: float) -> None:
        """Draw them so large; 0 leaves them out."""
        self.actor.SetVisibility(px > 0)
        if px > 0 and abs(self.actor.GetProperty().GetPointSize() - px) > 0.05:
            self.actor.GetProperty().SetPointSize(px)

    def remove(self) -> None:
        """Take them off the renderer."""
        self.renderer.RemoveActor(self.actor)


class Clouds:
    """The part of a scene that shows all clouds of its city.

    style : what they are coloured by; None for the usual. highest_m : the highest point, in the scene.
    """

    def __init__(self, scene: Scene, clouds: Sequence[Cloud]) -> None:
        self.scene, self.clouds = scene, tuple(clouds)
        look = scene.looks["cloud"]
        assert isinstance(look, CloudLook)
        if look.of != self.clouds:
            look.of, look.style, look.left_out = self.clouds, None, frozenset()
        self.look = look
        self.style: Style = look.style or cloud_colours.usual(clouds)
        self.changes = 0
        self.made: dict[Key, Dots] = {}
        self.shown: dict[Key, float] = {}
        self.ends = _ends(self.clouds)
        self.shifts = [self._shift(cloud) for cloud in self.clouds]
        tops = [float(c.box[:, 5].max() + shift[2]) for c, shift in zip(self.clouds, self.shifts, strict=True)]
        self.highest_m = max(tops, default=0.0)
        self._grain = np.concatenate([c.grain for c in self.clouds])
        self._counts = np.concatenate([c.nodes[:, 1] for c in self.clouds])
        self._key = [(at, node) for at, cloud in enumerate(self.clouds) for node in range(len(cloud.nodes))]

    def _shift(self, cloud: Cloud) -> Floats:
        """From the places of a cloud to those of the scene; where no ground is known, it stands on the level one."""
        footing = self.scene.footing
        down = cloud.ends[0] + footing.level_m if footing.relief is None else footing.level_m
        return np.asarray(cloud.origin - np.array([*self.scene.origin, down]))

    def offset(self, at: int) -> Floats:
        """From the places of a cloud to the project's, as it is drawn."""
        return np.asarray(self.shifts[at] + np.array([*self.scene.origin, self.scene.footing.level_m]))

    def placed(self, key: Key) -> Floats:
        """(n, 3) where the points of a node are drawn, in the project's coordinates."""
        return np.asarray(self.clouds[key[0]].points(key[1]).astype(np.float64) + self.offset(key[0]))

    def place(self, frame: Frame) -> None:
        """Show the points that this frame needs."""
        if not self.scene.visible.get("clouds", True):
            self._show({})
            return
        least = STILL_GAP_PX if frame.still else MOVING_GAP_PX
        pairs = zip(self.clouds, self.shifts, strict=True)
        found = [needs(cloud, shift, frame.view, least) for cloud, shift in pairs]
        for cloud, (need, _away) in zip(self.clouds, found, strict=True):
            if cloud.layer in self.look.left_out:
                need[:] = 0.0
        need, away = (np.concatenate([pair[k] for pair in found]) for k in (0, 1))
        most = int((STILL_POINTS if frame.still else MOVING_POINTS) * min(max(frame.detail, LEAST_DETAIL), 1.0))
        rows = choose(self._counts, need, most, least)
        gap = float(need[rows[-1]]) / 2 if len(rows) else 0.0
        sizes = np.clip(np.maximum(self._grain[rows] * frame.view.focal_px / away[rows], gap), LEAST_PX, MOST_PX)
        wanted = dict(zip(rows.tolist(), sizes.tolist(), strict=True))
        self._show({self._key[row]: px for row, px in wanted.items() if self._ready(self._key[row], frame)})

    def _ready(self, key: Key, frame: Frame) -> bool:
        if key in self.made:
            return True
        if not frame.purse.has():
            return False
        self.made[key] = self._make(key)
        return True

    def _make(self, key: Key) -> Dots:
        cloud, node = self.clouds[key[0]], key[1]
        dots = Dots(self.scene.window.solid, self.look, cloud.points(node), self._rgb(key))
        dots.actor.SetPosition(*self.shifts[key[0]])
        return dots

    def _rgb(self, key: Key) -> NDArray[np.uint8]:
        return cloud_colours.colours(self.clouds[key[0]], key[1], self.style, self.ends)

    def _show(self, wanted: dict[Key, float]) -> None:
        for key in self.shown.keys() - wanted.keys():
            self.made[key].show(0.0)
        for key, px in wanted.items():
            self.made[key].show(px)
        self.shown = wanted
        if sum(dots.count for dots in self.made.values()) > KEPT_POINTS:
            for key in [key for key in self.made if key not in wanted]:
                self.made.pop(key).remove()

    def colour_by(self, style: Style | None) -> None:
        """Other colours for all; None for the usual ones."""
        self.look.style = style
        chosen = style or cloud_colours.usual(self.clouds)
        if chosen == self.style:
            return
        self.style = chosen
        self.changes += 1
        for key, dots in self.made.items():
            dots.ink(self._rgb(key))

    def leave_out(self, layers: set[str]) -> None:
        """Show all clouds but those of these layers."""
        self.changes += layers != self.look.left_out
        self.look.left_out = frozenset(layers)

    def legend(self) -> Legend:
        """What the colours mean."""
        return cloud_colours.legend(self.clouds, self.style, self.ends)

    def clear(self) -> None:
        """Take all points off the renderer."""
        for dots in self.made.values():
            dots.remove()
        self.made, self.shown = {}, {}


def _ends(clouds: Sequence[Cloud]) -> tuple[float, float]:
    ends = [cloud.ends for cloud in clouds]
    return min((low for low, _ in ends), default=0.0), max((high for _, high in ends), default=1.0)


def clouds_of(scene: Scene) -> dict[str, Any]:
    """The part by its name, for a scene whose footing is there; nothing where its city has no clouds."""
    found = scene.city.clouds
    return {"clouds": Clouds(scene, found)} if found else {}
