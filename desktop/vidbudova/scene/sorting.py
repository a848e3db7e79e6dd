"""In which order things are drawn: what is near first, for what it hides then costs no pixels; shadows last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from vidbudova.scene.camera import Floats
from vidbudova.scene.surface import Surface


def near_first(renderer: Any, eye: Floats, bodies: Iterable[Surface], shadows: Iterable[Surface]) -> None:
    """Let a renderer draw bodies from near to far, then all else it has, then shadows; nothing is added or freed."""
    bodies, last = list(bodies), [surface.actor for surface in shadows]
    away = np.array([surface.position for surface in bodies], np.float64).reshape(-1, 3) - eye
    first = [bodies[k].actor for k in np.argsort((away**2).sum(1), kind="stable").tolist()]
    placed = {id(actor) for actor in (*first, *last)}
    props = renderer.GetViewProps()
    others = [props.GetItemAsObject(k) for k in range(props.GetNumberOfItems())]
    props.RemoveAllItems()
    for prop in (*first, *(other for other in others if id(other) not in placed), *last):
        props.AddItem(prop)
