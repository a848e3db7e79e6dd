"""Sentences for what can be wrong with city models; the numbers are those of val3dity."""

from __future__ import annotations

from types import MappingProxyType

from vidbudova.text import mark

NOTED_3D: MappingProxyType[str, str] = MappingProxyType(
    {
        "solid-101": mark("{count} faces have a ring of fewer than three points (101)"),
        "solid-102": mark("{count} faces have a point twice in a row (102)"),
        "solid-104": mark("{count} faces have a ring that crosses or touches itself (104)"),
        "solid-201": mark("{count} faces have rings that cross each other (201)"),
        "solid-202": mark("{count} faces have the same ring twice (202)"),
        "solid-203": mark("{count} faces are not flat (203)"),
        "solid-205": mark("{count} faces fall into pieces (205)"),
        "solid-206": mark("{count} faces have a hole outside of them (206)"),
        "solid-207": mark("{count} faces have a hole inside a hole (207)"),
        "solid-208": mark("{count} faces have a hole that runs the wrong way round (208)"),
        "solid-301": mark("{count} solids have too few faces (301)"),
        "solid-302": mark("{count} solids are not closed (302)"),
        "solid-303": mark("{count} solids have an edge that more than two faces share (303)"),
        "solid-307": mark("{count} solids have faces that look inward (307)"),
        "no-vertex": mark("{count} faces name a vertex that is not there; they were left out"),
        "shown-with-parent": mark("{count} rooms, installations and the like are shown with their building"),
        "groups": mark("{count} groups of city objects; their members came in by themselves"),
        "shape-only": mark("{count} things are shown as a shape but have no ground to stand on in a table"),
        "texture-missing": mark("{count} pictures of surfaces are not beside the file, or cannot be read"),
        "texture-elsewhere": mark("{count} pictures of surfaces lie outside of the file's folder and were not opened"),
        "texture-large": mark("{count} pictures of surfaces were made smaller"),
        "type-unknown": mark("{count} city objects of a kind unknown here came in as other features"),
        "parent-missing": mark("{count} parts name a building that is not in the file"),
        "axes-swapped": mark("the coordinates stand north first, as their system says; they were read so"),
        "geometry-part-unreadable": mark("{count} faces or places have coordinates that cannot be read"),
        "link-broken": mark("{count} references to surfaces lead nowhere; these surfaces are missing"),
        "heights-unknown": mark("the file does not say above what its heights are measured"),
        "tile-missing": mark("{count} tiles are not beside the file"),
        "tile-elsewhere": mark("{count} tiles lie outside of the file's folder and were not opened"),
        "tile-unreadable": mark("{count} tiles could not be read"),
        "mesh-compressed": mark("{count} meshes are compressed in a way that is not read here"),
        "not-triangles": mark("{count} points or lines of a model were not brought in"),
    }
)
"""Things that a person should know about a model; it came in."""
