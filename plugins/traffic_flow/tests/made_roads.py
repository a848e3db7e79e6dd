"""Tables of roads for tests, as the program gives them."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from traffic_flow.network import RoadNetwork, build

Row = dict[str, Any]


def road(*xy: tuple[float, float], **fields: Any) -> Row:
    return {"geometry": shapely.MultiLineString([xy]), "class": "residential", **fields}


def table(*rows: Row) -> gpd.GeoDataFrame:
    """Roads as the program gives them: every column there, numbers as floats."""
    names = ("name", "class", "oneway", "source_id", "attributes")
    made: Row = {"id": [row.get("id", f"r{i}") for i, row in enumerate(rows)]}
    made |= {name: np.array([row.get(name) for row in rows] + [None], object)[:-1] for name in names}
    made |= {
        name: np.array([row.get(name, np.nan) for row in rows], float)
        for name in ("lanes", "speed_km_h", "level", "width_m")
    }
    made |= {name: np.array([row.get(name, False) for row in rows], bool) for name in ("bridge", "tunnel")}
    return gpd.GeoDataFrame(made, geometry=np.array([row["geometry"] for row in rows] + [None], object)[:-1])


def network(*rows: Row, **options: Any) -> RoadNetwork:
    return build(table(*rows), **options)


def tags(**words: str) -> str:
    return json.dumps({key.replace("__", ":"): word for key, word in words.items()})


def near(net: RoadNetwork, x: float, y: float) -> list[int]:
    return np.flatnonzero(np.hypot(*(net.node_xy - (x, y)).T) < 1e-6).tolist()
