"""The shaders of far buildings: caps and quarters, and the shadows they throw on level ground."""

from __future__ import annotations

from vidbudova.scene.glsl import FRAGMENT_HEAD, SLOT, VERTEX_HEAD

# A cap is one slanted quad from the foot of the side nearest the eye to the far edge of the top: it covers what the
# body would. Its colours are such that their mean is that of wall and roof as they are seen from here.
_FAR_LIGHT = """
float risen(float w, float z) { float e = clamp((eyeHeight - z) / max(w, 1.0), 0.0, 1.0); return e; }
vec3 wallLight(float storeys) {
  float ground = 1.0 - 0.26 / max(storeys, 2.6);
  return (sunlight * sideLit + skylight * 0.92) * ground * mix(vec3(1.0), glass, 0.21 * glassShare);
}
float roofShare(float deep, float high, float rise) {
  float roof = deep * rise, wall = high * sqrt(1.0 - rise * rise);
  return roof / max(roof + wall, 0.001);
}
"""

CAP_VERTEX = (
    VERTEX_HEAD
    + SLOT
    + _FAR_LIGHT
    + """
in vec4 facade;
flat out float mark;
void main() {
  vec4 worn = wear();
  mark = worn.a * 255.0;
  vec4 at = vertexMC;
  float nearSide = step(dot(facade.xy, ahead.xy), 0.0);
  // facade.z: the ground it stands on; facade.w: storeys
  float high = at.z - facade.z;
  at.z = mix(at.z, facade.z, nearSide * steep);
  gl_Position = MCDCMatrix * at;
  float roof = roofShare(1.41 * length(facade.xy), high, risen(gl_Position.w, at.z));
  roof = nearSide > 0.5 ? max(2.0 * roof - 1.0, 0.0) : min(2.0 * roof, 1.0);
  tint = worn.rgb * mix(wallLight(facade.w), sunlight * toSun.z + skylight, roof);
  int bits = int(mark + 0.5);
  if ((bits & 2) != 0) tint = tint * 1.1 + vec3(0.07);
  fog = hazeAt(gl_Position.w);
  gl_Position.z -= front * gl_Position.w;
  if ((bits & 8) != 0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
"""
)

QUARTER_VERTEX = (
    VERTEX_HEAD
    + SLOT
    + _FAR_LIGHT
    + """
in vec4 facade;
flat out float mark;
void main() {
  vec4 worn = wear();
  mark = worn.a * 255.0;
  vec4 at = vertexMC;
  at.xy += vec2(ahead.y, -ahead.x) * facade.x + ahead.xy * facade.y;
  float high = at.z - facade.z;
  if (facade.y < 0.0) at.z = facade.z;
  gl_Position = MCDCMatrix * at;
  float roof = roofShare(2.0 * abs(facade.y), high, risen(gl_Position.w, at.z));
  tint = worn.rgb * mix(wallLight(facade.w), sunlight * toSun.z + skylight, roof);
  fog = hazeAt(gl_Position.w);
  gl_Position.z -= front * gl_Position.w;
  if ((int(mark + 0.5) & 8) != 0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
"""
)

_FAR_SHADOW = """
  at.xy -= toSun.xy / toSun.z * max(at.z, 0.0);
  at.z = 0.0;
  gl_Position = MCDCMatrix * at;
  gl_Position.z = gl_Position.w * min(depth + float(gl_VertexID) * 1.2e-7, 0.99995);
  if ((int(wear().a * 255.0 + 0.5) & 8) != 0 || away > 0.5) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  fog = hazeAt(gl_Position.w);
  tint = vec3(0.0);
}
"""

CAP_SHADOW_VERTEX = (
    VERTEX_HEAD
    + SLOT
    + """
in vec4 facade;
void main() {
  vec4 at = vertexMC;
  if (dot(facade.xy, toSun.xy) > 0.0) at.z = facade.z;
"""
    + _FAR_SHADOW
)

QUARTER_SHADOW_VERTEX = (
    VERTEX_HEAD
    + SLOT
    + """
in vec4 facade;
void main() {
  vec4 at = vertexMC;
  vec2 from = normalize(-toSun.xy + vec2(1e-6, 0.0));
  at.xy += vec2(from.y, -from.x) * facade.x + from * facade.y;
  if (facade.y < 0.0) at.z = facade.z;
"""
    + _FAR_SHADOW
)

CAP_FRAGMENT = (
    FRAGMENT_HEAD
    + """
flat in float mark;
void main() {
  vec3 colour = tint;
  if ((int(mark + 0.5) & 1) != 0) {
    float stripe = fract((gl_FragCoord.x + gl_FragCoord.y) / (9.0 * pixel));
    colour = mix(colour, hatch * (0.35 + 0.65 * dot(colour, vec3(0.34))), 0.6 * step(0.5, stripe));
  }
  gl_FragData[0] = vec4(mix(colour, hazeColour, fog), share * (1.0 - float(int(mark + 0.5) >> 4) / 16.0));
}
"""
)
