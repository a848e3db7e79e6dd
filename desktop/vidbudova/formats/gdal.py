"""GDAL on a short lead: only the drivers that we ask for, one file, no network. Used in the child process only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from vidbudova.formats.ahead import ahead
from vidbudova.formats.features import Features
from vidbudova.formats.intake import Intake

# fmt: off
KNOWN = (
    "GPKG", "ESRI Shapefile",
    "ADBC", "AIVector", "AVCBin", "AVCE00", "AmigoCloud", "Arrow", "CAD", "CSV", "CSW", "Carto", "DGN", "DWG",
    "DXF", "EDIGEO", "EEDA", "ESRIJSON", "Elasticsearch", "FileGDB", "FlatGeobuf", "GDALG", "GML", "GMLAS",
    "GPSBabel", "GPX", "GTFS", "GeoJSON", "GeoJSONSeq", "GeoRSS", "Geoconcept", "HTTP", "HANA", "Idrisi",
    "Interlis", "JML", "JSONFG", "KML", "LIBKML", "LVBAG", "MBTiles", "MEM", "MVT", "MapML", "Memory",
    "MiraMonVector", "MongoDBv3", "MSSQLSpatial", "MySQL", "NAS", "netCDF", "NGW", "OAPIF", "OCI", "ODBC", "ODS",
    "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OSM", "OpenFileGDB", "PCIDSK", "PDF", "PDS4", "PGDUMP", "PGeo",
    "PLSCENES", "PMTiles", "Parquet", "PostgreSQL", "S57", "SOSI", "SQLite", "SXF", "Selafin", "TIGER", "TopoJSON",
    "VDV", "VFK", "VICAR", "WAsP", "WFS", "WFS3", "XLS", "XLSX", "XODR",
)
# fmt: on
"""All drivers; one that is new to GDAL is seen by a test and, until then, kept out by the sniffing."""

MORE = ("MapInfo File", "Interlis 1", "Interlis 2", "UK .NTF", "SEGUKOOA", "REC")
BATCH = 20_000


def environment(drivers: Collection[str]) -> dict[str, str]:
    """What must stand in the environment before GDAL is loaded: only the drivers that one format asks for."""
    return {
        "GDAL_SKIP": ",".join(name for name in (*KNOWN, *MORE) if name not in drivers),
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
        "GDAL_HTTP_MAX_RETRY": "0",
        "GDAL_DRIVER_PATH": "disable",
        "SHAPE_RESTORE_SHX": "YES",
        "PROJ_NETWORK": "OFF",
    }


def layers(path: Path) -> list[tuple[str, str | None]]:
    """Names and geometry types of the layers; no type means a table without geometry."""
    import pyogrio

    return [(str(name), None if kind is None else str(kind)) for name, kind in pyogrio.list_layers(str(path))]


def spatial_layers(path: Path, intake: Intake) -> list[str]:
    """Names of the layers with geometry; tables without are counted for the report."""
    found = layers(path)
    if bare := [name for name, kind in found if kind is None]:
        intake.note("layer-without-geometry", ", ".join(bare), len(bare))
    return [name for name, kind in found if kind is not None]


def read_layer(
    path: Path, layer: str, intake: Intake, *, encoding: str | None = None, name: str | None = None,
    each: Callable[[Features], None] = lambda batch: None, number: str = "",
) -> None:  # fmt: skip
    """Take in one layer, in batches; `each` may amend a batch before.

    `number` is the column by which rows are numbered and come, where the caller knows that: a batch then begins behind
    the last number, and the rows before are not counted through again.
    """
    import pyogrio

    info = pyogrio.read_info(str(path), layer=layer, encoding=encoding, force_feature_count=True)
    total = max(int(info["features"]), 1)
    for done, batch in ahead(_batches(path, layer, encoding, _crs(info["crs"]), name, number)):
        each(batch)
        intake.take(batch)
        intake.progress(min(done / total, 1.0), layer)


def _crs(said: object) -> str:
    """GeoPackage has two systems that mean "undefined": they are no answer."""
    text = str(said or "")
    return "" if "undefined" in text[:80].lower() else text


def _batches(
    path: Path, layer: str, encoding: str | None, crs: str, name: str | None, number: str
) -> Iterator[tuple[int, Features]]:
    import pyogrio

    done = 0
    place: dict[str, Any] = {}
    while True:
        meta, fids, wkb, columns = pyogrio.raw.read(
            str(path), layer=layer, encoding=encoding, max_features=BATCH, return_fids=True, **place
        )
        if not len(fids):
            return
        yield done + len(fids), _features(layer if name is None else name, crs, meta, fids, wkb, columns)
        done += len(fids)
        if len(fids) < BATCH:
            return
        place = {"where": f'"{number}" > {int(fids[-1])}'} if number else {"skip_features": done}


def _features(layer: str, crs: str, meta: dict[str, Any], fids: Any, wkb: Any, columns: list[Any]) -> Features:
    names = [str(name) for name in meta["fields"]]
    listed = [column.astype(object) if column.dtype.kind != "M" else column for column in columns]
    attributes = (
        [dict(zip(names, row, strict=True)) for row in zip(*map(list, listed), strict=True)]
        if names
        else [{} for _ in fids]
    )
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    faults = {int(at): ("geometry-unreadable", "") for at in np.flatnonzero(shapely.is_missing(shapes) & (wkb != None))}  # noqa: E711
    return Features(layer, crs, shapes, attributes, [str(fid) for fid in fids], faults, tuple(names))
