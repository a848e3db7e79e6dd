"""Endings of files that can be read, for file dialogs and folders; what a file really is, its content says."""

from __future__ import annotations

from pathlib import Path

ENDINGS = (
    ".city.json",
    ".city.jsonl",
    ".jsonl",
    ".gml",
    ".citygml",
    ".gltf",
    ".glb",
    ".obj",
    ".ifc",
    ".gpkg",
    ".geojson",
    ".json",
    ".geojsonl",
    ".ndjson",
    ".shp",
    ".shp.zip",
    ".gpkg.zip",
    ".zip",
    ".csv",
    ".tsv",
    ".gdb.zip",
    ".gdb",
    ".fgb",
    ".kml",
    ".kmz",
    ".gpx",
    ".dxf",
    ".osm",
    ".osm.gz",
    ".osm.bz2",
    ".osm.pbf",
    ".pbf",
    ".tif",
    ".tiff",
    ".hgt",
    ".hgt.zip",
    ".asc",
    ".las",
    ".laz",
    ".copc.laz",
    ".e57",
    ".mbtiles",
    ".pmtiles",
)


def is_known(path: Path) -> bool:
    """Whether the name ends as a readable file's does."""
    return path.name.lower().endswith(ENDINGS)


def stem(name: str) -> str:
    """A file's name without its ending: “krems” of “krems.osm.gz”."""
    lower = name.lower()
    ending = max((e for e in ENDINGS if lower.endswith(e)), key=len, default="")
    return name[: -len(ending)] if 0 < len(ending) < len(name) else Path(name).stem
