"""Every grade of damage, spread over a scene's buildings."""

from __future__ import annotations

import numpy as np

from vidbudova.scene.scene import Scene
from vidbudova.scene.style import damage_palette


def damaged(scene: Scene) -> None:
    grade = np.arange(len(scene.solids)) % 8
    grade[grade == 6] = 7
    broken = np.where((grade == 4) | (grade == 5), grade, 0).astype(np.int8)
    scene.set_building_colours(damage_palette()[grade], grade == 2, broken)
