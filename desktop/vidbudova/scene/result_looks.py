"""The shaders of results: ribbons as wide as what they carry with particles along them, and numbered places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vidbudova.scene.glsl import FRAGMENT_HEAD, VERTEX_HEAD
from vidbudova.scene.surface import Look

Uniforms = dict[str, float | Sequence[float]]

WIDTH = """
float widthOf(float share, float px) { return max(mix(0.9, 5.2, share), mix(1.1, 6.6, share) * px); }
"""

FLOW_VERTEX = (
    VERTEX_HEAD
    + WIDTH
    + """
in vec4 colour;
in vec4 ribbon;
in vec4 run;
out vec4 going;
out float perPx;
flat out float much;
void main() {
  float w = max((MCDCMatrix * vertexMC).w, 0.01);
  perPx = w * perPixel;
  float px = pixel * perPx;
  // as wide as a lane or a street near by, never thinner than can be told from afar
  float width = widthOf(ribbon.w, px);
  float gap = max(0.35, 0.5 * px);
  vec4 at = vertexMC;
  at.xy += ribbon.xy * (ribbon.z * width + step(0.0, colour.a) * gap);
  // the ends reach over the middle of a junction, narrowing like a round cap
  float beyond = (abs(colour.a) - 2.0) * width;
  at.xy += vec2(-ribbon.y, ribbon.x) * beyond;
  at.z += 0.25;
  gl_Position = MCDCMatrix * at;
  // nearer to the eye than what it lies on: a little near by, over the roofs from afar; the wider over the thinner
  float nearer = mix(0.004, 0.06, smoothstep(500.0, 4000.0, w)) + 0.0008 * ribbon.w + 0.0003 * run.z;
  gl_Position.z = gl_Position.w - (gl_Position.w - gl_Position.z) / (1.0 - nearer);
  gl_Position.z -= (front + 0.00002) * gl_Position.w;
  going = vec4(run.x + beyond, run.yzw);
  much = ribbon.w;
  tint = colour.rgb;
  fog = 0.55 * hazeAt(gl_Position.w);
}
"""
)

FLOW_FRAGMENT = (
    FRAGMENT_HEAD
    + WIDTH
    + """
in vec4 going;
in float perPx;
flat in float much;
void main() {
  vec3 found = tint;
  float across = abs(2.0 * going.w - 1.0);
  found = mix(found, rim, 0.55 * smoothstep(0.72, 1.0, across));
  if (playing > 0.5 && going.y > 0.01) {
    // one particle every so many pixels; twice as many where there is twice as much
    float px = perPx * pixel;
    float apart = exp2(floor(log2(max(px * 72.0, 16.0)))) * exp2(floor(2.5 - 2.5 * much));
    float behind = (1.0 - fract((going.x - going.y * clock) / apart + going.z)) * apart / px;
    // a round head and a tail that fades
    float half_ = 0.5 * widthOf(much, px) / px, radius = max(0.56 * half_, 0.8);
    float head = radius - length(vec2(min(behind - radius, 0.0), across * half_));
    float tail = exp(-max(behind - radius, 0.0) / (2.2 * radius + 1.5));
    float body = clamp(head + 0.5, 0.0, 1.0) * tail;
    float dark = step(0.72, dot(tint, vec3(0.30, 0.59, 0.11)));
    // from afar the colour matters more
    float strength = mix(0.45, 0.9, smoothstep(1.5, 4.0, half_));
    found = mix(found, mix(vec3(1.0), sparkDark, dark), strength * body);
  }
  gl_FragData[0] = vec4(mix(found, hazeColour, fog), share);
}
"""
)

BADGE_VERTEX = (
    VERTEX_HEAD
    + """
in vec4 colour;
in vec4 corner;
out vec2 disc;
out vec2 place;
void main() {
  gl_Position = MCDCMatrix * vertexMC;
  float size = halfPx * clamp(2400.0 / max(gl_Position.w, 1.0), 0.72, 1.15) * pixel;
  // it stands on its place like a pin
  gl_Position.xy += (corner.xy * size + vec2(0.0, 1.35 * size)) / screen * 2.0 * gl_Position.w;
  float nearer = mix(0.01, 0.08, smoothstep(500.0, 4000.0, gl_Position.w));
  gl_Position.z = gl_Position.w - (gl_Position.w - gl_Position.z) / (1.0 - nearer);
  gl_Position.z -= (front + 0.00004) * gl_Position.w;
  disc = corner.xy;
  place = corner.zw;
  tint = colour.rgb;
  fog = 0.0;
}
"""
)

BADGE_FRAGMENT = (
    FRAGMENT_HEAD
    + """
uniform sampler2D actortexture;
in vec2 disc;
in vec2 place;
void main() {
  float r = length(disc), soft = fwidth(r);
  float tip = max(abs(disc.x) * 1.5 - (disc.y + 1.35), -disc.y - 1.35);
  float cover = max(1.0 - smoothstep(1.0 - soft, 1.0, r), (disc.y < 0.0) ? 1.0 - smoothstep(-soft, soft, tip) : 0.0);
  if (cover < 0.02) discard;
  float word = texture(actortexture, place).r;
  vec3 ink = mix(vec3(1.0), sparkDark, step(0.55, dot(tint, vec3(0.30, 0.59, 0.11))));
  vec3 found = mix(tint, ink, word * step(r, 0.98));
  found = mix(found, rim, smoothstep(0.80, 0.90, r) * step(r, 1.0));
  gl_FragData[0] = vec4(found, cover * share);
}
"""
)

READ = frozenset({"pixel", "perPixel", "screen", "front", "haze", "hazeColour"})
SPARK_DARK = (0.06, 0.08, 0.16)
RIMS: dict[str, Sequence[float]] = {"light": (1.0, 1.0, 1.0), "dark": (0.08, 0.10, 0.12)}


def flow_look(common: Mapping[str, float | Sequence[float]], theme: str) -> Look:
    """The look of ribbons; `clock` is the time of the particles in s, `playing` whether they are seen."""
    own: Uniforms = {"share": 1.0, "clock": 0.0, "playing": 0.0, "sparkDark": SPARK_DARK, "rim": RIMS[theme]}
    return Look(FLOW_VERTEX, FLOW_FRAGMENT, _read(common) | own)


def badge_look(common: Mapping[str, float | Sequence[float]], theme: str) -> Look:
    """The look of numbered places."""
    own: Uniforms = {"share": 1.0, "halfPx": 14.0, "sparkDark": SPARK_DARK, "rim": RIMS[theme]}
    return Look(BADGE_VERTEX, BADGE_FRAGMENT, _read(common) | own)


def _read(common: Mapping[str, float | Sequence[float]]) -> Uniforms:
    """Those that these shaders read: VTK hands every uniform over for every surface of every frame."""
    return {name: value for name, value in common.items() if name in READ}
