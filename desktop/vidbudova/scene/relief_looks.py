"""The shaders of the ground: patches that melt into coarser ones with distance, and pictures laid flat."""

from __future__ import annotations

from collections.abc import Sequence

from vidbudova.scene.surface import Look

MELT_FROM, MELT_OVER = 0.92, 0.08
"""From this share of the distance at which a patch gives way to a coarser one, and over how much of it, it melts."""

PATCH_VERTEX = f"""//VTK::System::Dec
in vec4 vertexMC;
in vec4 rest;
in vec2 place;
uniform mat4 MCDCMatrix;
uniform mat4 tcMatrix;
//VTK::CustomUniforms::Dec
out vec2 at;
out float fog;
float hazeAt(float d) {{ return 1.0 - exp(-pow(max(d - haze.x, 0.0) / haze.y, 1.3)); }}
void main() {{
  // rest: where it is in the scene, its height in the next coarser patch, and the width of its own
  float away = distance(vec3(rest.xy, vertexMC.z), eye) / (rest.w * splitAt);
  float melted = clamp((away - {MELT_FROM}) / {MELT_OVER}, 0.0, 1.0);
  gl_Position = MCDCMatrix * vec4(vertexMC.xy, mix(vertexMC.z, rest.z, melted), 1.0);
  at = (tcMatrix * vec4(place, 0.0, 1.0)).xy;
  fog = hazeAt(gl_Position.w);
}}
"""

PATCH_FRAGMENT = """//VTK::System::Dec
//VTK::Output::Dec
//VTK::CustomUniforms::Dec
uniform sampler2D actortexture;
in vec2 at;
in float fog;
void main() {
  float grain = (fract(dot(gl_FragCoord.xy, vec2(0.754877666, 0.569840296))) - 0.5) / 255.0;
  gl_FragData[0] = vec4(mix(texture(actortexture, at).rgb, hazeColour, fog) + grain, 1.0);
}
"""

PICTURE_VERTEX = """//VTK::System::Dec
in vec4 vertexMC;
in vec2 place;
uniform mat4 MCDCMatrix;
//VTK::CustomUniforms::Dec
out vec2 at;
void main() {
  gl_Position = MCDCMatrix * vertexMC;
  gl_Position.z = gl_Position.w * 0.9999995;
  at = place;
}
"""

PICTURE_FRAGMENT = """//VTK::System::Dec
//VTK::Output::Dec
//VTK::CustomUniforms::Dec
uniform sampler2D actortexture;
in vec2 at;
void main() { gl_FragData[0] = vec4(texture(actortexture, at).rgb, share); }
"""


def patch_look(common: dict[str, float | Sequence[float]]) -> Look:
    """What the patches of the ground wear."""
    return Look(PATCH_VERTEX, PATCH_FRAGMENT, common | {"eye": (0.0, 0.0, 0.0), "splitAt": 4.0})


def picture_look(common: dict[str, float | Sequence[float]]) -> Look:
    """A picture under everything else that lies on the ground."""
    return Look(PICTURE_VERTEX, PICTURE_FRAGMENT, common | {"share": 1.0})
