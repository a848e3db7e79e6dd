"""The shaders of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vidbudova.scene.cloud import Cloud
from vidbudova.scene.cloud_colours import Style
from vidbudova.scene.surface import Look

VERTEX = """//VTK::System::Dec
in vec4 vertexMC;
in float ink;
uniform mat4 MCDCMatrix;
//VTK::CustomUniforms::Dec
out vec3 tint;
out float fog;
float hazeAt(float d) { return 1.0 - exp(-pow(max(d - haze.x, 0.0) / haze.y, 1.3)); }
void main() {
  gl_Position = MCDCMatrix * vertexMC;
  int k = int(ink + 0.5);
  tint = vec3(float(k & 255), float((k >> 8) & 255), float(k >> 16)) / 255.0 * flatLight;
  fog = hazeAt(gl_Position.w);
  gl_Position.z -= front * gl_Position.w;
}
"""

FRAGMENT = """//VTK::System::Dec
//VTK::Output::Dec
//VTK::CustomUniforms::Dec
in vec3 tint;
in float fog;
void main() { gl_FragData[0] = vec4(mix(tint, hazeColour, fog), share); }
"""


class CloudLook(Look):
    """The look of points, and how those of a city are worn: it outlives the part of the scene that shows them.

    of : the clouds that `style` and `left_out` were said of; others are shown as is usual.
    """

    of: tuple[Cloud, ...] = ()
    style: Style | None = None
    left_out: frozenset[str] = frozenset()


def cloud_look(common: Mapping[str, float | Sequence[float]]) -> CloudLook:
    """The look of points."""
    return CloudLook(VERTEX, FRAGMENT, {**common, "share": 1.0})
