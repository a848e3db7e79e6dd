from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from solids3d import CUBE, SHELL, InHouse

from vidbudova.errors import UserError
from vidbudova.formats import export_models
from vidbudova.formats.bodies import Bodies, Body
from vidbudova.formats.spatial import to_earth
from vidbudova.formats.tile_trees import implicit

CRS = "EPSG:32637"
AT = np.array([500_000.0, 5_200_000.0, 40.0])
TRIANGLES = [[face[0][0], face[0][k], face[0][k + 1]] for face in SHELL for k in (1, 2)]


@pytest.fixture
def take(tmp_path: Path) -> InHouse:
    return InHouse(tmp_path)


def gltf(**more: Any) -> tuple[dict[str, Any], bytes]:
    """The cube, y up, as a document and its bytes."""
    cube = np.array(CUBE, np.float32)
    places = np.column_stack([cube[:, 0], cube[:, 2], -cube[:, 1]]).astype(np.float32)
    indices = np.array(TRIANGLES, np.uint16).ravel()
    data = places.tobytes() + indices.tobytes()
    said = {
        "asset": {"version": "2.0", "extras": {"crs": CRS, "origin": AT.tolist()}},
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "cube"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 36, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 96},
            {"buffer": 0, "byteOffset": 96, "byteLength": 72},
        ],
        "buffers": [{"byteLength": len(data)}],
    }
    return said | more, data


def glb(said: dict[str, Any], data: bytes) -> bytes:
    head = json.dumps(said).encode()
    head += b" " * (-len(head) % 4)
    chunks = struct.pack("<II", len(head), 0x4E4F534A) + head + struct.pack("<II", len(data), 0x004E4942) + data
    return struct.pack("<III", 0x46546C67, 2, 12 + len(chunks)) + chunks


def places(found: Any) -> np.ndarray[Any, Any]:
    (mesh,) = found.surfaces("backdrop")
    return np.unique(np.round(mesh["points"].astype(float) + mesh.meta["origin"], 3), axis=0)


def wanted() -> np.ndarray[Any, Any]:
    return np.unique(np.array(CUBE, float) + AT, axis=0)


def test_that_a_glb_stands_upright_where_it_says(take: InHouse, tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(glb(*gltf()))
    found = take(tmp_path / "a.glb")
    assert places(found) == pytest.approx(wanted(), abs=0.001)
    (mesh,) = found.surfaces("backdrop")
    assert mesh.meta["ids"] == ["cube"]
    corners = mesh["points"][mesh["triangles"]].astype(float)
    near = corners - corners.mean(axis=(0, 1))
    assert np.einsum("ij,ij->i", near[:, 0], np.cross(near[:, 1], near[:, 2])).sum() / 6 == pytest.approx(480, rel=1e-3)


def test_that_buffers_and_pictures_beside_the_file_are_read(take: InHouse, tmp_path: Path) -> None:
    said, data = gltf(
        materials=[{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        textures=[{"source": 0}],
        images=[{"uri": "wall.png"}],
    )
    Image.new("RGB", (4, 4), (90, 20, 10)).save(tmp_path / "wall.png")
    uv = np.tile(np.array([[0.0, 0.25]], np.float32), (8, 1))
    said["bufferViews"].append({"buffer": 0, "byteOffset": len(data), "byteLength": 64})
    said["accessors"].append({"bufferView": 2, "componentType": 5126, "count": 8, "type": "VEC2"})
    said["meshes"][0]["primitives"][0] |= {"material": 0}
    said["meshes"][0]["primitives"][0]["attributes"]["TEXCOORD_0"] = 2
    (tmp_path / "a.bin").write_bytes(data + uv.tobytes())
    said["buffers"] = [{"byteLength": len(data) + 64, "uri": "a.bin"}]
    (tmp_path / "a.gltf").write_text(json.dumps(said), encoding="utf-8")
    (mesh,) = take(tmp_path / "a.gltf").surfaces("backdrop")
    assert set(mesh["image"].tolist()) == {0}
    assert mesh["uv"][0].tolist() == [0.0, 0.75]


@pytest.mark.parametrize(
    "change",
    [
        {"accessors": [{"bufferView": 0, "componentType": 5126, "count": 9, "type": "VEC3"}] * 2},
        {"bufferViews": [{"buffer": 0, "byteOffset": 90, "byteLength": 96}] * 2},
        {"buffers": [{"byteLength": 5, "uri": "../secret.bin"}]},
        {"nodes": [{"children": [0]}]},
        {"asset": {"version": "1.0"}},
        {"meshes": [{"primitives": [{"attributes": {"POSITION": 7}}]}]},
    ],
)
def test_that_unsound_documents_give_an_error(take: InHouse, tmp_path: Path, change: dict[str, Any]) -> None:
    (tmp_path / "a.glb").write_bytes(glb(*gltf(**change)))
    with pytest.raises(UserError):
        take(tmp_path / "a.glb", crs=CRS)


def test_that_compressed_meshes_are_named(take: InHouse, tmp_path: Path) -> None:
    said, data = gltf()
    said["meshes"][0]["primitives"][0]["extensions"] = {"KHR_draco_mesh_compression": {}}
    (tmp_path / "a.glb").write_bytes(glb(said, data))
    with pytest.raises(UserError, match="compressed"):
        take(tmp_path / "a.glb")


def test_that_tiles_written_here_come_in_within_a_millimetre(take: InHouse, tmp_path: Path) -> None:
    corners = (np.array(CUBE, float) + AT)[np.array(TRIANGLES)]
    import shapely

    shape = shapely.box(*(AT[:2] + [0, 0]), *(AT[:2] + [10, 8]))
    body = Body("school", {}, shape, 40.0, 46.0, "", corners, np.full(12, 2, np.uint8), "2")
    export_models.write(tmp_path / "tileset.json", Bodies(CRS, "", "b", [body]))
    found = take(tmp_path / "tileset.json")
    assert places(found) == pytest.approx(wanted(), abs=0.0015)
    assert found.surfaces("backdrop")[0].meta["ids"] == ["school"]
    assert found.report["crs"] == "EPSG:4978"


def tileset(folder: Path, tile: dict[str, Any]) -> Path:
    said = {"asset": {"version": "1.0"}, "geometricError": 10, "root": {"geometricError": 1, "refine": "ADD"} | tile}
    (folder / "tileset.json").write_text(json.dumps(said), encoding="utf-8")
    return folder / "tileset.json"


def plain() -> bytes:
    said, data = gltf()
    said["asset"] = {"version": "2.0"}
    return glb(said, data)


def tile(magic: bytes, head: bytes, table: dict[str, Any], data: bytes, body: bytes) -> bytes:
    text = json.dumps(table).encode()
    text += b" " * (-len(text) % 8)
    size = 28 + len(head) + len(text) + len(data) + len(body)
    return magic + struct.pack("<6I", 1, size, len(text), len(data), 0, 0) + head + text + data + body


def test_that_old_tiles_are_placed_by_their_centre(take: InHouse, tmp_path: Path) -> None:
    centre = [500_100.0, 5_200_200.0, 40.0]
    (tmp_path / "a.b3dm").write_bytes(tile(b"b3dm", b"", {"BATCH_LENGTH": 0, "RTC_CENTER": centre}, b"", plain()))
    found = take(tileset(tmp_path, {"content": {"url": "a.b3dm"}}), crs=CRS)
    assert places(found)[0] == pytest.approx([500_100.0, 5_200_200.0, 40.0], abs=0.01)


def test_that_instances_stand_at_each_of_their_places(take: InHouse, tmp_path: Path) -> None:
    at = np.array([[0, 0, 0], [100, 0, 0], [0, 100, 0]], np.float32)
    table = {"INSTANCES_LENGTH": 3, "POSITION": {"byteOffset": 0}, "RTC_CENTER": AT.tolist()}
    body = tile(b"i3dm", struct.pack("<I", 1), table, at.tobytes() + b"\0" * 4, plain())
    (tmp_path / "a.i3dm").write_bytes(body)
    found = take(tileset(tmp_path, {"content": {"uri": "a.i3dm"}}), crs=CRS)
    (mesh,) = found.surfaces("backdrop")
    assert len(mesh["triangles"]) == 36
    assert np.ptp(places(found), axis=0) == pytest.approx([110, 108, 6], abs=0.01)


def test_that_coarse_tiles_give_way_to_finer_ones(take: InHouse, tmp_path: Path) -> None:
    for name in ("coarse", "fine"):
        (tmp_path / f"{name}.glb").write_bytes(glb(*gltf(nodes=[{"mesh": 0, "name": name}], asset={"version": "2.0"})))
    child = {"content": {"uri": "fine.glb"}, "geometricError": 0}
    path = tileset(tmp_path, {"content": {"uri": "coarse.glb"}, "children": [child], "refine": "REPLACE"})
    assert take(path, crs=CRS).surfaces("backdrop")[0].meta["ids"] == ["fine"]


@pytest.mark.parametrize("uri", ["../a.glb", "/etc/a.glb", "https://example.org/a.glb", "gone.glb"])
def test_that_tiles_elsewhere_are_not_opened(take: InHouse, tmp_path: Path, uri: str) -> None:
    folder = tmp_path / "tiles"
    folder.mkdir()
    (tmp_path / "a.glb").write_bytes(plain())
    with pytest.raises(UserError):
        take(tileset(folder, {"content": {"uri": uri}}), crs=CRS)


def test_that_bits_of_subtrees_tell_which_tiles_are_there(tmp_path: Path) -> None:
    subtree = {
        "buffers": [{"uri": "bits.bin", "byteLength": 1}],
        "bufferViews": [{"buffer": 0, "byteOffset": 0, "byteLength": 1}],
        "contentAvailability": [{"bitstream": 0}],
        "childSubtreeAvailability": {"constant": 0},
    }
    (tmp_path / "bits.bin").write_bytes(bytes([0b00010101]))
    (tmp_path / "0.0.0.subtree").write_text(json.dumps(subtree), encoding="utf-8")
    tiling = {
        "subdivisionScheme": "QUADTREE",
        "subtreeLevels": 2,
        "availableLevels": 2,
        "subtrees": {"uri": "{level}.{x}.{y}.subtree"},
    }
    said = {"content": {"uri": "{level}/{x}/{y}.glb"}}

    def find(uri: str, folder: Path) -> Path | None:
        return folder / uri if (folder / uri).is_file() else None

    assert list(implicit(said, tiling, tmp_path, find, "REPLACE")) == ["1/1/0.glb", "1/1/1.glb"]
    assert list(implicit(said, tiling, tmp_path, find, "ADD")) == ["0/0/0.glb", "1/1/0.glb", "1/1/1.glb"]


def test_that_an_obj_comes_with_its_colours_by_group(take: InHouse, tmp_path: Path) -> None:
    (tmp_path / "a.mtl").write_text("newmtl red\nKd 1 0 0\n", encoding="utf-8")
    rows = ["mtllib a.mtl", *(f"v {x + AT[0]} {y + AT[1]} {z + AT[2]}" for x, y, z in CUBE), "o walls", "usemtl red"]
    rows += ["f " + " ".join(str(k + 1) for k in face[0]) for face in SHELL]
    (tmp_path / "a.obj").write_text("\n".join(rows), encoding="utf-8")
    found = take(tmp_path / "a.obj", crs=CRS)
    (mesh,) = found.surfaces("backdrop")
    assert places(found) == pytest.approx(wanted(), abs=0.001)
    assert mesh.meta["ids"] == ["walls"]
    assert np.unique(mesh["rgb"], axis=0).tolist() == [[255, 0, 0]]


def test_that_a_mesh_of_no_known_place_asks_for_its_system(take: InHouse, tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(plain())
    with pytest.raises(UserError) as caught:
        take(tmp_path / "a.glb")
    assert caught.value.key == "crs-missing"


def test_that_places_on_the_earth_are_known_by_their_size(take: InHouse, tmp_path: Path) -> None:
    centre = to_earth(AT[None], CRS)[0]
    (tmp_path / "a.b3dm").write_bytes(tile(b"b3dm", b"", {"RTC_CENTER": centre.tolist()}, b"", plain()))
    found = take(tileset(tmp_path, {"content": {"uri": "a.b3dm"}}))
    assert found.report["crs"] == "EPSG:4978"
    assert np.abs(places(found) - AT).max() < 20
