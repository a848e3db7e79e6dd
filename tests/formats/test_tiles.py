"""Tiles of pictures come in the same from MBTiles, PMTiles and folders."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from formats.heavy_files import TILE_LEVEL, only, picture, tiles

from vidbudova.errors import UserError
from vidbudova.formats import pmtiles


def as_folder(folder: Path) -> Path:
    path = folder / "tiles"
    for (level, column, row), data in tiles().items():
        file = path / str(level) / str(column) / f"{row}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return path


def as_mbtiles(folder: Path, kind: str = "png") -> Path:
    path = folder / "tiles.mbtiles"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        db.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
        db.execute("INSERT INTO metadata VALUES ('format', ?), ('attribution', 'Somebody')", (kind,))
        for (level, column, row), data in tiles().items():
            db.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (level, column, 2**level - 1 - row, data))
    return path


def varints(numbers: list[int]) -> bytes:
    out = bytearray()
    for number in numbers:
        while number > 127:
            out.append(number & 127 | 128)
            number >>= 7
        out.append(number)
    return bytes(out)


def as_pmtiles(folder: Path, kind: int = 2) -> Path:
    """All tiles in the root directory, not packed."""
    found = sorted((pmtiles.tile_id(key), data) for key, data in tiles().items())
    ids, data = [one for one, _ in found], [packed for _, packed in found]
    steps = [b - a for a, b in zip([0, *ids], ids, strict=False)]
    told = varints([len(ids), *steps, *[1] * len(ids), *map(len, data), 1, *[0] * (len(ids) - 1)])
    head = bytearray(127)
    head[:8] = pmtiles.MAGIC
    numbers = (127, len(told), 127 + len(told), 0, 127 + len(told), 0, 127 + len(told), sum(map(len, data)))
    head[8:72] = b"".join(n.to_bytes(8, "little") for n in numbers)
    head[97:100] = bytes((1, 1, kind))
    path = folder / "tiles.pmtiles"
    path.write_bytes(bytes(head) + told + b"".join(data))
    return path


def test_that_all_three_give_the_same_picture(take, tmp_path):
    rows = [only(take(make(tmp_path)), "imagery") for make in (as_folder, as_mbtiles, as_pmtiles)]
    assert len({row["file"] for row, _file in rows}) == 1
    row, file = rows[0]
    assert 3.1 < row["pixel_m"] < 3.5
    side = max(file.meta["width"], file.meta["height"])
    assert 500 < side < 560
    north_west = picture(file, 0, 0, 0).convert("RGB").getpixel((200, 200))
    south_east = picture(file, 0, 1, 1).convert("RGB").getpixel((100, 100))
    assert np.abs(np.array(north_west) - [60, 60, 90]).max() < 8
    assert np.abs(np.array(south_east) - [180, 180, 90]).max() < 8


@pytest.mark.parametrize(("make", "kind"), [(as_mbtiles, "pbf"), (as_pmtiles, 1)])
def test_that_tiles_of_lines_and_areas_are_refused_in_words(take, tmp_path, make, kind):
    with pytest.raises(UserError) as told:
        take(make(tmp_path, kind))
    assert told.value.key == "import-empty"


def test_that_a_tile_that_cannot_be_read_is_left_blank_and_counted(take, tmp_path):
    path = as_folder(tmp_path)
    broken = sorted((path / str(TILE_LEVEL + 1)).glob("*/*.png"))[0]
    broken.write_bytes(broken.read_bytes()[:40])
    taken = take(path)
    assert taken.problems()["tiles-unreadable"] >= 1
    assert only(taken, "imagery")[1]["index"].size


def test_that_a_cut_off_file_of_tiles_says_so(take, tmp_path):
    path = as_pmtiles(tmp_path)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(UserError) as told:
        take(path)
    assert told.value.key == "file-unreadable"


@pytest.mark.parametrize(
    ("key", "number"),
    [((0, 0, 0), 0), ((1, 0, 0), 1), ((1, 0, 1), 2), ((1, 1, 1), 3), ((1, 1, 0), 4), ((12, 3423, 1763), 19_078_479)],
)
def test_that_tiles_are_numbered_as_the_specification_says(key, number):
    assert pmtiles.tile_id(key) == number


@pytest.mark.parametrize("level", [0, 1, 4, 9])
def test_that_a_number_leads_back_to_its_tile(level):
    rng = np.random.default_rng(level)
    begin = (4**level - 1) // 3
    along = np.unique(rng.integers(0, 4**level, 200))
    columns, rows = pmtiles.places(along, level)
    found = [pmtiles.tile_id((level, int(x), int(y))) - begin for x, y in zip(columns, rows, strict=True)]
    assert found == along.tolist()
