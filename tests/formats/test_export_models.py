from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from solids3d import CUBE, SHELL, InHouse

from vidbudova.errors import UserError
from vidbudova.formats import export_models
from vidbudova.formats.bodies import Bodies, Body, is_closed, prism, welded
from vidbudova.formats.facets import rings_of, triangles_of
from vidbudova.formats.spatial import from_earth, to_earth

CRS = "EPSG:32637"
X, Y = 500_123.456, 5_200_321.987
YARD = shapely.Polygon(
    [(X, Y), (X + 20, Y), (X + 20, Y + 20), (X, Y + 20)],
    [[(X + 5, Y + 5), (X + 15, Y + 5), (X + 15, Y + 15), (X + 5, Y + 15)]],
)
PARTED = shapely.MultiPolygon([shapely.box(X + 50, Y, X + 60, Y + 8), shapely.box(X + 70, Y, X + 80, Y + 8)])


def own() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    at = np.array(CUBE, float) + [X + 100, Y, 12.345]
    corners = np.array([at[[f[0][0], f[0][a], f[0][a + 1]]] for f in SHELL for a in (1, 2)])
    return corners, np.repeat(np.array([1, 3, 2, 2, 2, 2], np.uint8), 2)


def bodies() -> Bodies:
    corners, surface = own()
    return Bodies(
        CRS,
        "EGM96 height",
        "buildings",
        [
            Body("yard", {"height_m": 9.5, "name": "Школа № 3", "damage_reading": "4"}, YARD, 0.0, 9.5),
            Body("two", {"height_m": 5.0, "use": None}, PARTED, 0.0, 5.0),
            Body("own", {"height_m": 6.0}, shapely.box(X + 100, Y, X + 110, Y + 8), 12.345, 18.345, "",
                 corners, surface, "2", (200, 30, 30)),
            Body("part", {"height_m": 3.0}, shapely.box(X, Y + 40, X + 5, Y + 45), 0.0, 3.0, "yard"),
        ],
    )  # fmt: skip


def ring_area(rings: list[list[int]], vertices: np.ndarray[Any, Any]) -> float:
    return float(shapely.Polygon(vertices[rings[0], :2], [vertices[r, :2] for r in rings[1:]]).area)


def test_that_cityjson_out_and_in_gives_the_same_buildings(tmp_path: Path) -> None:
    for name in ("a.city.json", "a.city.jsonl"):
        export_models.write(tmp_path / name, bodies())
        taken = InHouse(tmp_path / name.replace(".", "-"))
        taken.folder.mkdir()
        found = taken(tmp_path / name, project_crs=CRS)
        rows = {row["source_id"]: row for row in found.rows("buildings")}
        assert set(rows) == {"yard", "two", "own", "part"}
        for body in bodies().listed:
            shape = shapely.from_wkb(rows[body.id]["geom"])
            assert shapely.hausdorff_distance(shape, body.footprint) < 0.001
            assert rows[body.id]["height_m"] == body.attributes["height_m"]
        assert rows["part"]["part_of"] == rows["yard"]["id"]
        assert rows["yard"]["name"] == "Школа № 3"
        assert not [code for code in found.problems() if code.startswith("solid")]


def test_that_surfaces_go_out_and_come_in_within_a_millimetre(tmp_path: Path) -> None:
    export_models.write(tmp_path / "a.city.json", bodies())
    found = InHouse(tmp_path)(tmp_path / "a.city.json", project_crs=CRS)
    mesh = next(m for m in found.surfaces() if len(m["triangles"]) == 12)
    points = np.unique(np.round(mesh["points"].astype(float) + mesh.meta["origin"], 4), axis=0)
    wanted = np.unique(np.round(own()[0].reshape(-1, 3), 4), axis=0)
    assert np.abs(points - wanted).max() < 0.001
    assert np.bincount(mesh["surface"]).tolist() == [0, 2, 8, 2]


def test_that_the_file_has_the_structure_of_cityjson_2(tmp_path: Path) -> None:
    export_models.write(tmp_path / "a.city.json", bodies())
    said = json.loads((tmp_path / "a.city.json").read_text(encoding="utf-8"))
    assert (said["type"], said["version"]) == ("CityJSON", "2.0")
    assert said["metadata"]["referenceSystem"] == "https://www.opengis.net/def/crs/EPSG/0/32637"
    assert said["CityObjects"]["yard"]["children"] == ["part"]
    assert said["CityObjects"]["part"]["parents"] == ["yard"]
    vertices = np.array(said["vertices"])
    assert vertices.dtype == np.int64
    for one in said["CityObjects"].values():
        for geometry in one["geometry"]:
            kinds = geometry.get("semantics", {}).get("values")
            depth = {"MultiSurface": 1, "Solid": 2, "CompositeSolid": 3}[geometry["type"]]
            flat, values = geometry["boundaries"], kinds
            for _level in range(depth - 1):
                flat = [face for shell in flat for face in shell]
                values = [v for shell in values for v in shell] if values else None
            assert values is None or len(values) == len(flat)
            assert all(0 <= v < len(vertices) for face in flat for ring in face for v in ring)
            assert all(len(ring) >= 3 for face in flat for ring in face)
    two = said["CityObjects"]["two"]["geometry"]
    assert [one["type"] for one in two] == ["MultiSurface", "CompositeSolid"]


def test_that_a_prism_with_a_yard_is_watertight() -> None:
    faces = prism(shapely.orient_polygons(YARD), 0.0, 9.5)
    rings = rings_of(faces)
    corners = rings.xyz[triangles_of(rings, len(faces))[0]]
    assert is_closed(welded(corners)[1])
    near = corners - corners[0, 0]
    volume = np.einsum("ij,ij->i", near[:, 0], np.cross(near[:, 1], near[:, 2])).sum() / 6
    assert volume == pytest.approx(300.0 * 9.5, rel=1e-6)


def opened(path: Path) -> tuple[dict[str, Any], bytes]:
    raw = path.read_bytes()
    magic, version, total, length, kind = struct.unpack("<IIIII", raw[:20])
    assert (magic, version, total, kind) == (0x46546C67, 2, len(raw), 0x4E4F534A)
    assert length % 4 == 0
    return json.loads(raw[20 : 20 + length]), raw[28 + length :]


def values(said: dict[str, Any], data: bytes, accessor: int) -> np.ndarray[Any, Any]:
    one = said["accessors"][accessor]
    view = said["bufferViews"][one["bufferView"]]
    wide = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[one["type"]]
    kind = {5126: np.float32, 5121: np.uint8}[one["componentType"]]
    return np.frombuffer(data, kind, one["count"] * wide, view["byteOffset"]).reshape(-1, wide)


def strings(said: dict[str, Any], data: bytes, name: str) -> list[str]:
    one = said["extensions"]["EXT_structural_metadata"]["propertyTables"][0]["properties"][name]
    text, ends = said["bufferViews"][one["values"]], said["bufferViews"][one["stringOffsets"]]
    at = np.frombuffer(data, np.uint32, ends["byteLength"] // 4, ends["byteOffset"])
    raw = data[text["byteOffset"] : text["byteOffset"] + text["byteLength"]]
    return [raw[a:b].decode() for a, b in zip(at[:-1], at[1:], strict=True)]


def test_that_gltf_stands_upright_and_names_every_building(tmp_path: Path) -> None:
    export_models.write(tmp_path / "a.glb", bodies())
    said, data = opened(tmp_path / "a.glb")
    mesh = said["meshes"][0]["primitives"][0]
    places = values(said, data, mesh["attributes"]["POSITION"])
    number = values(said, data, mesh["attributes"]["_FEATURE_ID_0"]).ravel()
    assert strings(said, data, "id") == ["yard", "two", "own", "part"]
    assert strings(said, data, "name")[0] == "Школа № 3"
    shift = np.array(said["nodes"][0]["translation"])
    origin = np.array(said["asset"]["extras"]["origin"])
    mine = (places[number == 2] + shift).astype(float)
    back = np.column_stack([mine[:, 0], -mine[:, 2], mine[:, 1]]) + origin
    assert back.min(axis=0) == pytest.approx([X + 100, Y, 12.345], abs=0.001)
    assert back.max(axis=0) == pytest.approx([X + 110, Y + 8, 18.345], abs=0.001)
    colour = values(said, data, mesh["attributes"]["COLOR_0"])[number == 2][0]
    assert colour[0] > 4 * colour[1]


def test_that_tiles_lie_on_the_earth_within_a_millimetre(tmp_path: Path) -> None:
    export_models.write(tmp_path / "tileset.json", bodies())
    tileset = json.loads((tmp_path / "tileset.json").read_text(encoding="utf-8"))
    assert tileset["asset"]["version"] == "1.1"
    root = tileset["root"]
    said, data = opened(tmp_path / root["content"]["uri"])
    mesh = said["meshes"][0]["primitives"][0]["attributes"]
    number = values(said, data, mesh["_FEATURE_ID_0"]).ravel()
    local = values(said, data, mesh["POSITION"])[number == 2].astype(float)
    turned = np.column_stack([local[:, 0], -local[:, 2], local[:, 1], np.ones(len(local))])
    earth = (turned @ np.array(root["transform"]).reshape(4, 4))[:, :3]
    wanted = to_earth(own()[0].reshape(-1, 3), CRS)
    away = np.linalg.norm(earth[:, None] - wanted[None], axis=2).min(axis=1)
    assert away.max() < 0.001
    assert from_earth(earth, CRS)[:, 2].max() == pytest.approx(18.345, abs=0.001)
    west, south, east, north, low, high = root["boundingVolume"]["region"]
    assert west < east and south < north and (low, high) == (0.0, pytest.approx(18.345))


def test_that_many_buildings_become_a_tree_of_tiles(tmp_path: Path) -> None:
    listed = [
        Body(
            f"b{k}",
            {},
            shapely.box(X + 30 * (k % 50), Y + 30 * (k // 50), X + 30 * (k % 50) + 10, Y + 30 * (k // 50) + 10),
            0.0,
            5.0,
        )
        for k in range(1800)
    ]
    export_models.write(tmp_path / "tileset.json", Bodies(CRS, "", "b", listed))
    root = json.loads((tmp_path / "tileset.json").read_text(encoding="utf-8"))["root"]
    assert root["geometricError"] > root["children"][0]["geometricError"]
    assert len(root["children"]) == 4
    ids: list[str] = []
    for path in sorted((tmp_path / "tiles").iterdir()):
        ids += strings(*opened(path), "id")
    assert sorted(ids) == sorted(body.id for body in listed)


def test_that_no_half_file_stays_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        export_models.write(tmp_path / "nowhere" / "a.glb", bodies())
    (tmp_path / "a.city.json").mkdir()
    with pytest.raises(UserError):
        export_models.write(tmp_path / "a.city.json", bodies())
    assert [path.name for path in tmp_path.iterdir()] == ["a.city.json"]
