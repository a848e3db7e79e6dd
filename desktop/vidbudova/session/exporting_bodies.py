"""Buildings as bodies for 3D files: from the models of the project where it has some, on its terrain."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova import paths
from vidbudova.formats import arrays
from vidbudova.formats.bodies import Bodies, Body
from vidbudova.formats.export import Rows
from vidbudova.session.core import Session

FALLBACK_M = 6.0
UNGRADED = "none"
BROKEN = (OSError, ValueError, KeyError, TypeError, IndexError)


def bodies_of(session: Session, rows: Rows) -> Bodies:
    """The rows of buildings as bodies, in their order."""
    surfaces, datum = _surfaces(session)
    shapes = rows.geometries if rows.geometries is not None else np.full(len(rows.ids), None, object)
    columns = rows.columns
    foot = _ground(session, shapes)
    colours = _colours()
    found = []
    for k, id in enumerate(rows.ids):
        attributes = {name: values[k] for name, values in columns.items() if name not in ("attributes", "layer")}
        part_of = str(attributes.pop("part_of", None) or "")
        low = foot[k] + float(attributes.get("min_height_m") or 0.0)
        high = foot[k] + float(attributes.get("height_m") or FALLBACK_M)
        rgb = colours.get(str(attributes.get("damage_reading")), colours[UNGRADED])
        corners, surface, lod = surfaces.get(id, (None, None, "1"))
        if corners is not None:
            low, high = float(corners[..., 2].min()), float(corners[..., 2].max())
        found.append(Body(id, attributes, shapes[k], low, high, part_of, corners, surface, lod, rgb))
    return Bodies(session.crs, datum, rows.name, _of_parts(found))


def _of_parts(found: list[Body]) -> list[Body]:
    """Wholes whose parts are there: these are their shape, from their foot to their top."""
    spans: dict[str, list[tuple[float, float]]] = {}
    for body in found:
        if body.part_of:
            spans.setdefault(body.part_of, []).append((body.low_m, body.high_m))
    made = []
    for body in found:
        if body.corners is None and (span := spans.get(body.id)):
            low, high = min(s[0] for s in span), max(s[1] for s in span)
            body = replace(body, low_m=low, high_m=high, in_parts=True)
        made.append(body)
    return made


def _surfaces(session: Session) -> tuple[dict[str, tuple[Any, Any, str]], str]:
    """The finest surfaces of each building by its id, and above what their heights are."""
    found: dict[str, tuple[Any, Any, str]] = {}
    datum = ""
    for row in session.rows("models").values():
        path = session.layer_file(str(row.get("file") or ""))
        if row.get("role") != "buildings" or path is None:
            continue
        lod, datum = str(row.get("lod") or ""), str(row.get("height_datum") or datum)
        try:
            _collect(arrays.open_arrays(path), lod, found)
        except BROKEN:
            continue  # a damaged file is told by “check”; the building is written as a prism
    return found, datum


def _collect(file: arrays.Arrays, lod: str, found: dict[str, tuple[Any, Any, str]]) -> None:
    points, triangles, surface = file["points"], file["triangles"], file["surface"]
    start, origin = np.asarray(file["owner_start"]), np.array(file.meta["origin"], np.float64)
    for k, id in enumerate(file.meta["ids"]):
        a, b = int(start[k]), int(start[k + 1])
        if b > a and lod > found.get(id, (None, None, ""))[2]:
            found[id] = (points[triangles[a:b]].astype(np.float64) + origin, np.array(surface[a:b]), lod)


def _ground(session: Session, shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """The height of the terrain under the middle of each shape; 0 where there is none."""
    import shapely

    foot = np.zeros(len(shapes))
    middle = shapely.get_coordinates(shapely.centroid(shapes)) if len(shapes) else np.zeros((0, 2))
    there = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    for row in session.rows("terrain").values():
        path = session.layer_file(str(row.get("file") or ""))
        if path is None:
            continue
        try:
            file = arrays.open_arrays(path)
            heights, meta = file["heights"], file.meta
            col = np.round((middle[:, 0] - meta["x0"]) / meta["cell_m"]).astype(np.int64)
            line = np.round((meta["y0"] - middle[:, 1]) / meta["cell_m"]).astype(np.int64)
        except BROKEN:
            continue
        inside = (col >= 0) & (col < heights.shape[1]) & (line >= 0) & (line < heights.shape[0])
        foot[there[inside]] = heights[line[inside], col[inside]]
    return foot


def _colours() -> dict[str, tuple[int, int, int]]:
    said = json.loads(Path(paths.resources("palettes", "damage.json")).read_text(encoding="utf-8"))["grades"]
    return {key: (int(c[1:3], 16), int(c[3:5], 16), int(c[5:7], 16)) for key, c in said.items()}
