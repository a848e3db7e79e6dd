"""A project with a few square buildings and observations beside them, made through the door that imports use."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import shapely

from vidbudova.formats.staging import Staging
from vidbudova.session import Session
from vidbudova.store.project import create

EAST, NORTH = 390_000.0, 5_218_000.0
CRS = "EPSG:32637"


def box(x: float, y: float, side: float = 10.0) -> shapely.Polygon:
    """A square with its lower left corner metres from the project's corner."""
    return shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def place(x: float, y: float) -> shapely.Point:
    return shapely.Point(EAST + x, NORTH + y)


def new(path: Path, author: str = "Olena") -> Session:
    """An empty project whose clock ticks a second an edit."""
    ticks = itertools.count(1_780_000_000_000, 1000)
    return Session(create(path, CRS), author, clock=lambda: next(ticks))


def add_layer(session: Session, folder: Path, table: str, rows: Iterable[Mapping[str, Any]], name: str) -> None:
    """Bring rows in as a layer; `geom` is a shapely geometry."""
    listed = [{**row, **_shape(table, row), "source_id": row["id"]} for row in rows]
    staging = folder / f"{name}.staging"
    writer = Staging(staging)
    writer.add(table, listed)
    writer.close({"file": name})
    sha256 = hashlib.sha256(json.dumps([r["id"] for r in listed]).encode()).hexdigest()
    session.add_layer(
        staging, {"source": name, "name": name, "sha256": sha256, "layers": [{"kind": table, "name": name}]}
    )
    staging.unlink()


def _shape(table: str, row: Mapping[str, Any]) -> dict[str, bytes]:
    return {"geom": _wkb(table, row["geom"])} if "geom" in row else {}


def _wkb(table: str, shape: shapely.Geometry) -> bytes:
    """As readers stage it: the type of the table."""
    many = table == "buildings" and shape.geom_type == "Polygon"
    return bytes(shapely.to_wkb(shapely.MultiPolygon([shape]) if many else shape))


def row_of_houses(count: int = 4, gap: float = 20.0) -> list[dict[str, Any]]:
    """Houses b0, b1 … side by side: 10 m squares with their left edges `gap` apart."""
    return [
        {"id": f"b{i}", "geom": box(i * gap, 0), "street": "Peace Avenue", "house_number": str(i + 1), "levels": 5.0,
         "height_m": 15.0, "use": "apartments"}
        for i in range(count)
    ]  # fmt: skip


def roof_mark(id: str, x: float, y: float, raw: str, reading: str, **more: Any) -> dict[str, Any]:
    """A satellite's point."""
    return {
        "id": id, "geom": place(x, y), "target": "building", "evidence": "satellite", "scale": "unosat",
        "latest_raw": raw, "latest_grade": reading, "latest_on": "2022-05-12", **more,
    }  # fmt: skip


def np_corners(x: float, y: float, side: float) -> Any:
    """The ring of a square as (5, 2) coordinates."""
    return shapely.get_coordinates(box(x, y, side))
