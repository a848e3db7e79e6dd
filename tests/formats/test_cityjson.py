from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from PIL import Image
from solids3d import CUBE, SHELL, InHouse, building, model, solid, written

from vidbudova.errors import UserError
from vidbudova.formats import cityjson_reach
from vidbudova.model import crs as crs_rules


@pytest.fixture
def take(tmp_path: Path) -> InHouse:
    return InHouse(tmp_path)


def test_that_a_solid_becomes_a_footprint_with_its_height_and_a_closed_mesh(take: InHouse, tmp_path: Path) -> None:
    taken = take(written(tmp_path / "a.city.json", model({"b": building()})))
    (row,) = taken.rows("buildings")
    assert shapely.from_wkb(row["geom"]).area == pytest.approx(80.0)
    assert (row["height_m"], row["height_source"], row["roof_shape"]) == (6.0, "tagged", "flat")
    (mesh,) = taken.surfaces()
    corners = mesh["points"][mesh["triangles"]].astype(np.float64)
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert volume == pytest.approx(480.0, rel=1e-3)
    assert Counter(mesh["surface"].tolist()) == {1: 2, 3: 2, 2: 8}
    assert mesh.meta["ids"] == [row["id"]]
    assert taken.problems() == {"heights-unknown": 1}


def test_that_coordinates_come_in_within_a_millimetre(take: InHouse, tmp_path: Path) -> None:
    vertices = [[x + 3456.789, y + 2345.678, z + 0.123] for x, y, z in CUBE]
    (mesh,) = take(written(tmp_path / "a.city.json", model({"b": building()}, vertices))).surfaces()
    found = np.unique(np.round(mesh["points"].astype(np.float64) + mesh.meta["origin"], 4), axis=0)
    wanted = np.unique(np.array(vertices) + [500_000.0, 5_200_000.0, 40.0], axis=0)
    assert np.abs(found - wanted).max() < 0.001


def test_that_parts_name_their_building_and_a_building_of_parts_has_the_outline_of_all(
    take: InHouse, tmp_path: Path
) -> None:
    beside = [[x + 10, y, z * 2] for x, y, z in CUBE]
    moved = [[[k + 8 for k in ring] for ring in face] for face in SHELL]
    objects = {
        "whole": {"type": "Building", "children": ["p", "q"]},
        "p": {"type": "BuildingPart", "parents": ["whole"], "geometry": [solid()]},
        "q": {"type": "BuildingPart", "parents": ["whole"], "geometry": [solid(moved)]},
    }
    taken = take(written(tmp_path / "a.city.json", model(objects, [*CUBE, *beside])))
    rows = {row["source_id"]: row for row in taken.rows("buildings")}
    assert {rows["p"]["part_of"], rows["q"]["part_of"]} == {rows["whole"]["id"]}
    assert shapely.from_wkb(rows["whole"]["geom"]).area == pytest.approx(160.0)
    assert rows["whole"]["height_m"] == 12.0
    assert taken.report["kept"] == 3


def test_that_one_part_that_is_the_whole_is_no_duplicate(take: InHouse, tmp_path: Path) -> None:
    objects = {
        "whole": {"type": "Building", "children": ["p"]},
        "p": {"type": "BuildingPart", "parents": ["whole"], "geometry": [solid()]},
    }
    assert take(written(tmp_path / "a.city.json", model(objects))).report["kept"] == 2


def test_that_a_face_with_a_hole_keeps_the_hole(take: InHouse, tmp_path: Path) -> None:
    inner = [[2, 2, 0], [4, 2, 0], [4, 4, 0], [2, 4, 0]]
    face = {"type": "MultiSurface", "lod": "1", "boundaries": [[[0, 3, 2, 1], [8, 9, 10, 11]]]}
    objects = {"a": {"type": "Building", "geometry": [face]}}
    taken = take(written(tmp_path / "a.city.json", model(objects, [*CUBE, *inner])))
    (mesh,) = taken.surfaces()
    corners = mesh["points"][mesh["triangles"]].astype(np.float64)
    area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert area[:, 2].sum() / 2 == pytest.approx(-76.0, rel=1e-4)
    assert shapely.from_wkb(taken.rows("buildings")[0]["geom"]).area == pytest.approx(76.0)


@pytest.mark.parametrize(
    ("faces", "code"),
    [
        (SHELL[:-1], "solid-302"),
        (SHELL[:3], "solid-301"),
        ([*SHELL[:-1], [[7, 4, 0, 3]]], "solid-307"),
        ([*SHELL[:-1], [[3, 0, 0, 4, 7]]], "solid-102"),
        ([*SHELL[:-1], [[3, 0]]], "solid-101"),
        ([[[0, 2, 3, 1]], *SHELL[1:]], "solid-104"),
    ],
)
def test_that_unsound_solids_come_in_with_the_number_of_what_is_wrong(
    take: InHouse, tmp_path: Path, faces: list[Any], code: str
) -> None:
    said = {"type": "Solid", "lod": "2", "boundaries": [faces]}
    objects = {"b": {"type": "Building", "geometry": [said], "attributes": {"height": 6}}}
    taken = take(written(tmp_path / "a.city.json", model(objects)))
    assert code in taken.problems()


def test_that_a_face_that_is_not_flat_is_told(take: InHouse, tmp_path: Path) -> None:
    bent = [*CUBE[:6], [10, 8, 9], CUBE[7]]
    assert "solid-203" in take(written(tmp_path / "a.city.json", model({"b": building()}, bent))).problems()


@pytest.mark.parametrize(
    ("kind", "table", "what"),
    [
        ("Road", "landuse", "road"),
        ("WaterBody", "water", "water"),
        ("PlantCover", "landuse", "forest"),
        ("Bridge", "features", "bridge"),
        ("+Bench", "features", "Bench"),
    ],
)
def test_that_other_city_objects_go_to_tables_of_their_own(
    take: InHouse, tmp_path: Path, kind: str, table: str, what: str
) -> None:
    flat = {"type": "MultiSurface", "lod": "1", "boundaries": [SHELL[1]]}
    taken = take(written(tmp_path / "a.city.json", model({"a": {"type": kind, "geometry": [flat]}})))
    (row,) = taken.rows(table)
    assert row["kind"] == what


def test_that_templates_stand_where_their_instances_say(take: InHouse, tmp_path: Path) -> None:
    turn = [2.0, 0, 0, 0, 0, 2.0, 0, 0, 0, 0, 2.0, 0, 0, 0, 0, 1.0]
    instance = {"type": "GeometryInstance", "template": 0, "boundaries": [0], "transformationMatrix": turn}
    tree = {"type": "SolitaryVegetationObject", "geometry": [instance]}
    templates = {"templates": [solid(lod="3")], "vertices-templates": [[float(v) for v in row] for row in CUBE]}
    said = model({"t": tree}, [[100, 200, 0]], **{"geometry-templates": templates})
    taken = take(written(tmp_path / "a.city.json", said))
    (row,) = taken.rows("trees")
    assert row["height_m"] == 12.0
    (mesh,) = taken.surfaces("backdrop")
    found = mesh["points"].astype(np.float64) + mesh.meta["origin"]
    assert found.min(axis=0) == pytest.approx([500_100.0, 5_200_200.0, 40.0], abs=0.001)
    assert np.ptp(found, axis=0) == pytest.approx([20.0, 16.0, 12.0], abs=0.001)


def test_that_materials_and_pictures_beside_the_file_dress_the_surfaces(take: InHouse, tmp_path: Path) -> None:
    (tmp_path / "looks").mkdir()
    Image.new("RGB", (8, 4), (200, 30, 30)).save(tmp_path / "looks" / "brick.jpg")
    values: list[Any] = [[[None]]] * 6
    values[1] = [[0, 0, 1, 2, 3]]
    dressed = solid() | {
        "texture": {"a": {"values": [values]}},
        "material": {"a": {"values": [[0, None, None, None, None, None]]}},
    }
    looks = {
        "textures": [{"type": "JPG", "image": "looks/brick.jpg"}],
        "vertices-texture": [[0, 0], [1, 0], [1, 1], [0, 1]],
        "materials": [{"name": "m", "diffuseColor": [1.0, 0.5, 0.0]}],
    }
    taken = take(written(tmp_path / "a.city.json", model({"b": building(geometry=[dressed])}, appearance=looks)))
    (mesh,) = taken.surfaces()
    roof = mesh["surface"] == 3
    assert set(mesh["image"][roof].tolist()) == {0} and set(mesh["image"][~roof].tolist()) == {-1}
    assert mesh["rgb"][mesh["surface"] == 1].tolist() == [[255, 128, 0]] * 2
    assert np.ptp(mesh["uv"][mesh["triangles"][roof].ravel()], axis=0).tolist() == [1.0, 1.0]
    assert mesh["pixels"][:3].tobytes() == b"\xff\xd8\xff"


@pytest.mark.parametrize("name", ["../secret.jpg", "/etc/secret.jpg", "http://example.org/a.jpg", "link.jpg"])
def test_that_no_picture_outside_of_the_folder_is_opened(take: InHouse, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.jpg")
    (folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    dressed = solid() | {"texture": {"a": {"values": [[[[0, 0, 1, 2, 0]]] * 6]}}}
    looks = {"textures": [{"type": "JPG", "image": name}], "vertices-texture": [[0, 0], [1, 0], [1, 1]]}
    taken = take(written(folder / "a.city.json", model({"b": building(geometry=[dressed])}, appearance=looks)))
    assert taken.problems()["texture-missing"] == 1
    assert "image" not in taken.surfaces()[0]


def test_that_features_line_by_line_have_vertices_of_their_own(take: InHouse, tmp_path: Path) -> None:
    head = model({}, [])
    lines = [head]
    for k in range(3):
        rows = [[round(v * 1000) for v in (x + 20 * k, y, z)] for x, y, z in CUBE]
        lines.append({"type": "CityJSONFeature", "id": f"b{k}", "CityObjects": {f"b{k}": building()}, "vertices": rows})
    path = tmp_path / "a.city.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\nnonsense\n", encoding="utf-8")
    taken = take(path)
    assert len(taken.rows("buildings")) == 3
    assert taken.problems()["feature-malformed"] == 1
    x = sorted(shapely.from_wkb(row["geom"]).bounds[0] for row in taken.rows("buildings"))
    assert x == pytest.approx([500_000, 500_020, 500_040])


@pytest.mark.parametrize(
    ("said", "datum"),
    [
        ("https://www.opengis.net/def/crs/EPSG/0/7415", "NAP height"),
        ("urn:ogc:def:crs:EPSG::7415", "NAP height"),
        ("urn:ogc:def:crs,crs:EPSG::28992,crs:EPSG::5709", "NAP height"),
        ("EPSG:28992", None),
    ],
)
def test_that_a_system_is_known_in_all_its_spellings(
    take: InHouse, tmp_path: Path, said: str, datum: str | None
) -> None:
    shift = {**model({})["transform"], "translate": [85_000.0, 446_000.0, 0.0]}
    path = written(
        tmp_path / "a.city.json", model({"b": building()}, transform=shift, metadata={"referenceSystem": said})
    )
    taken = take(path, project_crs="EPSG:28992")
    assert taken.report["crs"] == "EPSG:28992"
    assert taken.rows("models")[0]["height_datum"] == datum
    assert shapely.from_wkb(taken.rows("buildings")[0]["geom"]).bounds[0] == pytest.approx(85_000.0)


def test_that_a_model_without_a_system_asks_for_it(take: InHouse, tmp_path: Path) -> None:
    path = written(tmp_path / "a.city.json", model({"b": building()}, metadata={}))
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key == "crs-missing"
    assert take(path, crs="EPSG:32637").report["kept"] == 1


def test_that_vertices_that_are_not_there_cost_only_their_faces(take: InHouse, tmp_path: Path) -> None:
    shell = [*SHELL[:-1], [[3, 0, 4, 99]]]
    taken = take(written(tmp_path / "a.city.json", model({"b": building(geometry=[solid(shell)])})))
    assert taken.problems()["no-vertex"] == 1
    assert taken.report["kept"] == 1


def test_that_an_object_without_any_shape_is_set_aside(take: InHouse, tmp_path: Path) -> None:
    taken = take(written(tmp_path / "a.city.json", model({"b": building(), "empty": {"type": "Building"}})))
    assert [row["code"] for row in taken.rows("quarantine")] == ["geometry-null"]


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "CityJSON", "version": "2.0", "CityObjects": {"a": {"type": "Building"}, "vertices": []',
        '{"type": "CityJSON", "version": "9.9", "CityObjects": {}, "vertices": []}',
        '{"type": "CityJSON", "version": "2.0", "vertices": []}',
        '{"type": "CityJSON", "version": "2.0", "CityObjects": [], "vertices": []}',
        '{"type": "CityJSON", "version": "2.0", "CityObjects": {}, "vertices": []} trailing',
    ],
)
def test_that_broken_files_give_an_error_and_nothing_else(take: InHouse, tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.city.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError):
        take(path, crs="EPSG:32637")


@pytest.mark.parametrize(
    ("name", "crs", "counts"),
    [
        ("delft.city.json", None, {"buildings": 160, "landuse": 143 + 81 + 126, "water": 3, "features": 3 + 54}),
        ("zurich_lod2.city.json", None, {"buildings": 49 + 161}),
        ("rotterdam_textured/rotterdam_subset.json", "EPSG:7415", {"buildings": 16}),
        ("3dbag_multi_lod.city.json", "EPSG:7415", {"buildings": 10}),
        ("DH_01_subs.city.json", "EPSG:7415", {"buildings": 12}),
        ("nl_3dfier_v10.city.json", None, {"buildings": 26, "landuse": 44 + 11 + 8, "water": 9}),
        ("lod2_buildings_v2.json", None, {"buildings": 100}),
        ("3dbag_b2.city.jsonl", None, {"buildings": 4}),
    ],
)
def test_that_real_models_come_in_whole(
    take: InHouse, shared_data: Path, name: str, crs: str | None, counts: dict[str, int]
) -> None:
    taken = take(shared_data / "city3d" / name, crs=crs, project_crs="EPSG:32631")
    for table, count in counts.items():
        assert len(taken.rows(table)) == count
    assert taken.report["kept"] == taken.report["read"]
    assert taken.rows("models")


def test_that_all_levels_of_detail_come_in(take: InHouse, shared_data: Path) -> None:
    taken = take(shared_data / "city3d" / "3dbag_multi_lod.city.json", crs="EPSG:7415", project_crs="EPSG:28992")
    assert {row["lod"] for row in taken.rows("models")} == {"1.2", "1.3", "2.2"}


def moved(dx: float, dy: float, wide: float = 1.0) -> list[list[float]]:
    return [[x * wide + dx, y * wide + dy, z] for x, y, z in CUBE]


def beside(count: int) -> list[Any]:
    """The shell whose corners follow those of `count` cubes."""
    return [[[k + 8 * count for k in ring] for ring in face] for face in SHELL]


def around(west: float, south: float, east: float, north: float) -> tuple[float, ...]:
    """A box in degrees about metres of the file."""
    corners = np.array([[west, south], [east, north]]) + [500_000.0, 5_200_000.0]
    return tuple(crs_rules.transform(corners, "EPSG:32637", "EPSG:4326").ravel().tolist())


@pytest.mark.parametrize("sequence", [False, True])
def test_that_of_a_box_the_same_comes_in_as_without_looking_ahead(
    take: InHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sequence: bool
) -> None:
    objects = {
        "in": building(),
        "out": building() | {"geometry": [solid(beside(1))]},
        "about the box": building() | {"geometry": [solid(beside(2))]},
        "far whole": {"type": "Building", "children": ["near part"], "geometry": [solid(beside(1))]},
        "near part": {"type": "BuildingPart", "parents": ["far whole"], "geometry": [solid()]},
        "broken": building() | {"geometry": [solid([[[0, 1, 10**9]]])]},
        "strange": building() | {"geometry": [solid([[["a", None, 1]]])]},
        "no shape": {"type": "Building", "geometry": []},
        "tree": {
            "type": "SolitaryVegetationObject",
            "geometry": [{"type": "MultiPoint", "lod": "1", "boundaries": [8]}],
        },
    }
    vertices = [*CUBE, *moved(2000, 0), *moved(-400, -400, 100.0)]
    whole = model(objects, vertices)
    path = written(tmp_path / "a.city.json", whole)
    if sequence:
        head = {name: value for name, value in whole.items() if name not in ("CityObjects", "vertices")}
        feature = {"type": "CityJSONFeature", "CityObjects": objects, "vertices": whole["vertices"]}
        path = tmp_path / "a.city.jsonl"
        path.write_text(
            "\n".join(map(json.dumps, (head | {"CityObjects": {}, "vertices": []}, feature))), encoding="utf-8"
        )
    box = around(-5, -5, 50, 50)
    ahead = take(path, within=box)
    monkeypatch.setattr(cityjson_reach, "misses", lambda *args: False)
    slowly = take(path, within=box)
    for table in ("buildings", "features", "trees", "quarantine"):
        assert ahead.rows(table) == slowly.rows(table)
    assert ahead.problems() == slowly.problems() and ahead.problems()["outside"] == 3
    assert {row["source_id"] for row in ahead.rows("buildings")} == {"in", "about the box", "near part"}
