"""What is laid over the city, by layer: zones, observations, cells, what was set aside, selection and hover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes
from vidbudova.scene.city import nothing
from vidbudova.scene.footing import Footing
from vidbudova.scene.overlay import Overlay, zone_colours
from vidbudova.scene.solids import Floats, vertex_offsets
from vidbudova.scene.style import Style
from vidbudova.scene.surface import Look, Surface
from vidbudova.scene.touching import changed_shapes


class Marks:
    """Surfaces by layer; laying a layer anew takes the old one off."""

    def __init__(self, renderer: Any, looks: Mapping[str, Look], visible: Mapping[str, bool]) -> None:
        self.overlay = Overlay(renderer, looks, Footing())
        self.visible = visible
        self.laid: dict[str, list[Surface]] = {}
        self.order: tuple[str, ...] = ()
        self.changes = 0
        self.touched: list[Floats] = []
        """Bounds (k, 4), in the project's CRS, of what changed among marks that are draped over a relief."""
        self._zones: Shapes | None = None

    def lay(self, layer: str, surfaces: list[Surface], changed: Floats | None = None) -> None:
        """Show these as the layer; `changed` (k, 4) bounds what differs, everything where that is not known."""
        self.changes += 1
        before = self.laid.pop(layer, [])
        self.touched.append(self._reach([*before, *surfaces]) if changed is None else changed)
        for old in before:
            old.remove()
        self.laid[layer] = surfaces
        self.show(layer, self.visible.get(layer, True))
        if surfaces and self.order:
            self.stack(self.order)

    def _reach(self, surfaces: list[Surface]) -> Floats:
        """(k, 4) bounds of those that are draped."""
        over = self.overlay
        draped = over.flat_renderer if over.flat_renderer is not over.renderer else None
        found = [surface.data.GetBounds() for surface in surfaces if surface.renderer is draped]
        boxes = np.array(found).reshape(-1, 6)[:, [0, 2, 1, 3]]
        return boxes + np.tile(over.origin, 2)

    def stack(self, order: Sequence[str]) -> None:
        """Draw layers in this order, the last uppermost; selection and hover stay above all."""
        if tuple(order) != self.order:
            self.touched += [self._reach(self.laid.get(layer, [])) for layer in order]
        self.order = tuple(order)
        self.changes += 1
        for layer in (*order, "selection", "hover"):
            for surface in self.laid.get(layer, ()):
                surface.lift()

    def show(self, layer: str, shown: bool) -> None:
        """Show or hide what is laid as a layer."""
        for surface in self.laid.get(layer, ()):
            surface.show(shown)

    def clear(self) -> None:
        """Take everything off."""
        for layer in list(self.laid):
            self.lay(layer, [])
        self.touched, self._zones = [], None

    def zones(self, zones: Shapes, volumes: bool, style: Style) -> None:
        """Zones draped on the ground, or as bodies too."""
        colour = zone_colours(zones, style)
        found = self.overlay.filled(zones, colour) if len(zones) else []
        changed = changed_shapes(self._zones or nothing(), zones)
        self._zones = zones
        self.lay("zones", found + (self.overlay.volumes(zones, colour) if volumes and len(zones) else []), changed)

    def observations(
        self, points: Shapes, places: Floats, rgb: NDArray[np.uint8] | None, unmatched: NDArray[np.bool_] | None
    ) -> None:
        """Dots at places (one a vertex), coloured and ringed by their feature."""
        of = np.repeat(np.arange(len(points)), np.diff(vertex_offsets(points)))
        ringed = np.zeros(len(points), bool) if unmatched is None else unmatched
        self.lay("observations", self.overlay.dots(places, shades(rgb, len(points))[of], ringed[of]))

    def cells(self, cells: Shapes, rgb: NDArray[np.uint8] | None) -> None:
        """Translucent pieces of ground."""
        self.lay("cells", self.overlay.filled(cells, shades(rgb, len(cells)), "cell") if len(cells) else [])

    def quarantine(self, points: Shapes, above: Floats, areas: Shapes, style: Style) -> None:
        """Dots and outlines in one colour that nothing else has."""
        colour = np.array(style["quarantine"], np.float32)
        count = len(points.xy)
        dots = self.overlay.dots(np.c_[points.xy, above], np.tile(colour, (count, 1)), np.zeros(count, bool))
        rings = self.overlay.ringed(areas, np.tile(colour, (len(areas), 1))) if len(areas) else []
        self.lay("quarantine", dots + rings)


def shades(rgb: NDArray[np.uint8] | None, count: int) -> NDArray[np.float32]:
    """Colours from 0 to 1; a middle grey where none are given."""
    return np.full((count, 3), 0.4, np.float32) if rgb is None else (rgb / 255.0).astype(np.float32)
