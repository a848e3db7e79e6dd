"""Codes of what a person should know of rasters and point clouds; see `problems`."""

from __future__ import annotations

from types import MappingProxyType

from vidbudova.text import mark

NOTED_RASTER: MappingProxyType[str, str] = MappingProxyType(
    {
        "raster-kind-guessed": mark(
            "what the file holds was guessed (see example); if it is the other, say --as terrain or --as imagery"
        ),
        "raster-clipped": mark("only the part around the city was kept: the file reaches far beyond"),
        "raster-coarsened": mark("the cells were made larger, so that the whole file can be held"),
        "tiles-unreadable": mark("{count} tiles could not be read and are left blank"),
        "terrain-voids": mark("{count} cells had no height; they were filled from around them and are marked"),
        "height-unit-unknown": mark("the file does not say the unit of its heights: they were taken as metres"),
        "height-feet": mark("heights were in feet and were turned into metres"),
        "height-unit-of-plane": mark(
            "the file does not say the unit of its heights: it was taken to be that of its plane"
        ),
        "height-datum-unknown": mark(
            "the file does not say what its heights are above (the sea or the ellipsoid): check some of them"
        ),
        "height-ellipsoidal": mark(
            "heights are above the ellipsoid, in Ukraine about 15 to 45 m more than above the sea"
        ),
        "cloud-not-coloured": mark("the points have no colours of their own"),
        "points-not-finite": mark("{count} points have no place and were left out"),
        "points-fewer": mark("the file holds {count} points fewer than its header says"),
    }
)
"""Things that a person should know; the rows came in."""
