"""The sample city as rows of the schema, in staging files: the city, and apart from it what satellites saw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from vidbudova.formats.staging import Staging
from vidbudova.model.ids import source_id
from vidbudova.session.sampling import ground, nets, supply, transit, utilities
from vidbudova.session.sampling.city import Town
from vidbudova.session.sampling.plan import Plan
from vidbudova.session.sampling.ruin import Harm
from vidbudova.session.sampling.streets import SHAPE
from vidbudova.session.sampling.transit import Transit
from vidbudova.session.sampling.utilities import Net

VERSION = 2
"""To be raised when the same seed begins to give another city."""

Row = dict[str, Any]
TREES_PER_BUILDING, MANY_TREES = 2.6, 200_000


def checksum(buildings: int, seed: int, part: str) -> str:
    """What stands for the sha256 of a file that never was."""
    return hashlib.sha256(f"vidbudova sample {VERSION} {part} {buildings} {seed}".encode()).hexdigest()


def building_ids(town: Town, seed: int) -> list[str]:
    """Ids of the buildings, in the order of the town's rows."""
    sha = checksum(len(town.shapes), seed, "city")
    return [source_id(sha, str(n + 1), "buildings") for n in range(len(town.shapes))]


def stage_city(path: Path, town: Town, seed: int, crs: str) -> dict[str, Any]:
    """Write the city's staging file; gives the fields of its layers."""
    sha = checksum(len(town.shapes), seed, "city")
    streets = utilities.streets_of(town)
    nets_ = [*utilities.nets(streets), supply.power(streets)]
    lines = transit.transit(streets)
    by_name = {net.name: net for net in nets_}
    tracks = ({k: v for k, v in row.items() if k != "piece"} for row in lines.tracks)
    ids = building_ids(town, seed)
    tables: dict[str, Iterator[Row]] = {
        "terrain": iter(()),
        "buildings": _buildings(town),
        "roads": _roads(town),
        "junctions": iter(transit.junctions(streets)),
        "rail": chain(nets.rails(town.plan), tracks),
        "transit": iter(lines.lines),
        "water": iter([{"geom": town.water, "name": "річка Зразкова", "kind": "river"}]),
        "waterways": iter([{"geom": _course(town.plan), "name": "річка Зразкова", "kind": "river"}]),
        "landuse": ({"geom": g, "kind": kind, "name": name or None} for g, kind, name in town.lots.land),
        "trees": _trees(town, seed),
        "places": _places(town, lines),
        "power": chain(by_name["power"].links, [nets.mast(town.plan)]),
        "pipelines": chain.from_iterable(by_name[n].links for n in ("water", "sewage", "heating", "gas")),
        "telecom": iter(by_name["telecom"].links),
        "utility_nodes": chain.from_iterable(net.nodes for net in nets_),
        "connections": _connections(ids, nets_),
    }
    titles = {"buildings": "Зразок: будівлі", "roads": "Зразок: вулиці"}
    return _fields("Зразок (city)", sha, _stage(path, sha, tables, titles, (town.plan, crs)))


def _connections(ids: list[str], nets_: list[Net]) -> Iterator[Row]:
    names = [net.name for net in nets_]
    for building, *codes in zip(ids, *(net.hang.tolist() for net in nets_), strict=True):
        yield {"building": building, **dict(zip(names, codes, strict=True))}


def _terrain(staging: Staging, path: Path, plan: Plan, crs: str) -> Row:
    grid = path.with_suffix(".arrays")
    row = ground.write(grid, plan, crs)
    return {**row, "file": staging.add_file(grid)}


def stage_observations(path: Path, town: Town, harm: Harm, seed: int) -> dict[str, Any]:
    """Write what the satellites saw; gives the fields of its layer."""
    sha = checksum(len(town.shapes), seed, "observations")
    ids = {row["k"]: source_id(sha, str(n + 1), "observations") for n, row in enumerate(harm.observations)}
    seen = ({name: value for name, value in row.items() if name != "k"} for row in harm.observations)
    dated = ({**row, "observation": ids[row["observation"]]} for row in harm.sightings)
    listed = _stage(
        path, sha, {"observations": seen, "sightings": dated}, {"observations": "Зразок: супутникова оцінка"}
    )
    return _fields("Зразок (observations)", sha, listed[:1])


def _fields(source: str, sha: str, layers: list[Row]) -> dict[str, Any]:
    said = {"licence": "CC0-1.0", "attribution": "Vidbudova, made-up sample city"}
    return {"source": source, "sha256": sha, "format": "sample", "crs": "EPSG:32637", **said, "layers": layers}


def _stage(
    path: Path,
    sha: str,
    tables: Mapping[str, Iterator[Row]],
    titles: Mapping[str, str],
    relief: tuple[Plan, str] | None = None,
) -> list[Row]:
    staging = Staging(path)
    for table, rows in tables.items():
        given = iter([_terrain(staging, path, *relief)]) if table == "terrain" and relief else rows
        first = 1
        while batch := list(islice(given, BATCH)):
            staging.add(table, _finished(sha, table, first, batch))
            first += len(batch)
    layers = [{"kind": kind, "name": titles.get(kind, f"Зразок: {TITLES.get(kind, kind)}")} for kind in tables]
    staging.close({"format": "sample", "sha256": sha})
    return layers


BATCH = 20_000
TITLES = {
    "terrain": "рельєф",
    "junctions": "перехрестя",
    "transit": "громадський транспорт",
    "telecom": "зв’язок",
    "utility_nodes": "вузли мереж",
    "connections": "приєднання будівель",
    "rail": "колії",
    "water": "вода",
    "waterways": "русла",
    "landuse": "землі",
    "trees": "дерева",
    "power": "електромережа",
    "pipelines": "трубопроводи",
    "places": "заклади",
}


def _finished(sha: str, table: str, first: int, batch: list[Row]) -> list[Row]:
    """Rows with their ids; geometry as WKB, numpy's numbers as Python's."""
    shaped = [row for row in batch if isinstance(row.get("geom"), shapely.Geometry)]
    wkb = shapely.to_wkb(np.array([row["geom"] for row in shaped], object)).tolist() if shaped else []
    for row, blob in zip(shaped, wkb, strict=True):
        row["geom"] = blob
    for n, row in enumerate(batch, first):
        for key, value in row.items():
            if isinstance(value, np.generic):
                row[key] = value.item()
        row["source_id"] = name = str(n)
        row["id"] = source_id(sha, name, table)
    return batch


BUILDING_FIELDS = (
    "name",
    "street",
    "house_number",
    "use",
    "levels",
    "height_m",
    "height_source",
    "roof_shape",
    "roof_height_m",
    "material",
    "built_year",
    "flats",
    "people",
    "jobs",
)
NUMBERS = {"levels": float, "built_year": int, "flats": int}


def _buildings(town: Town) -> Iterator[Row]:
    wkb = shapely.to_wkb(town.shapes)
    columns = []
    for name in BUILDING_FIELDS:
        values = town.rows[name].tolist()
        kind = NUMBERS.get(name)
        columns.append([kind(v) for v in values] if kind else values)
    for geom, *values in zip(wkb, *columns, strict=True):
        yield {"geom": geom, **dict(zip(BUILDING_FIELDS, values, strict=True))}


def _roads(town: Town) -> Iterator[Row]:
    roads = town.roads
    for line, kind, name, bridge, oneway in zip(
        roads.lines, roads.kind, roads.name, roads.bridge.tolist(), roads.oneway, strict=True
    ):
        lanes, speed, width = SHAPE[kind]
        yield {
            "geom": line,
            "class": kind,
            "name": name or None,
            "lanes": lanes or None,
            "speed_km_h": speed,
            "width_m": width,
            "oneway": oneway,
            "bridge": int(bridge),
            "tunnel": 0,
            "level": int(bridge),
            "surface": "paving_stones" if kind in ("footway", "path") else "asphalt",
        }


def _course(plan: Plan) -> shapely.Geometry:
    return shapely.linestrings(nets.along(plan, 0.0, float(plan.us[0]) - plan.far_m, float(plan.us[-1]) + plan.far_m))


def _trees(town: Town, seed: int) -> Iterator[Row]:
    n = len(town.shapes)
    points, heights = nets.trees(town, int(min(TREES_PER_BUILDING * n, MANY_TREES + 0.5 * n)), seed)
    for point, height in zip(points, heights.tolist(), strict=True):
        yield {"geom": point, "height_m": height}


def _places(town: Town, lines: Transit) -> Iterator[Row]:
    """Stops first: the lines name them by their number."""
    yield from lines.stops
    yield nets.station(town.plan)
    for at, kind, name, capacity in town.lots.places:
        yield {"geom": shapely.points(np.round(at, 2)), "kind": kind, "name": name, "capacity": capacity or None}
    public = np.flatnonzero(town.rows["use"] == "public")
    for n, row in enumerate(public[:: max(1, len(public) // max(2, len(town.shapes) // 4000))].tolist()):
        kind, name = (("fire_station", "Пожежна частина"), ("police", "Відділення поліції"), ("clinic", "Поліклініка"))[
            n % 3
        ]
        yield {
            "geom": shapely.centroid(town.shapes[row]),
            "kind": kind,
            "name": f"{name} № {n // 3 + 1}",
            "capacity": None,
        }
