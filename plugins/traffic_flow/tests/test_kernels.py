"""Machine code on disk belongs to the sources it was made of, all of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numba
import pytest
from traffic_flow import compiled, kernels


def test_that_a_change_in_any_source_makes_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "kept"))
    sources = tmp_path / "sources"
    sources.mkdir()
    for path in Path(compiled.__file__).parent.glob(compiled.SOURCES):
        shutil.copy(path, sources)
    same = compiled.folder(sources)
    assert same == compiled.folder()
    assert same.parent == tmp_path / "kept"
    with (sources / "bush.py").open("a", encoding="utf-8") as source:
        source.write("\n")
    assert compiled.folder(sources) != same


def test_that_a_kernel_leaves_numba_as_it_was_and_works_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("no folder")
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "a file"))
    double = compiled.kernel(lambda x: 2 * x)
    assert double(21) == 42
    assert str(tmp_path / "a file") == numba.config.CACHE_DIR


def test_that_kernels_are_made_ready_once() -> None:
    from traffic_flow.bush_shape import reshape_each

    kernels.make_ready()
    made = list(reshape_each.signatures)
    kernels.make_ready()
    assert made
    assert list(reshape_each.signatures) == made
