"""Shadows on walls and roofs while the sun of a day shines and the picture rests: how far the sun sees, as a texture.

A few times for each still picture the standing things are drawn from the sun, and their depths are read back; while
the camera moves, and in the architect's light, the shaders do not know of it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.camera import Camera, Floats
from vidbudova.scene.looks import shifted_sun

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene

EVERY = 3
"""A new map for each third frame of the average: enough for soft edges."""
SHARE, LEAST_M, MOST_M = 0.75, 90.0, 1500.0
"""Half the height of the map for the distance of the focus, and its bounds."""
NAME, KEY = "sunmap", "sun"
HIDDEN = ("shadow", "cap_shadow", "quarter_shadow", "cast", "ambient", "wire")
VALUES = dict.fromkeys(("sunX", "sunY", "sunZ", "sunOff"), (0.0, 0.0, 0.0))


class SunMap:
    """See the module; `draw` before a frame of the average."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._on = False
        self._texture: Any = None
        self._lens: Any = None

    def wanted(self) -> bool:
        """Whether the sun of a day casts shadows here."""
        light = self.scene.light.daylight
        return light is not None and light.shadow_share > 0.0 and self.scene.window.owned

    def _receive(self, on: bool) -> None:
        """Put the map into the shaders or take it out: software drawing pays even for a branch that is not taken."""
        if on == self._on:
            return
        self._on = on
        look = self.scene.looks["building"]
        if on:
            look.wrap(KEY, receiving_vertex, receiving_fragment)
            look.add({**VALUES, "sunOn": 0.0, "sunBias": 0.0})
        else:
            look.unwrap(KEY)

    def rest(self, frame: int, camera: Camera) -> None:
        """A map for this frame of the average, if one is due; camera as the scene's own coordinates have it."""
        wanted = self.wanted() and self.scene.visible["shadows"]
        self._receive(wanted)
        if not wanted or frame % EVERY:
            return
        sun = np.array(shifted_sun(frame, 1.0, self.scene.light.to_sun))
        axes = _axes(sun / np.linalg.norm(sun))
        half = min(max(SHARE * camera.distance, LEAST_M), MOST_M)
        middle = np.array(camera.focus) + 0.35 * half * _flat(camera.axes()[0])
        depth = self._drawn(axes, middle, half)
        self._bind(depth)
        self.scene.looks["building"].set(self._values(axes, middle, half, camera, depth.shape))

    def move(self) -> None:
        """The camera moves: no map."""
        self._receive(False)

    def _drawn(self, axes: tuple[Floats, Floats, Floats], middle: Floats, half: float) -> NDArray[np.float32]:
        """(h, w) depths of what stands, seen from the sun."""
        from vtkmodules.util import numpy_support
        from vtkmodules.vtkCommonCore import vtkFloatArray

        window = self.scene.window
        before, lens = window.solid.GetActiveCamera(), self._sun_lens(axes, middle, half)
        self._prepare(False)
        for renderer in (window.body, window.solid):
            renderer.SetActiveCamera(lens)
        try:
            window.render_window.Render()
            depths = vtkFloatArray()
            width, height = window.size
            window.render_window.GetZbufferData(0, 0, width - 1, height - 1, depths)
            unwrap: Any = numpy_support.vtk_to_numpy
            return np.asarray(unwrap(depths), np.float32).reshape(height, width)
        finally:
            for renderer in (window.body, window.solid):
                renderer.SetActiveCamera(before)
            self._prepare(True)

    def _prepare(self, usual: bool) -> None:
        """Only what stands, on nothing, for the sun; all as usual after."""
        window = self.scene.window
        for renderer in (window.flat, window.flow, window.overlay):
            renderer.SetDraw(usual)
        window.body.SetPreserveDepthBuffer(usual and window.body.GetLayer() > 0)
        for name in HIDDEN:
            self.scene.looks[name].set({"away": 0.0 if usual else 1.0})
        self.scene.looks["building"].set({"sunOn": 0.0})

    def _sun_lens(self, axes: tuple[Floats, Floats, Floats], middle: Floats, half: float) -> Any:
        from vtkmodules.vtkRenderingCore import vtkCamera

        if self._lens is None:
            self._lens = vtkCamera()
            self._lens.ParallelProjectionOn()
        forward, _right, up = axes
        reach = _reach(half)
        self._lens.SetPosition(*(middle - forward * reach))
        self._lens.SetFocalPoint(*middle)
        self._lens.SetViewUp(*up)
        self._lens.SetParallelScale(half)
        self._lens.SetClippingRange(1.0, 2.0 * reach)
        return self._lens

    def _bind(self, depth: NDArray[np.float32]) -> None:
        """The depths as a texture (two bytes of each texel), worn by every building that is drawn."""
        from vtkmodules.vtkCommonDataModel import vtkImageData
        from vtkmodules.vtkRenderingCore import vtkTexture

        from vidbudova.scene.surface import vtk_array

        height, width = depth.shape
        image = vtkImageData()
        image.SetDimensions(width, height, 1)
        steps = (depth.reshape(-1) * 65535.0).astype(np.uint16)
        self._bytes = np.full((len(steps), 4), 255, np.uint8)
        self._bytes[:, 0], self._bytes[:, 1] = steps & 255, steps >> 8
        image.GetPointData().SetScalars(vtk_array(self._bytes))
        if self._texture is None:
            self._texture = vtkTexture()
            self._texture.InterpolateOff()
            self._texture.MipmapOff()
            self._texture.RepeatOff()
            self._texture.SetColorModeToDirectScalars()
        self._texture.SetInputData(image)
        assert self.scene.buildings is not None
        for key in self.scene.buildings.drawn.shown:
            for surface in self.scene.buildings.drawn.made[key][:1]:
                worn = surface.actor.GetProperty()
                if worn.GetTexture(NAME) is None:
                    worn.SetTexture(NAME, self._texture)

    def _values(
        self, axes: tuple[Floats, Floats, Floats], middle: Floats, half: float, camera: Camera, shape: tuple[int, ...]
    ) -> dict[str, Any]:
        """Clip coordinates x, y and w of the view to places and depths of the map, as weights and offsets."""
        forward, right, up = axes
        height, width = shape
        reach = _reach(half)
        eye, (ahead, aside, above) = camera.eye(), camera.axes()
        tall = math.tan(math.radians(camera.fov_deg) / 2)
        wide = tall * self.scene.size[0] / self.scene.size[1]
        from_sun = eye - (middle - forward * reach)
        ways = (right * 0.5 / (half * width / height), up * 0.5 / half, forward / (2.0 * reach - 1.0))
        weights = [(float(w @ aside * wide), float(w @ above * tall), float(w @ ahead)) for w in ways]
        offset = [float(w @ from_sun) for w in ways]
        texel_m = 2.0 * half / height
        front = float(self.scene.looks["building"].known["front"])  # type: ignore[arg-type]
        return {
            "sunX": weights[0],
            "sunY": weights[1],
            "sunZ": weights[2],
            "sunOff": (offset[0] + 0.5, offset[1] + 0.5, offset[2] - 1.0 / (2.0 * reach - 1.0) - front / 2),
            "sunBias": (2.0 * texel_m + 0.25) / (2.0 * reach),
            "sunOn": 1.0,
        }


def _reach(half: float) -> float:
    """How far before and behind the middle the sun's view goes."""
    return 4.0 * half + 400.0


def _axes(sun: Floats) -> tuple[Floats, Floats, Floats]:
    """Forward, right and up of a view from the sun."""
    right = np.cross(-sun, [0.0, 0.0, 1.0])
    right = right / max(float(np.linalg.norm(right)), 1e-9) if np.linalg.norm(right) > 1e-6 else np.array([1.0, 0, 0])
    return -sun, right, np.cross(right, -sun)


def _flat(forward: Floats) -> Floats:
    return np.array([forward[0], forward[1], 0.0])


def receiving_vertex(code: str) -> str:
    """The building's vertex shader with its place in the map, and what light stays in the shade."""
    code = code.replace("void main() {", "out vec3 inSun;\nout vec3 stays;\nvoid main() {", 1)
    measured = """
  vec4 seen = MCDCMatrix * vertexMC;
  inSun = vec3(dot(sunX, seen.xyw), dot(sunY, seen.xyw), dot(sunZ, seen.xyw)) + sunOff;
  stays = clamp(1.0 - sunlight * lit / max(light, vec3(0.001)), 0.0, 1.0);
  wall = facade.zw;"""
    return code.replace("\n  wall = facade.zw;", measured, 1)


def receiving_fragment(code: str) -> str:
    """The building's fragment shader, darker where the sun sees something nearer."""
    head = "uniform sampler2D sunmap;\nin vec3 inSun;\nin vec3 stays;\nvoid main() {"
    shaded = """vec3 colour = tint;
  if (sunOn > 0.5 && inSun == clamp(inSun, vec3(0.001), vec3(0.999))) {
    vec2 two = texture(sunmap, inSun.xy).rg;
    float nearest = (two.x * 255.0 + two.y * 65280.0) / 65535.0;
    colour *= mix(vec3(1.0), stays, step(nearest, inSun.z - sunBias));
  }"""
    return code.replace("void main() {", head, 1).replace("vec3 colour = tint;", shaded, 1)
