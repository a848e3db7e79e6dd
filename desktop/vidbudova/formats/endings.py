"""Endings of files that can be read, for file dialogs and folders; what a file really is, its content says."""

from __future__ import annotations

from pathlib import Path

ENDINGS = (
    ".gpkg",
    ".geojson",
    ".json",
    ".geojsonl",
    ".ndjson",
    ".shp",
    ".shp.zip",
    ".zip",
    ".csv",
    ".tsv",
    ".osm",
    ".osm.gz",
    ".osm.bz2",
    ".osm.pbf",
    ".pbf",
)


def is_known(path: Path) -> bool:
    """Whether the name ends as a readable file's does."""
    return path.name.lower().endswith(ENDINGS)
