"""Files of arrays: mapped, growing, and refused when they say more than they hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidbudova.formats.arrays import Writer, open_arrays, write


def test_that_arrays_come_back_as_maps_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.arrays"
    heights = np.arange(12, dtype=np.float32).reshape(3, 4)
    with Writer(path) as writer:
        writer.put("heights", heights)
        for row in range(5):
            writer.append("tiles", np.full((2, 3), row, np.uint8))
        filled = writer.array("filled", (4,), np.int64)
        filled[:] = [4, 3, 2, 1]
        writer.append("last", np.array([1.5]))
        writer.close({"cell_m": 2.0, "name": "Річка"})
    found = open_arrays(path)
    assert found.meta == {"cell_m": 2.0, "name": "Річка"}
    assert isinstance(found["heights"], np.memmap) and (found["heights"] == heights).all()
    assert (found["tiles"] == np.repeat(np.arange(5), 2)[:, None]).all() and found["tiles"].shape == (10, 3)
    assert found["filled"].tolist() == [4, 3, 2, 1] and found["last"].tolist() == [1.5]
    assert "heights" in found and "other" not in found
    with pytest.raises(ValueError, match="read-only"):
        found["heights"][0, 0] = 1.0


def test_that_an_empty_array_stays_one(tmp_path: Path) -> None:
    write(tmp_path / "a.arrays", {"none": np.zeros((0, 3), np.float32)}, {})
    assert open_arrays(tmp_path / "a.arrays")["none"].shape == (0, 3)


def test_that_an_unfinished_file_is_refused(tmp_path: Path) -> None:
    with Writer(tmp_path / "a.arrays") as writer:
        writer.put("x", np.ones(100))
    with pytest.raises(ValueError, match="not a whole file"):
        open_arrays(tmp_path / "a.arrays")


def test_that_an_array_that_reaches_past_the_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.arrays"
    write(path, {"x": np.ones(4)}, {})
    path.write_bytes(path.read_bytes().replace(b'"shape": [4]', b'"shape": [9]'))
    with pytest.raises(ValueError, match="past the end"):
        open_arrays(path)


def test_that_rows_of_another_kind_are_refused(tmp_path: Path) -> None:
    with Writer(tmp_path / "a.arrays") as writer:
        writer.append("x", np.zeros((1, 3)))
        with pytest.raises(ValueError, match="differ"):
            writer.append("x", np.zeros((1, 2)))
        with pytest.raises(ValueError, match="there already"):
            writer.put("x", np.zeros(1))


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 400), value=st.integers(0, 255), cut=st.integers(0, 400))
def test_that_a_broken_file_gives_an_error_or_arrays_within_it(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: int, cut: int
) -> None:
    path = tmp_path_factory.mktemp("broken") / "a.arrays"
    write(path, {"x": np.arange(16.0), "y": np.ones((2, 3), np.uint8)}, {"k": 1})
    data = bytearray(path.read_bytes())
    data[at % len(data)] = value
    path.write_bytes(bytes(data[: len(data) - cut % 40]))
    try:
        found = open_arrays(path)
        sizes = [found[name].nbytes for name in found]
    except (ValueError, KeyError, TypeError, AttributeError, json.JSONDecodeError):
        return
    assert sum(sizes) <= path.stat().st_size
