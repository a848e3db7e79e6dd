"""What colours points wear: their own, by class, by height, by intensity; and the legend for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene.cloud import Cloud
from vidbudova.text import _, mark, number

Style = Literal["rgb", "class", "height", "intensity"]
STYLES: dict[Style, str] = {
    "rgb": mark("Own colours"), "class": mark("Class"), "height": mark("Height"), "intensity": mark("Intensity"),
}  # fmt: skip

# fmt: off
CLASSES: dict[int, tuple[str, tuple[int, int, int]]] = {
    0: (mark("Not classified"), (170, 170, 168)), 1: (mark("Unassigned"), (186, 184, 178)),
    2: (mark("Ground"), (168, 146, 116)), 3: (mark("Low plants"), (176, 196, 128)),
    4: (mark("Middle plants"), (128, 168, 96)), 5: (mark("Trees"), (74, 130, 78)),
    6: (mark("Building"), (214, 120, 86)), 7: (mark("Noise"), (196, 70, 160)), 9: (mark("Water"), (92, 146, 196)),
    10: (mark("Rail"), (120, 104, 132)), 11: (mark("Road"), (126, 128, 134)), 13: (mark("Guard wire"), (226, 190, 60)),
    14: (mark("Conductor"), (226, 170, 40)), 15: (mark("Mast"), (150, 110, 60)), 17: (mark("Bridge"), (140, 120, 170)),
    18: (mark("High noise"), (196, 70, 160)),
}
# fmt: on
"""Classes of LAS 1.4 (ASPRS, table 17) with their colours; others are grey."""
OTHER = (150, 150, 150)

RAMP = np.array(
    [(48, 62, 122), (46, 112, 142), (62, 152, 122), (150, 188, 92), (232, 208, 116), (222, 148, 84), (172, 78, 66)],
    np.float32,
)
"""Heights from low to high."""
SHADE = 0.5
"""How much the intensity of a point darkens or lightens a colour that says something else."""

Legend = list[tuple[str, tuple[int, int, int]]]


def usual(clouds: Sequence[Cloud]) -> Style:
    """What clouds are coloured by where nobody says: their own colours, else classes, else heights."""
    if any(cloud.has_rgb for cloud in clouds):
        return "rgb"
    return "class" if any(cloud.has_class for cloud in clouds) else "height"


def colours(cloud: Cloud, node: int, style: Style, ends: tuple[float, float]) -> NDArray[np.uint8]:
    """(n, 3) the colours of a node's points; heights run between the two ends."""
    if style == "rgb" and cloud.has_rgb:
        return cloud.column(node, "rgb")
    intensity = cloud.column(node, "intensity").astype(np.float32)
    if style == "intensity":
        grey = np.clip(30 + intensity * 0.85, 0, 255)
        return np.repeat(grey.astype(np.uint8)[:, None], 3, axis=1)
    if style == "class" and cloud.has_class:
        plain = _class_table()[cloud.column(node, "class")].astype(np.float32)
    else:
        plain = ramp((cloud.points(node)[:, 2] + cloud.origin[2] - ends[0]) / max(ends[1] - ends[0], 1e-6))
    shade = 1.0 + SHADE * (intensity - 128.0) / 255.0 if intensity.any() else np.ones(len(plain), np.float32)
    return np.asarray(np.clip(plain * shade[:, None], 0, 255), np.uint8)


def ramp(share: NDArray[np.floating]) -> NDArray[np.float32]:
    """(n, 3) colours of shares from 0 to 1."""
    at = np.clip(np.asarray(share, np.float32), 0, 1) * (len(RAMP) - 1)
    low = np.minimum(at.astype(np.int64), len(RAMP) - 2)
    part = (at - low)[:, None]
    return np.asarray(RAMP[low] * (1 - part) + RAMP[low + 1] * part, np.float32)


def _class_table() -> NDArray[np.uint8]:
    table = np.full((256, 3), OTHER, np.uint8)
    for code, (_title, rgb) in CLASSES.items():
        table[code] = rgb
    return table


def class_title(code: int) -> str:
    """The name of a class."""
    return _(CLASSES[code][0]) if code in CLASSES else _("Class {n}").format(n=code)


def legend(clouds: Sequence[Cloud], style: Style, ends: tuple[float, float]) -> Legend:
    """What the colours mean, in lines; own colours and intensity need no words."""
    if style == "class":
        codes = {code for cloud in clouds for code in np.unique(cloud.column(0, "class")).tolist()}
        return [(class_title(code), CLASSES.get(code, ("", OTHER))[1]) for code in sorted(codes)]
    if style != "height":
        return []
    steps = np.linspace(1.0, 0.0, 5)
    found = []
    for share, rgb in zip(steps, ramp(steps), strict=True):
        height = ends[0] + share * (ends[1] - ends[0])
        red, green, blue = (int(v) for v in rgb)
        found.append((_("{n} m").format(n=number(float(height), 1)), (red, green, blue)))
    return found
