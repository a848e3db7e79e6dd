"""Pictures of façades as an inspector would bring them, drawn here: windows by storeys, and the harm of a grade."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

WIDE, HIGH = 480, 360
GROUND = 322
WALLS = {"panel": (196, 190, 178), "brick": (176, 124, 100), "concrete": (186, 188, 186), "wood": (150, 118, 86)}
SOOT, HOLE, RUBBLE = (44, 40, 38), (30, 28, 30), (128, 118, 108)


def draw(
    path: Path, grade: int, levels: int, material: str, taken: str, lonlat: tuple[float, float], seed: int
) -> None:
    """Write one picture (JPEG) with its time and place."""
    from PIL import Image, ImageDraw

    rng = np.random.default_rng([seed, 41])
    sky = np.linspace(0, 1, HIGH)[:, None] * np.array([26, 16, 4]) + (178, 198, 214)
    noise = rng.integers(-5, 6, (HIGH, WIDE, 1))
    image = Image.fromarray((sky[:, None, :] + noise).clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    pen.rectangle([0, GROUND, WIDE, HIGH], fill=(134, 136, 122))
    shown = int(min(max(levels, 1), 9))
    box = _wall(pen, rng, shown, WALLS.get(material, (190, 184, 172)))
    _windows(pen, rng, box, shown, grade)
    if grade in (1, 2, 3):
        _cracks(pen, rng, box, 2 * grade)
    if grade >= 3:
        _hole(pen, rng, box, grade)
    if grade == 5:
        _fallen(pen, rng, box)
    image.save(path, "JPEG", quality=82, exif=_exif(image, taken, lonlat))


Box = tuple[int, int, int, int]


def _wall(pen: ImageDraw.ImageDraw, rng: np.random.Generator, levels: int, colour: tuple[int, int, int]) -> Box:
    high = int(min(270, 44 + 27 * levels))
    wide = int(rng.integers(250, 400)) if levels > 2 else int(rng.integers(170, 240))
    left = int(rng.integers(20, WIDE - wide - 19))
    box = (left, GROUND - high, left + wide, GROUND)
    shade = int(rng.integers(-10, 11))
    tone = tuple(c + shade for c in colour)
    pen.rectangle(box, fill=tone, outline=(90, 86, 80))
    if levels <= 2:
        pen.polygon([(left - 10, box[1]), (left + wide // 2, box[1] - 46), (box[2] + 10, box[1])], fill=(120, 84, 72))
    else:
        for x in range(left, box[2], 62):
            pen.line([x, box[1], x, GROUND], fill=tuple(c - 14 for c in tone))
    return box


def _windows(pen: ImageDraw.ImageDraw, rng: np.random.Generator, box: Box, levels: int, grade: int) -> None:
    """Whole, broken, or burnt out with soot above, the more the worse."""
    broken = (0.0, 0.3, 0.5, 0.65, 0.8, 0.9)[grade]
    burnt = (0.0, 0.0, 0.03, 0.12, 0.4, 0.3)[grade]
    each = (box[3] - box[1] - 14) / levels
    for row in range(levels):
        top = int(box[1] + 12 + row * each)
        for x in range(box[0] + 14, box[2] - 22, 31):
            pane, luck = (x, top, x + 17, top + int(each * 0.58)), rng.random()
            if luck < burnt:
                pen.polygon([(x - 3, top), (x + 2, top - 15), (x + 15, top - 18), (x + 20, top)], fill=SOOT)
            pen.rectangle(pane, fill=HOLE if luck < broken else (116, 142, 160), outline=(226, 224, 216))
            if luck >= broken:
                pen.line([x + 8, top, x + 8, pane[3]], fill=(226, 224, 216))


def _cracks(pen: ImageDraw.ImageDraw, rng: np.random.Generator, box: Box, count: int) -> None:
    for _crack in range(count):
        x, y = float(rng.uniform(box[0] + 8, box[2] - 8)), float(rng.uniform(box[1] + 6, box[3] - 60))
        way = [(x, y)]
        for _bend in range(int(rng.integers(4, 9))):
            x, y = x + float(rng.normal(0, 7)), min(y + float(rng.uniform(5, 15)), box[3] - 1)
            way.append((min(max(x, box[0] + 1), box[2] - 1), y))
        pen.line(way, fill=(70, 62, 58), width=2)


def _hole(pen: ImageDraw.ImageDraw, rng: np.random.Generator, box: Box, grade: int) -> None:
    size = (26, 52, 64)[grade - 3]
    x, y = (
        int(rng.integers(box[0] + size, box[2] - size)),
        int(box[1] + (0.3 if grade == 3 else 0.12) * (box[3] - box[1])),
    )
    turn = np.linspace(0, 2 * np.pi, 15)[:-1]
    out = size * rng.uniform(0.6, 1.1, len(turn))
    pen.polygon([(x + a * np.cos(t), y + 0.8 * a * np.sin(t)) for a, t in zip(out, turn, strict=True)], fill=HOLE)
    _heap(pen, rng, x, size + 18)


def _heap(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: int, half: int) -> None:
    for _block in range(half * 2):
        a, b = float(rng.normal(x, half / 2)), float(GROUND + 12 - abs(rng.normal(0, half / 4)))
        side = float(rng.uniform(3, 9))
        shade = int(rng.integers(-26, 27))
        tone = tuple(c + shade for c in RUBBLE)
        pen.polygon([(a, b), (a + side, b - 2), (a + side + 2, b + side * 0.7), (a - 1, b + side * 0.6)], fill=tone)


def _fallen(pen: ImageDraw.ImageDraw, rng: np.random.Generator, box: Box) -> None:
    """The middle is gone: sky where the wall was, a heap below."""
    low, high = box[0] + (box[2] - box[0]) // 4, box[2] - (box[2] - box[0]) // 8
    edge = [(low, box[1] - 60)]
    for x in range(low, high + 1, 12):
        edge.append((x, GROUND - int(rng.uniform(30, 74))))
    pen.polygon([*edge, (high, box[1] - 60)], fill=(196, 208, 214))
    for x in range(low, high, 16):
        _heap(pen, rng, x, 34)


def _exif(image: Image.Image, taken: str, lonlat: tuple[float, float]) -> Any:
    found = image.getexif()
    said = found.get_ifd(0x8769)
    said[0x9003], said[0x9011] = taken[:19].replace("-", ":").replace("T", " "), "+00:00"
    place = found.get_ifd(0x8825)
    place[1], place[2] = "N", _degrees(lonlat[1])
    place[3], place[4] = "E", _degrees(lonlat[0])
    return found


def _degrees(value: float) -> tuple[float, float, float]:
    whole, minutes = int(value), (value % 1) * 60
    return float(whole), float(int(minutes)), round((minutes % 1) * 60, 3)
