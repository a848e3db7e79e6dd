"""How rows look: tiles, meshes, colours, picks and cameras. VTK is imported when a Scene is made, not before."""

from vidbudova.scene.camera import Camera
from vidbudova.scene.city import City
from vidbudova.scene.layers import LAYERS
from vidbudova.scene.pick import Pick
from vidbudova.scene.scene import Scene

__all__ = ["LAYERS", "Camera", "City", "Pick", "Scene"]
