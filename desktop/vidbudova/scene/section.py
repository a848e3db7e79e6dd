"""A section through the city: what stands beyond a plane is cut away, and what is cut through is filled.

The shaders that cut are put in only while there is a section, so that nobody else pays for them. Faces seen from
behind wear the section's colour, which fills roofs and ruins; walls are filled by faces in the plane itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.scene.buildings import BOX, FINE, FULL
from vidbudova.scene.camera import Camera, Size
from vidbudova.scene.mesh import PLAIN, Mesh, empty, quads
from vidbudova.scene.parts import Frame
from vidbudova.scene.pick import Pick
from vidbudova.scene.solids import Floats, Ints, polygon_of
from vidbudova.scene.surface import Surface
from vidbudova.scene.walls import flat_tops

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

CUT_LOOKS = (
    "building", "cap", "quarter", "crown", "solid", "shadow", "cap_shadow", "quarter_shadow", "cast", "ambient", "wire",
    "skin", "poster",
)  # fmt: skip
FILLED = ("building",)
MOST_FILLED = 12_000
"""Cut buildings whose faces are made; those nearest the eye come first."""
LONGEST_M = 100_000.0


@dataclass(frozen=True, slots=True)
class Plane:
    """What lies where `normal` · place is above `offset` is cut away; in the project's coordinates."""

    normal: tuple[float, float, float]
    offset: float

    @property
    def level(self) -> bool:
        """Whether it is a cut at a height."""
        return self.normal[2] > 0.99


def at_height(height_m: float) -> Plane:
    """All above a height is cut away."""
    return Plane((0.0, 0.0, 1.0), height_m)


def along(a: tuple[float, float], b: tuple[float, float]) -> Plane:
    """All right of the line from a to b is cut away."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = max(math.hypot(dx, dy), 1e-9)
    normal = (dy / length, -dx / length, 0.0)
    return Plane(normal, normal[0] * a[0] + normal[1] * a[1])


def turned(plane: Plane) -> Plane:
    """The same place, with the other side cut away; a cut at a height stays."""
    x, y, z = plane.normal
    return plane if plane.level else Plane((-x, -y, z), -plane.offset)


class Section:
    """A Part of the scene; `cut` says where."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.plane: Plane | None = None
        self.changes = 0
        self._faces: Surface | None = None
        self._filled: object = None

    def cut(self, plane: Plane | None) -> None:
        """Cut here from now on; None for the whole city."""
        if plane == self.plane:
            return
        self.changes += 1
        before, self.plane = self.plane, plane
        self._drop_faces()
        if plane is None:
            self._restore()
        elif before is None:
            self._put_in()

    def local(self) -> Plane:
        """The plane about the scene's origin."""
        assert self.plane is not None
        middle = np.array([*self.scene.origin, self.scene.footing.level_m])
        return Plane(self.plane.normal, self.plane.offset - float(middle @ np.array(self.plane.normal)))

    def _put_in(self) -> None:
        looks = self.scene.looks
        for name in CUT_LOOKS:
            looks[name].wrap("section", cutting_vertex, partial(cutting_fragment, filled=name in FILLED))
            looks[name].add({"cutEye": (0.0, 0.0, 0.0), "cutOff": 1.0, "sectionColour": self.scene.theme["section"]})

    def _restore(self) -> None:
        for name in CUT_LOOKS:
            self.scene.looks[name].unwrap("section")
        self._see_through(False)

    def place(self, frame: Frame) -> None:
        """Aim the plane at this camera; fill what it cuts once the picture rests."""
        if self.plane is None:
            return
        values = aimed(self.local(), frame.camera, frame.size)
        for name in CUT_LOOKS:
            self.scene.looks[name].set(values | {"sectionColour": self.scene.theme["section"]})
        self._see_through(True)
        if frame.still:
            self._fill(frame)

    def _see_through(self, on: bool) -> None:
        assert self.scene.buildings is not None
        for key, surfaces in self.scene.buildings.drawn.made.items():
            if surfaces and key[0] in (FULL, BOX, FINE):
                surfaces[0].actor.GetProperty().SetBackfaceCulling(not on)

    def _fill(self, frame: Frame) -> None:
        assert self.plane is not None and self.scene.buildings is not None
        now = (self.plane, self.scene.buildings.changes, self.scene.theme.name, self.scene.colours.changes)
        if now == self._filled:
            return
        self._drop_faces()
        self._filled = now
        mesh = filling(self.scene, self.local(), frame.view.eye[:2])
        if not len(mesh):
            return
        colour = np.tile(np.array(self.scene.theme["section"], np.float32), (len(mesh.points), 1))
        attributes = {"colour": colour}
        self._faces = Surface(
            self.scene.window.solid, self.scene.looks["section"], mesh.points, mesh.triangles, attributes
        )

    def building(self, origin: Floats, direction: Floats) -> Pick | None:
        """The first building that a ray meets beyond what is cut away."""
        skipped = 0.0 if self.plane is None else entering(self.plane, origin, direction)
        if not math.isfinite(skipped):
            return None
        found = self.scene.picker.building(origin + skipped * direction, direction)
        return found if found is None else replace(found, distance=found.distance + skipped)

    def _drop_faces(self) -> None:
        if self._faces is not None:
            self._faces.remove()
        self._faces, self._filled = None, None

    def clear(self) -> None:
        """Take the faces off; the plane stays."""
        self._drop_faces()


def cutting_vertex(code: str) -> str:
    """The vertex shader with how far each vertex lies on the side that stays."""
    head, main, body = code.partition("void main() {")
    measure = "\n  vec4 uncut = MCDCMatrix * vertexMC;\n  kept = dot(cutEye, uncut.xyw) + cutOff;"
    return f"{head}out float kept;\n{main}{measure}{body}"


def cutting_fragment(code: str, filled: bool) -> str:
    """The fragment shader that leaves out what is cut away; faces seen from behind wear the section's colour."""
    head, main, body = code.partition("void main() {")
    test = "\n  if (kept < 0.0) discard;"
    if filled:
        test += "\n  if (!gl_FrontFacing) { gl_FragData[0] = vec4(mix(sectionColour, hazeColour, fog), 1.0); return; }"
    return f"{head}in float kept;\n{main}{test}{body}"


def aimed(plane: Plane, camera: Camera, size: Size) -> dict[str, float | tuple[float, float, float]]:
    """The plane as weights of clip coordinates x, y and w; positive on the side that stays.

    Depth is left out of it, so that nothing is lost to the wide range that it spans.
    """
    normal = np.array(plane.normal)
    forward, right, up = camera.axes()
    tall = math.tan(math.radians(camera.fov_deg) / 2)
    x, y, w = normal @ right * tall * size[0] / size[1], normal @ up * tall, normal @ forward
    return {"cutEye": (float(-x), float(-y), float(-w)), "cutOff": float(plane.offset - normal @ camera.eye())}


def entering(plane: Plane, origin: Floats, direction: Floats) -> float:
    """How far a ray goes before it comes to what stays; infinite if it never does."""
    normal = np.array(plane.normal)
    beyond, towards = float(normal @ origin) - plane.offset, -float(normal @ direction)
    if beyond <= 0.0:
        return 0.0
    return beyond / towards if towards > 1e-12 else math.inf


def filling(scene: Scene, plane: Plane, eye: Floats) -> Mesh:
    """Faces in a plane where it cuts through whole buildings; all of it about the scene's origin."""
    assert scene.buildings is not None
    solids, shown, foot = scene.solids, ~scene.picker.hidden, scene.buildings.feet
    feet = np.zeros(len(solids)) if foot is None else foot
    low, high = solids.base_m + feet, solids.top_m - solids.roof_m + feet
    fit = solids.drawn & shown & (scene.buildings.broken == 0)
    fit &= crossed(plane, solids.low - scene.origin, solids.high - scene.origin, low, high)
    rows = np.flatnonzero(fit)
    rows = rows[np.argsort(((solids.centre[rows] - scene.origin - eye) ** 2).sum(1))][:MOST_FILLED]
    if plane.level:
        return flat_tops(solids, rows, np.full(len(rows), plane.offset), scene.origin)
    return upright(scene, plane, rows, low, high)


def crossed(plane: Plane, low: Floats, high: Floats, bottom: Floats, top: Floats) -> NDArray[np.bool_]:
    """Which boxes a plane goes through."""
    if plane.level:
        return np.asarray((bottom < plane.offset) & (top > plane.offset))
    normal = np.array(plane.normal[:2])
    middle, reach = (low + high) / 2 @ normal, (high - low) / 2 @ np.abs(normal)
    return np.asarray(np.abs(middle - plane.offset) <= reach)


def upright(scene: Scene, plane: Plane, rows: Ints, low: Floats, high: Floats) -> Mesh:
    """Upright faces where a line on the map goes through footprints."""
    corners, slots = [], []
    for row in rows.tolist():
        line = _line(plane, scene.solids.centre[row] - scene.origin, scene.origin)
        for a, b in _pieces(shapely.intersection(polygon_of(scene.solids.shapes, row), line)):
            p, q = a - scene.origin, b - scene.origin
            z, top = low[row], high[row]
            corners.append([[*p, z], [*q, z], [*q, top], [*p, top]])
            slots.append(int(scene.solids.owner[row]))
    if not corners:
        return empty()
    plain = np.full((len(corners), 4), PLAIN)
    return quads(np.array(corners), np.array(slots), plain, plain)


def _line(plane: Plane, near: Floats, origin: Floats) -> shapely.LineString:
    """A piece of the plane's line on the map, about the place on it nearest to `near`; in project coordinates."""
    normal = np.array(plane.normal[:2])
    foot = near + (plane.offset - near @ normal) * normal + origin
    way = np.array([-normal[1], normal[0]]) * 1000.0
    return shapely.LineString([foot - way, foot + way])


def _pieces(found: shapely.Geometry) -> list[Floats]:
    """The straight pieces of a line that was cut."""
    return [shapely.get_coordinates(part)[[0, -1]] for part in shapely.get_parts(found) if part.length > 0.01]
