"""Scans become clouds: every point once, in an octree whose levels add to each other."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import laspy
import numpy as np
import pytest
from formats.heavy_files import CRS, only
from pyproj import CRS as System
from pyproj import Transformer

from vidbudova.errors import UserError
from vidbudova.formats import cloud_tree
from vidbudova.formats.cloud_spool import QUANTUM_M, RECORD, Batch, Spool

MIDDLE = np.array([399_000.0, 5_217_000.0, 40.0])


def surface(count: int = 60_000, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x, y = rng.random((2, count)) * [[300.0], [200.0]]
    return np.c_[x, y, 4 * np.sin(x / 20) + np.where(x > 200, 12.0, 0.0)] + MIDDLE


def write_las(path: Path, xyz: np.ndarray, *, kind: int = 3, crs: str | None = None, **columns: Any) -> Path:
    header = laspy.LasHeader(point_format=kind, version="1.4" if kind > 5 else "1.2")
    header.scales, header.offsets = np.full(3, 0.001), np.floor(xyz.min(0))
    if crs:
        header.add_crs(System.from_user_input(crs))
    points = laspy.LasData(header)
    points.x, points.y, points.z = xyz.T
    for name, values in columns.items():
        points[name] = values
    points.write(path)
    return path


def places(file) -> np.ndarray:
    return np.asarray(file["xyz"], np.float64) + file.meta["origin"]


def are_the_same(one: np.ndarray, other: np.ndarray, within_m: float) -> bool:
    """Whether two sets of points agree, whatever their order: seen from several sides they lie alike."""
    sides = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6, 0.64, 0.48], [-0.48, 0.8, 0.36]])
    seen = (np.sort((points - MIDDLE) @ sides.T, axis=0) for points in (one, other))
    return len(one) == len(other) and bool(np.abs(np.subtract(*seen)).max() <= within_m)


def test_that_every_point_comes_in_once_within_a_millimetre(take, tmp_path):
    xyz = surface()
    classes = np.where(xyz[:, 2] > 45, 6, 2)
    colour = (xyz[:, 0] - MIDDLE[0]).astype(np.uint16) * 100
    path = write_las(tmp_path / "scan.laz", xyz, kind=7, crs=CRS, classification=classes, red=colour, intensity=colour)
    taken = take(path)
    row, file = only(taken, "clouds")
    assert (taken.report["read"], taken.report["kept"], row["points"], len(file["xyz"])) == (60_000,) * 4
    back = places(file)
    assert are_the_same(back, xyz, 0.001)
    assert (file["class"] == np.where(back[:, 2] > 45, 6, 2)).mean() > 0.999
    assert np.abs(file["rgb"][:, 0] - (back[:, 0] - MIDDLE[0]) * 100 / 256).max() < 2


def test_that_each_point_is_in_one_node_and_coarse_nodes_hold_a_thinned_sample(take, tmp_path):
    _row, file = only(take(write_las(tmp_path / "scan.las", surface(), kind=7, crs=CRS)), "clouds")
    first, count = file["nodes"].T
    assert np.array_equal(np.sort(first), np.r_[0, np.cumsum(count[np.argsort(first)])[:-1]])
    assert count.sum() == 60_000 and (count > 0).all()
    assert file["node_level"][0] == 0 and file["node_parent"][0] == -1
    assert (file["node_level"][file["node_parent"][1:]] < file["node_level"][1:]).all()
    for k in range(len(count)):
        xyz = file["xyz"][first[k] : first[k] + count[k]]
        low, high = file["node_box"][k].reshape(2, 3)
        assert (xyz >= low - 0.001).all() and (xyz <= high + 0.001).all()
        if (file["node_parent"] == k).any():
            spacing = file.meta["spacing_m"] / 2.0 ** file["node_level"][k]
            cells = np.floor((xyz.astype(np.float64) - file["xyz"].min(0)) / spacing + 1e-4).astype(int)
            assert len(np.unique(cells, axis=0)) > 0.85 * count[k]


def test_that_several_buckets_keep_the_same_points_as_one(tmp_path, monkeypatch):
    def nodes(most: int) -> tuple[np.ndarray, list[int], int]:
        monkeypatch.setattr(cloud_tree, "MOST_BUCKET", most)
        spool = Spool(tmp_path / f"spool-{most}", "scan")
        for part in np.array_split(surface(), 3):
            spool.add(Batch(part))
        spool.close()
        cube, path = cloud_tree.cube_of(spool), tmp_path / f"bucketed-{most}"
        sizes, counts = cloud_tree.bucketed(spool, cube, path, lambda done: None)
        records, begin, levels = np.fromfile(path, RECORD), 0, []
        for number, size in enumerate(sizes.tolist()):
            _sorted, found = cloud_tree.sort_bucket(records[begin : begin + size], cube, counts, number)
            levels += np.repeat(found.key >> 3 * cloud_tree.BITS, found.count).tolist()
            begin += size
        return np.sort(records["xyz"].view("<i4,<i4,<i4").ravel()), levels, len(sizes)

    one, many = nodes(10**9), nodes(4000)
    assert one[2] == 1 and many[2] > 5
    assert np.array_equal(one[0], many[0])
    assert np.bincount(one[1]).tolist() == pytest.approx(np.bincount(many[1]).tolist(), rel=0.02)


def test_that_points_are_kept_to_a_fifth_of_a_millimetre_however_far_the_origin(tmp_path):
    spool = Spool(tmp_path / "spool", "scan")
    xyz = surface() + [0, 0, 2000]
    spool.add(Batch(xyz))
    spool.close()
    back = np.fromfile(tmp_path / "spool", RECORD)["xyz"] * QUANTUM_M + spool.anchor
    assert np.abs(back - xyz).max() <= QUANTUM_M / 2 + 1e-9


def test_that_points_without_a_place_are_counted_and_left_out(tmp_path):
    spool = Spool(tmp_path / "spool", "scan")
    xyz = surface(100)
    xyz[3:7] = np.nan
    spool.add(Batch(xyz))
    assert (spool.count, spool.lost) == (96, 4)


def test_that_a_scan_in_earth_centred_coordinates_stands_where_it_was_made(take, tmp_path):
    xyz = surface(500)
    way = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    lon, lat = way.transform(xyz[:, 0], xyz[:, 1])
    earth = np.array(Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True).transform(lon, lat, xyz[:, 2])).T
    path = write_las(tmp_path / "earth.las", earth, kind=6)
    with pytest.raises(UserError) as told:
        take(path)
    assert told.value.key == "crs-missing" and "4978" in told.value.values["hint"]
    taken = take(path, crs="EPSG:4978")
    row, file = only(taken, "clouds")
    back = places(file)
    assert are_the_same(back, xyz, 0.0015)
    assert row["height_datum"].startswith("ellipsoid") and taken.problems()["height-ellipsoidal"] == 1


def test_that_feet_are_turned_into_metres_in_every_direction(take, tmp_path):
    xyz = np.array([[1_639_600.0, 1_454_500.0, 7100.0], [1_639_700.0, 1_454_600.0, 7110.0]])
    taken = take(write_las(tmp_path / "feet.las", xyz, kind=6, crs="EPSG:2903"), project_crs="EPSG:26913")
    _row, file = only(taken, "clouds")
    back = np.sort(places(file), axis=0)
    assert back[:, 2] == pytest.approx(np.array([7100, 7110]) * 1200 / 3937, abs=0.001)
    assert np.hypot(*np.diff(back, axis=0)[0, :2]) == pytest.approx(30.48 * np.sqrt(2), abs=0.03)
    assert {"height-unit-of-plane", "height-feet"} <= set(taken.problems())


@pytest.mark.parametrize(("top", "scale"), [(200, 1), (51_200, 256)])
def test_that_colours_of_8_and_of_16_bits_look_the_same(take, tmp_path, top, scale):
    xyz = surface(200)
    _row, file = only(take(write_las(tmp_path / "c.las", xyz, kind=7, crs=CRS, red=np.full(200, top))), "clouds")
    assert set(file["rgb"][:, 0].tolist()) == {200} and file.meta["has_rgb"]


def lie(path: Path, at: int, value: bytes) -> Path:
    data = bytearray(path.read_bytes())
    data[at : at + len(value)] = value
    path.write_bytes(bytes(data))
    return path


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (107, struct.pack("<I", 900_000_000)),
        (105, struct.pack("<H", 3)),
        (104, b"\x3f"),
        (131, struct.pack("<d", float("nan"))),
        (131, struct.pack("<d", 0.0)),
        (96, struct.pack("<I", 1 << 30)),
        (100, struct.pack("<I", 4_000_000_000)),
        (25, b"\x09"),
    ],
    ids=["points", "length", "format", "scale-nan", "scale-0", "offset", "records", "version"],
)
def test_that_a_header_that_lies_is_not_believed(take, tmp_path, at, value):
    path = lie(write_las(tmp_path / "scan.las", surface(300), kind=3), at, value)
    with pytest.raises(UserError) as told:
        take(path, crs=CRS)
    assert told.value.key == "file-unreadable"


def test_that_a_cut_off_laz_brings_nothing_in(take, tmp_path):
    path = write_las(tmp_path / "scan.laz", surface(30_000), kind=7, crs=CRS)
    path.write_bytes(path.read_bytes()[:60_000])
    with pytest.raises(UserError):
        take(path)
    assert not list(tmp_path.glob("staging*"))


def test_that_a_scan_without_a_system_is_asked_about(take, tmp_path):
    with pytest.raises(UserError) as told:
        take(write_las(tmp_path / "scan.las", surface(50)))
    assert told.value.key == "crs-missing"


def test_that_scans_of_two_positions_are_put_together(take, tmp_path):
    pye57 = pytest.importorskip("pye57", reason="no reader of E57 for this machine")
    file = pye57.E57(str(tmp_path / "scan.e57"), mode="w")
    rng = np.random.default_rng(0)
    local = rng.random((2000, 3)) * 10
    bright = rng.integers(0, 255, 2000).astype(np.uint8)
    columns = dict(zip(("cartesianX", "cartesianY", "cartesianZ"), local.T, strict=True))
    columns |= {"colorRed": bright, "colorGreen": bright, "colorBlue": bright}
    quarter = np.array([np.sqrt(0.5), 0, 0, np.sqrt(0.5)])
    for shift in (MIDDLE, MIDDLE + [100, 0, 0]):
        file.write_scan_raw(columns, rotation=quarter, translation=shift)
    file.close()
    taken = take(tmp_path / "scan.e57", crs=CRS)
    _row, found = only(taken, "clouds")
    turned = np.c_[-local[:, 1], local[:, 0], local[:, 2]]
    expected = np.concatenate([turned + MIDDLE, turned + MIDDLE + [100, 0, 0]])
    assert taken.report["kept"] == 4000
    assert are_the_same(places(found), expected, 0.001)


@pytest.mark.parametrize(
    ("name", "crs", "project", "points"),
    [
        ("pointcloud/4_6_crop.las", None, "EPSG:26913", 23_875),
        ("pointcloud/lion_takanawa.copc.laz", "EPSG:32654", "EPSG:32654", 341_989),
        ("city3d/delft_inputs/ahn3/ahn3_cropped_2.laz", "EPSG:7415", "EPSG:28992", 208_432),
    ],
)
def test_that_real_scans_come_in_whole(take, shared_data, name, crs, project, points):
    taken = take(shared_data / name, crs=crs, project_crs=project)
    assert only(taken, "clouds")[0]["points"] == taken.report["read"] == taken.report["kept"] == points
