"""The shaders of models: pictures on backdrops, and pictures or material colours on buildings without data colours."""

from __future__ import annotations

from vidbudova.scene.glsl import FRAGMENT_HEAD, SLOT, VERTEX_HEAD

_LIT = """
  vec3 way = facing.z < -0.2 ? -facing : facing;
  float lit = max(dot(way, toSun), 0.0);
  vec3 light = sunlight * lit + skylight * (0.86 + 0.14 * way.z);
"""

SKIN_VERTEX = (
    VERTEX_HEAD
    + SLOT
    + """
in vec4 colour;
in vec3 facing;
in vec2 place;
out vec2 spot;
out vec4 own;
flat out float mark;
void main() {
  vec4 worn = wear();
  mark = worn.a * 255.0;
  int bits = int(mark + 0.5);
  gl_Position = MCDCMatrix * vertexMC;
"""
    + _LIT
    + """
  tint = light * 1.04;
  if ((bits & 2) != 0) tint = tint * 1.1 + vec3(0.07);
  else if ((bits & 4) != 0) tint = tint * 1.05 + vec3(0.035);
  spot = place;
  own = colour;
  fog = hazeAt(gl_Position.w);
  gl_Position.z -= front * gl_Position.w + 2e-7 * gl_Position.w;
  // a colour of data shows by itself: then there is no skin over it
  float off = min(distance(worn.rgb, bare), distance(worn.rgb, plain));
  if (off > 0.004 || (bits & 9) != 0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
"""
)

SKIN_FRAGMENT = (
    FRAGMENT_HEAD
    + """
uniform sampler2D picture;
in vec2 spot;
in vec4 own;
flat in float mark;
void main() {
  vec3 colour = own.rgb * mix(vec3(1.0), texture(picture, spot).rgb, own.a) * tint;
  gl_FragData[0] = vec4(mix(colour, hazeColour, fog), share * (1.0 - float(int(mark + 0.5) >> 4) / 16.0));
}
"""
)

POSTER_VERTEX = (
    VERTEX_HEAD
    + """
in vec4 colour;
in vec3 facing;
in vec2 place;
out vec2 spot;
void main() {
  gl_Position = MCDCMatrix * vertexMC;
"""
    + _LIT
    + """
  tint = colour.rgb * light * 1.04;
  spot = place;
  fog = hazeAt(gl_Position.w);
  gl_Position.z -= front * gl_Position.w;
}
"""
)

POSTER_FRAGMENT = (
    FRAGMENT_HEAD
    + """
uniform sampler2D actortexture;
in vec2 spot;
void main() {
  gl_FragData[0] = vec4(mix(texture(actortexture, spot).rgb * tint, hazeColour, fog), share);
}
"""
)
