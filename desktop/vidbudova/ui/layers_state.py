"""How layers are looked at: order, visibility and opacity, remembered with the project and applied to the view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidbudova.model.schema import TABLES
from vidbudova.text import _, mark

if TYPE_CHECKING:
    from vidbudova.scene.scene import Scene
    from vidbudova.session import Session

STATE = "layers"
SHOWN = (
    "zones", "observations", "features", "places", "cells", "quarantine",
    "buildings", "models", "clouds", "power", "trees", "rail", "roads", "water", "landuse",
)  # fmt: skip
"""What the view can show and hide, the uppermost first."""

OTHERS = ("pipelines", "terrain", "imagery")
"""Listed with their sources, but drawn as names or not at all."""

TITLES = {"cells": mark("Observed areas and cells"), "shadows": mark("Shadows")}
TABLES_OF = {"cells": ("observations",), "water": ("water", "waterways"), "power": ("power",)}
MOVABLE = ("zones", "observations", "features", "places", "cells", "quarantine")
"""Drawn over the city; these can lie above or below each other."""


def title_of(layer: str) -> str:
    """What a layer of the view is called."""
    return _(TITLES.get(layer) or TABLES[layer].title)


def tables_of(layer: str) -> tuple[str, ...]:
    """The tables whose rows it shows."""
    return TABLES_OF.get(layer, (layer,))


class LayerState:
    """How the view's layers look in one project.

    order, hidden, opacity : by layer of the view. off, clear : files left out, and how solid others are, by their id.
    style, equal : the attribute that colours a layer, and which have equal steps instead of quantiles.
    ground : what lies under everything.
    """

    def __init__(self, kept: Any = None) -> None:
        kept = kept if isinstance(kept, dict) else {}
        order = [name for name in kept.get("order", ()) if name in SHOWN]
        self.order: list[str] = [*order, *(name for name in SHOWN if name not in order)]
        self.hidden: set[str] = {name for name in kept.get("hidden", ()) if name in SHOWN}
        self.opacity: dict[str, float] = {
            name: min(1.0, max(0.0, float(share)))
            for name, share in dict(kept.get("opacity", {})).items()
            if name in SHOWN
        }
        self.off: set[str] = {str(id) for id in kept.get("off", ())}
        self.clear: dict[str, float] = {
            str(id): min(1.0, max(0.0, float(share))) for id, share in dict(kept.get("clear", {})).items()
        }
        self.style: dict[str, str] = {str(n): str(by) for n, by in dict(kept.get("style", {})).items() if n in SHOWN}
        self.ground = str(kept.get("ground", "model"))
        self.equal: set[str] = {name for name in kept.get("equal", ()) if name in SHOWN}

    @property
    def dresses(self) -> bool:
        """Whether anything is to be coloured, or left out file by file."""
        return bool(self.off or self.clear or self.style)

    def as_json(self) -> dict[str, Any]:
        """What is remembered."""
        return {
            "order": self.order, "hidden": sorted(self.hidden), "opacity": self.opacity, "off": sorted(self.off),
            "clear": self.clear, "style": self.style, "equal": sorted(self.equal), "ground": self.ground,
        }  # fmt: skip

    def remember(self, session: Session) -> None:
        """Keep it with the project; what can only be looked at keeps nothing."""
        if not session.read_only:
            session.set_view_state(STATE, self.as_json())

    def apply(self, scene: Scene) -> None:
        """Show a scene like this."""
        for name in SHOWN:
            scene.set_visible(name, name not in self.hidden)
            scene.set_opacity(name, self.opacity.get(name, 1.0))
        scene.set_order([name for name in reversed(self.order) if name in MOVABLE])


def set_aside(session: Session) -> tuple[Any, Any]:
    """(points, areas and lines) of the rows that were set aside; for a worker."""
    import shapely

    from vidbudova.scene.city_tables import split

    ids, geometries = session.geometries("quarantine")
    there = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    parts = split(ids[there], geometries[there])
    return parts["points"], parts["areas"]
