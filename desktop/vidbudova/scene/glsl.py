"""The shaders. Light is worked out a vertex; a pixel only adds windows, the shade near the ground, hatching and haze.

Everything flat on the ground is drawn at one fixed depth a layer, so that nothing flickers however far the eye is.
"""

from __future__ import annotations

VERTEX_HEAD = """//VTK::System::Dec
in vec4 vertexMC;
uniform mat4 MCDCMatrix;
//VTK::CustomUniforms::Dec
out vec3 tint;
out float fog;
float hazeAt(float d) { return 1.0 - exp(-pow(max(d - haze.x, 0.0) / haze.y, 1.3)); }
"""

FRAGMENT_HEAD = """//VTK::System::Dec
//VTK::Output::Dec
//VTK::CustomUniforms::Dec
in vec3 tint;
in float fog;
"""

SLOT = """
uniform sampler2D actortexture;
in float slot;
vec4 wear() { int k = int(slot + 0.5); return texelFetch(actortexture, ivec2(k % 1024, k / 1024), 0); }
"""

BUILDING_VERTEX = (
    VERTEX_HEAD
    + SLOT
    + """
in vec4 facade;
out vec2 wall;
flat out float mark;
void main() {
  vec4 worn = wear();
  mark = worn.a * 255.0;
  gl_Position = MCDCMatrix * vertexMC;
  float upright = sqrt(max(1.0 - dot(facade.xy, facade.xy), 0.0));
  float lit = max(dot(vec3(facade.xy, upright), toSun), 0.0);
  float open = 0.5 + 0.5 * upright;
  vec3 light = sunlight * lit + skylight * (0.84 + 0.16 * open);
  if (facade.z < -1.5 && facade.z > -2.5) light *= 0.55;
  int bits = int(mark + 0.5);
  tint = worn.rgb * light;
  if ((bits & 2) != 0) tint = tint * 1.1 + vec3(0.07);
  else if ((bits & 4) != 0) tint = tint * 1.05 + vec3(0.035);
  wall = facade.zw;
  fog = hazeAt(gl_Position.w);
  gl_Position.z -= front * gl_Position.w;
  if ((bits & 8) != 0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
"""
)

BUILDING_FRAGMENT = (
    FRAGMENT_HEAD
    + """
in vec2 wall;
flat in float mark;
float band(float x, float low, float high, float soft) {
  return smoothstep(low - soft, low + soft, x) * (1.0 - smoothstep(high - soft, high + soft, x));
}
void main() {
  vec3 colour = tint;
  float storeys = wall.y;
  vec2 step = fwidth(wall);
  if (storeys < 900.0) colour *= 0.80 + 0.20 * smoothstep(0.0, 2.6, storeys);
  if (wall.x > -0.5) {
    float near = 1.0 - smoothstep(0.16, 0.46, max(step.x, step.y));
    vec2 soft = max(step * 0.6, vec2(0.012));
    vec2 cell = fract(wall);
    float pane = band(cell.x, 0.27, 0.73, soft.x) * band(cell.y, 0.30, 0.76, soft.y);
    float line = 1.0 - smoothstep(0.0, soft.y + 0.035, min(cell.y, 1.0 - cell.y));
    pane = mix(0.21, pane, near);
    colour = mix(colour, colour * glass, pane * glassShare);
    colour *= 1.0 - 0.13 * line * near;
  } else if (wall.x < -2.5) {
    float edge = 1.0 - smoothstep(0.06, 0.14 + step.y, min(fract(wall.y), 1.0 - fract(wall.y)));
    colour *= mix(0.62, 1.02, edge);
  }
  int bits = int(mark + 0.5);
  if ((bits & 1) != 0) {
    float stripe = fract((gl_FragCoord.x + gl_FragCoord.y) / (9.0 * pixel));
    colour = mix(colour, hatch * (0.35 + 0.65 * dot(colour, vec3(0.34))), 0.78 * band(stripe, 0.25, 0.75, 0.09));
  }
  gl_FragData[0] = vec4(mix(colour, hazeColour, fog), share * (1.0 - float(int(mark + 0.5) >> 4) / 16.0));
}
"""
)

SHADOW_VERTEX = (
    VERTEX_HEAD
    + SLOT
    + """
in vec4 facade;
void main() {
  int bits = int(wear().a * 255.0 + 0.5);
  vec4 at = vec4(vertexMC.xy - toSun.xy / toSun.z * max(vertexMC.z, 0.0), 0.0, 1.0);
  gl_Position = MCDCMatrix * at;
  bool turned = facade.w < 900.0 && dot(facade.xy, toSun.xy) < 0.0;
  // a later triangle lies a little deeper, so that shadows that overlap are not darker
  gl_Position.z = gl_Position.w * min(depth + float(gl_VertexID) * 1.2e-7, 0.99995);
  if (turned || (bits & 8) != 0 || away > 0.5) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  fog = hazeAt(gl_Position.w);
  tint = vec3(0.0);
}
"""
)

CAST_VERTEX = (
    VERTEX_HEAD
    + """
void main() {
  gl_Position = MCDCMatrix * vec4(vertexMC.xy - toSun.xy / toSun.z * max(vertexMC.z, 0.0), 0.0, 1.0);
  gl_Position.z = gl_Position.w * min(depth + float(gl_VertexID) * 1.2e-7, 0.99995);
  if (away > 0.5) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  fog = hazeAt(gl_Position.w);
  tint = vec3(0.0);
}
"""
)

SHADOW_FRAGMENT = FRAGMENT_HEAD + "void main() { gl_FragData[0] = vec4(shadow, sunShare * shadowShare * (1.0 - fog)); }"

FLAT_VERTEX = (
    VERTEX_HEAD
    + """
in vec4 colour;
out float solid;
void main() {
  solid = colour.a;
  gl_Position = MCDCMatrix * vertexMC;
  gl_Position.z = gl_Position.w * depth;
  fog = hazeAt(gl_Position.w);
  tint = colour.rgb * flatLight;
}
"""
)

FLAT_FRAGMENT = (
    FRAGMENT_HEAD
    + """
in float solid;
void main() {
  // half a step of noise, so that wide soft gradients do not show bands
  float grain = (fract(dot(gl_FragCoord.xy, vec2(0.754877666, 0.569840296))) - 0.5) / 255.0;
  gl_FragData[0] = vec4(mix(tint, hazeColour, fog) + grain, share * solid);
}
"""
)

SOLID_VERTEX = (
    VERTEX_HEAD
    + """
in vec4 colour;
in vec3 facing;
out float solid;
void main() {
  solid = colour.a;
  gl_Position = MCDCMatrix * vertexMC;
  float lit = max(dot(facing, toSun), 0.0);
  tint = colour.rgb * (sunlight * lit + skylight * (0.92 + 0.08 * facing.z));
  fog = hazeAt(gl_Position.w);
  gl_Position.z -= front * gl_Position.w;
}
"""
)

SOLID_FRAGMENT = FLAT_FRAGMENT

SECTION_VERTEX = (
    VERTEX_HEAD
    + """
in vec4 colour;
out float solid;
void main() {
  solid = 1.0;
  gl_Position = MCDCMatrix * vertexMC;
  tint = colour.rgb;
  fog = hazeAt(gl_Position.w);
  gl_Position.z -= (front + 0.00002) * gl_Position.w;
}
"""
)

SKY_VERTEX = """//VTK::System::Dec
in vec4 vertexMC;
uniform mat4 MCDCMatrix;
//VTK::CustomUniforms::Dec
in float height;
out vec3 tint;
out float fog;
out vec3 way;
void main() {
  way = vertexMC.xyz;
  gl_Position = MCDCMatrix * vertexMC;
  gl_Position.z = gl_Position.w * 0.9999999;
  tint = mix(skyLow, skyHigh, 1.0 - exp(-height * 3.2));
  fog = 0.0;
}
"""

SKY_FRAGMENT = (
    FRAGMENT_HEAD
    + """
in vec3 way;
void main() {
  vec3 found = tint;
  if (glow.r > 0.0) {
    // a wide glow about the sun, a narrow one, and its disc
    float near = max(dot(normalize(way), toSun), 0.0);
    found += glow * (pow(near, 5.0) + 0.9 * pow(near, 60.0));
    found = mix(found, vec3(1.0, 0.97, 0.90), smoothstep(0.99988, 0.99994, near) * step(0.0, toSun.z));
  }
  float grain = (fract(dot(gl_FragCoord.xy, vec2(0.754877666, 0.569840296))) - 0.5) / 255.0;
  gl_FragData[0] = vec4(found + grain, 1.0);
}
"""
)

LINE_VERTEX = (
    VERTEX_HEAD
    + """
in vec4 colour;
in vec2 side;
out float solid;
void main() {
  solid = colour.a;
  // sideways by a width in pixels, but never thinner than a width in metres
  float w = (MCDCMatrix * vertexMC).w;
  vec4 at = vertexMC;
  at.xy += side * max(halfPx * pixel * w * perPixel, halfMetres);
  gl_Position = MCDCMatrix * at;
  gl_Position.z = gl_Position.w * depth;
  tint = colour.rgb;
  fog = 0.6 * hazeAt(gl_Position.w);
}
"""
)

EDGE_VERTEX = (
    VERTEX_HEAD
    + """
in vec4 colour;
in vec4 other;
out float solid;
void main() {
  solid = colour.a;
  // a quad along the line to the other end, sideways on the screen
  vec4 a = MCDCMatrix * vertexMC;
  vec4 b = MCDCMatrix * vec4(other.xyz, 1.0);
  vec2 way = (b.xy / max(b.w, 0.01) - a.xy / max(a.w, 0.01)) * screen;
  way = way / max(length(way), 1e-4);
  vec2 across = vec2(-way.y, way.x) * other.w * halfPx * pixel / screen * 2.0;
  vec2 along = -way * abs(other.w) * 0.5 * halfPx * pixel / screen * 2.0;
  gl_Position = a;
  gl_Position.xy += (across + along) * a.w;
  gl_Position.z -= (front + 0.00004) * a.w + 0.02;
  if (away > 0.5) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  tint = colour.rgb;
  fog = 0.0;
}
"""
)

DOT_VERTEX = (
    VERTEX_HEAD
    + """
in vec4 colour;
in vec3 corner;
out float solid;
out vec2 disc;
flat out float rim;
flat out float near;
void main() {
  gl_Position = MCDCMatrix * vertexMC;
  float grown = clamp(900.0 / max(gl_Position.w, 1.0), 0.3, 1.25);
  near = smoothstep(0.35, 0.8, grown);
  float size = halfPx * grown * (corner.z > 0.5 ? 1.0 + 0.35 * near : 1.0);
  gl_Position.xy += corner.xy * size * pixel / screen * 2.0 * gl_Position.w;
  gl_Position.z -= front * gl_Position.w;
  disc = corner.xy;
  rim = corner.z;
  solid = colour.a;
  tint = colour.rgb;
  fog = hazeAt(gl_Position.w);
}
"""
)

DOT_FRAGMENT = (
    FRAGMENT_HEAD
    + """
in vec2 disc;
in float solid;
flat in float rim;
flat in float near;
void main() {
  float r = length(disc);
  float soft = fwidth(r);
  float cover = 1.0 - smoothstep(1.0 - soft, 1.0, r);
  if (cover < 0.02) discard;
  vec3 edge = rim > 0.5 ? ring : vec3(1.0);
  float inner = mix(1.1, rim > 0.5 ? 0.72 : 0.78, near);
  vec3 found = mix(tint, edge, smoothstep(inner - soft, inner + soft, r));
  gl_FragData[0] = vec4(mix(found, hazeColour, 0.5 * fog), cover * share * solid);
}
"""
)
