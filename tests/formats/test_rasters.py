"""Rasters become terrain or imagery in the project's system, whatever they come in."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
from formats.heavy_files import CRS, NORTH, WEST, only, picture, write_raster
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from rasterio.transform import from_origin

from vidbudova.errors import UserError
from vidbudova.formats.raster_fill import fill
from vidbudova.model.crs import transform


def slope(rows: int = 40, cols: int = 60) -> np.ndarray:
    return (np.arange(cols)[None, :] * 0.5 + np.arange(rows)[:, None] * 2.0 + 30).astype(np.float32)


def test_that_heights_in_the_projects_system_come_in_cell_by_cell(take, tmp_path):
    taken = take(write_raster(tmp_path / "ground.tif", slope()))
    row, file = only(taken, "terrain")
    assert np.array_equal(file["heights"], slope())
    assert not file["void"].any()
    assert (file.meta["x0"], file.meta["y0"], file.meta["cell_m"]) == (WEST + 5, NORTH - 5, 10)
    assert (row["cell_m"], row["lowest_m"], row["highest_m"], row["voids"]) == (10, 30, slope().max(), 0)
    assert set(taken.problems()) == {"raster-kind-guessed", "height-unit-unknown", "height-datum-unknown"}


def test_that_voids_are_filled_from_around_them_marked_and_counted(take, tmp_path):
    values = slope()
    values[10:20, 20:32] = -32768
    values[0, 0] = np.nan
    taken = take(write_raster(tmp_path / "holes.tif", values))
    row, file = only(taken, "terrain")
    void = file["void"].astype(bool)
    assert taken.problems()["terrain-voids"] == row["voids"] == void.sum() == 121
    assert np.array_equal(file["heights"][~void], slope()[~void])
    assert np.abs(file["heights"] - slope())[void].max() < 6.0


def test_that_heights_in_degrees_stand_at_their_place_in_metres(take, tmp_path):
    at = from_origin(37.5, 47.2, 0.001, 0.001)
    lon, lat = 37.5 + 0.001 * (np.arange(200) + 0.5), 47.2 - 0.001 * (np.arange(150) + 0.5)
    values = (1000 * (lon[None, :] - 37.5) + 2000 * (47.2 - lat[:, None])).astype(np.float32)
    taken = take(write_raster(tmp_path / "degrees.tif", values, crs="EPSG:4326", transform=at))
    row, file = only(taken, "terrain")
    meta, rows, cols = file.meta, *np.array([[30, 60], [90, 100], [110, 40]]).T
    xy = np.c_[meta["x0"] + cols * meta["cell_m"], meta["y0"] - rows * meta["cell_m"]]
    places = transform(xy.astype(float), CRS, "EPSG:4326")
    expected = 1000 * (places[:, 0] - 37.5) + 2000 * (47.2 - places[:, 1])
    assert not file["void"][rows, cols].any()
    assert np.abs(file["heights"][rows, cols] - expected).max() < 0.02
    assert 70 < row["cell_m"] < 80


def test_that_an_srtm_tile_in_a_zip_lies_on_its_degree(take, tmp_path):
    values = np.full((1201, 1201), 100, ">i2")
    values[600, 600] = 900
    values[300, 300] = -32768
    with zipfile.ZipFile(tmp_path / "N47E037.hgt.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N47E037.hgt", values.tobytes())
    taken = take(tmp_path / "N47E037.hgt.zip")
    row, file = only(taken, "terrain")
    at = np.unravel_index(np.argmax(file["heights"]), file["heights"].shape)
    x, y = transform(np.array([[37.5, 47.5]]), "EPSG:4326", CRS)[0]
    assert abs(file.meta["x0"] + at[1] * file.meta["cell_m"] - x) < row["cell_m"]
    assert abs(file.meta["y0"] - at[0] * file.meta["cell_m"] - y) < row["cell_m"]
    assert row["height_datum"] == "EGM96 height"
    assert 0 < taken.problems()["terrain-voids"] < 10


def test_that_an_hgt_that_does_not_say_where_it_lies_is_refused(take, tmp_path):
    (tmp_path / "ground.hgt").write_bytes(np.zeros((1201, 1201), ">i2").tobytes())
    with pytest.raises(UserError) as told:
        take(tmp_path / "ground.hgt")
    assert told.value.key == "file-unreadable"


def test_that_a_text_grid_takes_its_system_from_the_prj_beside_it(take, tmp_path):
    rows = "\n".join(" ".join(str(c + 10 * r) for c in range(4)) for r in range(3))
    head = "ncols 4\nnrows 3\nxllcorner 399000\nyllcorner 5217000\ncellsize 25\nNODATA_value -9999\n"
    path = tmp_path / "grid.asc"
    path.write_text(head + rows)
    with pytest.raises(UserError) as told:
        take(path)
    assert told.value.key == "crs-missing"
    (tmp_path / "grid.prj").write_text(CRS)
    _row, file = only(take(path), "terrain")
    assert file["heights"][1].tolist() == [10, 11, 12, 13]
    assert (file.meta["x0"], file.meta["y0"]) == (399012.5, 5217062.5)


def test_that_heights_in_feet_become_metres(take, tmp_path):
    values = np.full((5, 5), 100.0, np.float32)
    taken = take(write_raster(tmp_path / "feet.tif", values, units="ft"))
    row, _file = only(taken, "terrain")
    assert row["highest_m"] == pytest.approx(30.48)
    assert taken.problems()["height-feet"] == 1


def test_that_three_bands_become_a_picture_with_levels_down_to_one_tile(take, tmp_path):
    values = np.zeros((3, 700, 900), np.uint8)
    values[0], values[1, 350:], values[2] = 200, 150, 40
    row, file = only(take(write_raster(tmp_path / "photo.tif", values, cell=0.5)), "imagery")
    assert (file.meta["width"], file.meta["height"], file.meta["levels"], row["pixel_m"]) == (900, 700, 3, 0.5)
    sizes = {level: int((file["index"][:, 0] == level).sum()) for level in range(3)}
    assert sizes == {0: 12, 1: 4, 2: 1}
    top, low = (picture(file, 0, r, 1).convert("RGB").getpixel((128, 128)) for r in (0, 2))
    assert np.abs(np.array([top, low]) - [[200, 0, 40], [200, 150, 40]]).max() < 6
    assert picture(file, 2, 0, 0).size == (225, 175)


def test_that_what_lies_outside_of_a_turned_picture_is_clear(take, tmp_path):
    values = np.full((3, 100, 100), 180, np.uint8)
    at = from_origin(37.5, 47.2, 0.001, 0.001)
    _row, file = only(take(write_raster(tmp_path / "p.tif", values, crs="EPSG:4326", transform=at)), "imagery")
    tile = picture(file, 0, 0, 0)
    assert tile.format == "PNG"
    solid = np.asarray(tile)[..., 3]
    assert (solid == 0).any() and solid.mean() > 200


def test_that_a_palette_gives_its_colours(take, tmp_path):
    values = np.zeros((20, 20), np.uint8)
    values[:, 10:] = 1
    palette = {0: (250, 20, 20, 255), 1: (20, 20, 250, 255)}
    _row, file = only(take(write_raster(tmp_path / "map.tif", values, palette=palette)), "imagery")
    tile = np.asarray(picture(file, 0, 0, 0).convert("RGB")).astype(int)
    assert np.abs(tile[10, 2] - [250, 20, 20]).max() < 12 and np.abs(tile[10, 17] - [20, 20, 250]).max() < 12


def test_that_one_band_is_a_picture_or_heights_as_the_person_says(take, tmp_path):
    path = write_raster(tmp_path / "grey.tif", np.full((6, 6), 77, np.uint8))
    assert take(path).report["kind"] == "imagery"
    row, _file = only(take(path, kind="terrain"), "terrain")
    assert row["highest_m"] == 77


def test_that_a_picture_needs_a_world_file(take, tmp_path):
    path = tmp_path / "plan.png"
    Image.new("RGB", (30, 20), (10, 200, 10)).save(path)
    with pytest.raises(UserError) as told:
        take(path)
    assert told.value.key == "file-unknown-format"
    (tmp_path / "plan.pgw").write_text("2\n0\n0\n-2\n399001\n5216999\n")
    row, file = only(take(path, crs=CRS), "imagery")
    assert (file.meta["x0"], file.meta["y0"], row["pixel_m"]) == (399000, 5217000, 2)


def test_that_a_raster_without_a_system_or_a_place_is_asked_about(take, tmp_path):
    with pytest.raises(UserError) as told:
        take(write_raster(tmp_path / "a.tif", slope(), crs=None))
    assert told.value.key == "crs-missing"
    assert only(take(tmp_path / "a.tif", crs=CRS), "terrain")[0]["cell_m"] == 10
    with pytest.raises(UserError) as told:
        take(write_raster(tmp_path / "b.tif", slope(), transform=from_origin(0, 0, 1, -1)))
    assert told.value.key == "file-unreadable"


def test_that_a_strip_larger_than_memory_is_not_begun(take, tmp_path):
    path = write_raster(tmp_path / "wide.tif", np.zeros((1, 8), np.uint8), compress="deflate", blockysize=1)
    data = path.read_bytes()
    at = data.index(b"\x00\x01\x03\x00\x01\x00\x00\x00\x08\x00")
    huge = b"\x00\x01\x04\x00\x01\x00\x00\x00" + (2_000_000_000).to_bytes(4, "little")
    path.write_bytes(data[:at] + huge + data[at + 12 :])
    with pytest.raises(UserError) as told:
        take(path)
    assert told.value.key == "file-too-big"


def test_that_of_a_country_only_the_part_around_the_city_is_kept(take, tmp_path):
    from vidbudova.formats import reading

    path = write_raster(tmp_path / "country.tif", np.zeros((9000, 9000), np.int16), tiled=True, sparse_ok=True)
    around = (WEST + 40_000.0, NORTH - 50_000.0, WEST + 45_000.0, NORTH - 45_000.0)
    taken = take(path, assumed=reading.Assumed(around=around))
    _row, file = only(taken, "terrain")
    assert file["heights"].shape == (2500, 2500)
    assert taken.problems()["raster-clipped"] == 1
    assert (file.meta["x0"], file.meta["y0"]) == (WEST + 30_005, NORTH - 35_005)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 40), st.integers(2, 40), st.integers(0, 2**31))
def test_that_filling_keeps_what_was_measured_and_stays_between_its_ends(rows, cols, seed):
    rng = np.random.default_rng(seed)
    heights = rng.uniform(-50, 300, (rows, cols)).astype(np.float32)
    void = rng.random((rows, cols)) < 0.7
    void[0, 0] = False
    before = heights.copy()
    fill(heights, void)
    assert np.array_equal(heights[~void], before[~void])
    low, high = before[~void].min(), before[~void].max()
    assert heights.min() >= low - 1e-3 and heights.max() <= high + 1e-3


@pytest.mark.parametrize(
    ("name", "crs", "table", "shape"),
    [
        ("dem.tif", "EPSG:32634", "terrain", (511, 388)),
        ("ky4_elevation.tif", "EPSG:32616", "terrain", (410, 593)),
        ("N49E011.hgt.zip", "EPSG:32632", "terrain", (1883, 1262)),
        ("RGB.byte.tif", "EPSG:32618", "imagery", (719, 791)),
        ("isle_of_man.mbtiles", "EPSG:32630", "imagery", None),
    ],
)
def test_that_real_rasters_come_in(take, shared_data, name, crs, table, shape):
    row, file = only(take(shared_data / "terrain" / name, project_crs=crs), table)
    if table == "terrain":
        assert file["heights"].shape == shape
        assert 80 < row["lowest_m"] < row["highest_m"] < 950
    elif shape is not None:
        assert (file.meta["height"], file.meta["width"]) == shape
