"""What a scene is put together from besides buildings and flat layers: each part says what it draws in a view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from vidbudova.scene.camera import Camera, Size
from vidbudova.scene.tiles import Purse, View


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame to be: the camera in the city's own coordinates, as planes, and what it may cost.

    view : the camera relative to the scene's origin; detail : 1 is what a moving frame should have, more at rest;
    purse : time for making what is not there yet; still : whether the picture is to rest.
    """

    camera: Camera
    view: View
    size: Size
    detail: float
    purse: Purse
    still: bool


class Part(Protocol):
    """Something the scene shows; `Scene.parts` holds them by name."""

    changes: int
    """Counted up whenever the picture would differ, so that a still one is drawn anew."""

    def place(self, frame: Frame) -> None:
        """Show what this frame needs, within its purse."""

    def clear(self) -> None:
        """Take everything off the renderers."""
