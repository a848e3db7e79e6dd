"""A city kept beside its project: the same city as the project's rows give, whatever was edited or damaged since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely

from vidbudova.model.change import Delta, Value
from vidbudova.model.schema import GEOM
from vidbudova.scene import city, city_file, city_tables
from vidbudova.scene.city_tables import Tables
from vidbudova.session import Session
from vidbudova.session.sample import make_sample
from vidbudova.store.project import open_project


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample(tmp_path_factory.mktemp("city") / "City.vbp.gpkg", buildings=400, seed=3)


@pytest.fixture
def session(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(city_file, "FEWEST", 1)
    path = tmp_path / "City.vbp.gpkg"
    path.write_bytes(made.read_bytes())
    session = Session(open_project(path), "test")
    assert city_file.keep(session, city_tables.read(session)) is not None
    yield session
    session.close()


def assert_same(found: Tables, wanted: Tables) -> None:
    assert found.shapes.keys() == wanted.shapes.keys()
    for name, shapes in wanted.shapes.items():
        for part in ("ids", "xy", "part_offsets", "feature_offsets", "is_hole"):
            assert np.array_equal(getattr(found.shapes[name], part), getattr(shapes, part)), (name, part)
        for column, values in shapes.columns.items():
            assert found.shapes[name].columns[column].dtype == values.dtype
            np.testing.assert_array_equal(found.shapes[name].columns[column], values)
    np.testing.assert_array_equal(found.growth.place, wanted.growth.place)
    np.testing.assert_array_equal(found.growth.height_m, wanted.growth.height_m)
    assert found.growth.single is found.shapes["trees"] and found.growth.green is found.shapes["landuse"]
    for part in city_file._SOLID:
        np.testing.assert_allclose(getattr(found.solids, part), getattr(wanted.solids, part), atol=1e-6, err_msg=part)


def footprint(x: float) -> bytes:
    return bytes(shapely.to_wkb(shapely.multipolygons([shapely.box(x, 5_200_000, x + 20, 5_200_030)])))


def test_that_what_was_kept_is_what_the_rows_give(session: Session) -> None:
    found = city_file.tables(session)
    assert not found.due
    assert_same(found, city_tables.read(session))


def test_that_edits_since_are_laid_over_and_undone_again(session: Session) -> None:
    ids = [str(id) for id in city_tables.read(session).shapes["buildings"].ids]
    roads = [str(id) for id in city_tables.read(session).shapes["roads"].ids]
    edits: list[tuple[str, str, dict[str, Value] | None]] = [
        ("buildings", ids[3], {"height_m": 77.0, "use": "school"}),
        ("buildings", ids[10], None),
        ("buildings", "drawn", {GEOM: footprint(300_000), "use": "house"}),
        ("buildings", "part of it", {GEOM: footprint(300_003), "part_of": "drawn", "height_m": 20.0}),
        ("roads", roads[0], None),
    ]
    for table, id, after in edits:
        before = session.row(table, id)
        session.do("Edit", [Delta(table, id, before if after is None else None, after)])
        found = city_file.tables(session)
        assert not found.due
        assert_same(found, city_tables.read(session))
    assert "drawn" in found.shapes["buildings"].ids and ids[10] not in found.shapes["buildings"].ids
    for _ in edits:
        session.undo()
        assert_same(city_file.tables(session), city_tables.read(session))


def test_that_after_many_edits_it_is_kept_anew(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [str(id) for id in city_tables.read(session).shapes["buildings"].ids[:9]]
    session.do("Edit", [Delta("buildings", id, None, {"height_m": 50.0}) for id in ids])
    monkeypatch.setattr(city_tables, "FEW", 8)
    found = city_file.tables(session)
    assert found.due
    assert_same(found, city_tables.read(session))
    city_file.keep(session, found)
    assert not city_file.tables(session).due
    assert len(list(session.project.beside("cache").glob("*.arrays"))) == 1


def test_that_it_is_not_used_once_a_layer_is_taken_out(session: Session) -> None:
    layer = next(id for id, row in session.rows("layers").items() if row["kind"] == "buildings")
    session.do("Take out", [Delta("layers", layer, session.row("layers", layer), None)])
    found = city_file.tables(session)
    assert found.due and not len(found.shapes["buildings"])


def test_that_another_project_or_an_older_copy_does_not_use_it(session: Session, made: Path, tmp_path: Path) -> None:
    session.do("Edit", [Delta("buildings", "drawn", None, {GEOM: footprint(300_000)})])
    city_file.keep(session, city_tables.read(session))
    older = tmp_path / "older" / "City.vbp.gpkg"
    older.parent.mkdir()
    older.write_bytes(made.read_bytes())
    session.project.beside("cache").rename(older.parent / "City.cache")
    other = Session(open_project(older), "test")
    found = city_file.tables(other)
    assert found.due and "drawn" not in found.shapes["buildings"].ids
    other.close()


@pytest.mark.parametrize("harm", ["flip", "cut", "no file", "no index", "garbled index", "other version"])
def test_that_a_damaged_one_is_not_used_and_replaced(session: Session, harm: str) -> None:
    folder = session.project.beside("cache")
    file, index = next(folder.glob("*.arrays")), folder / city_file.INDEX
    data = file.read_bytes()
    if harm == "flip":
        file.write_bytes(data[:5000] + bytes([data[5000] ^ 1]) + data[5001:])
    elif harm == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif harm == "no file":
        file.unlink()
    elif harm == "no index":
        index.unlink()
    elif harm == "garbled index":
        index.write_text("{")
    else:
        index.write_text(index.read_text().replace(f'"version": [{city_file.VERSION}', '"version": [0'))
    found = city_file.tables(session)
    assert found.due
    assert_same(found, city_tables.read(session))
    city_file.keep(session, found)
    assert not city_file.tables(session).due


@pytest.mark.parametrize("seed", range(12))
def test_that_a_city_made_of_a_damaged_file_is_never_shown(session: Session, seed: int) -> None:
    file = next(session.project.beside("cache").glob("*.arrays"))
    data = np.frombuffer(file.read_bytes(), np.uint8).copy()
    chance = np.random.default_rng(seed)
    at = chance.integers(64, len(data) - 2000, 40)
    data[at] = chance.integers(0, 256, len(at))
    file.write_bytes(data.tobytes())
    found, wanted = city.load(session), city_tables.read(session)
    assert found.unkept is not None
    for name, shapes in wanted.shapes.items():
        np.testing.assert_array_equal(found.shapes[name].xy, shapes.xy)


def test_that_nothing_is_written_beside_a_project_that_is_only_looked_at(session: Session) -> None:
    path, found = session.project.path, city_tables.read(session)
    session.close()
    for file in session.project.beside("cache").iterdir():
        file.unlink()
    looking = Session(open_project(path, read_only=True), "test")
    assert city_file.keep(looking, found) is None
    assert not list(looking.project.beside("cache").iterdir())
    looking.close()


def test_that_rebuilding_the_project_drops_it(session: Session) -> None:
    session.project.rebuild()
    assert not session.project.beside("cache").exists()
    assert city_file.tables(session).due
