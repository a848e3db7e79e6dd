"""Files into the project: whole or not at all, the same twice changes nothing, and undo takes them out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from vidbudova.errors import UserError
from vidbudova.model.change import Delta
from vidbudova.session.core import Session
from vidbudova.session.importing import files_of, import_file, import_many
from vidbudova.store import project


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    ticks = iter(range(1_700_000_000_000, 1_800_000_000_000))
    opened = Session(project.create(tmp_path / "city.vbp.gpkg", "EPSG:32637"), "Olena", clock=lambda: next(ticks))
    yield opened
    opened.close()


def _houses(path: Path, count: int = 3) -> Path:
    def house(n: int) -> dict[str, object]:
        x = 37.55 + n * 0.001
        ring = [[x, 47.1], [x + 0.0005, 47.1], [x + 0.0005, 47.1005], [x, 47.1005], [x, 47.1]]
        said = {"building": "house", "building:levels": "2"}
        return {"type": "Feature", "properties": said, "geometry": {"type": "Polygon", "coordinates": [ring]}}

    nowhere = {"type": "Feature", "properties": {"name": "nowhere"}, "geometry": None}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [*map(house, range(count)), nowhere]}))
    return path


def test_that_a_file_comes_in_as_one_change_with_its_report(session, tmp_path):
    heard: list[str] = []
    session.subscribe(lambda change: heard.append(change.id))
    shares: list[float] = []
    report = import_file(
        session, _houses(tmp_path / "houses.geojson"), progress=lambda share, what: shares.append(share)
    )
    assert (report["read"], report["kept"], report["skipped"], report["already"]) == (4, 3, 1, False)
    assert (session.count("buildings"), session.count("quarantine")) == (3, 1)
    assert len(heard) == 1 and len(list(session.changes())) == 1
    (layer,) = session.rows("layers").values()
    assert (layer["kind"], layer["features"], layer["sha256"]) == ("buildings", 3, report["sha256"])
    assert json.loads(str(layer["report"]))["problems"] == report["problems"]
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_that_the_same_file_twice_changes_nothing_and_says_so(session, tmp_path):
    """https://github.com/opengisch/QField/issues/5205: importing again made duplicates."""
    path = _houses(tmp_path / "houses.geojson")
    import_file(session, path)
    again = import_file(session, path)
    assert again["already"] and len(list(session.changes())) == 1
    assert session.count("buildings") == 3


def test_that_a_name_that_a_person_gave_a_layer_stays(session, tmp_path):
    path = _houses(tmp_path / "houses.geojson")
    import_file(session, path)
    ((id, row),) = session.rows("layers").items()
    session.do("Rename", [Delta("layers", id, {"name": row["name"]}, {"name": "Old town"})])
    assert import_file(session, path)["already"]
    assert session.row("layers", id)["name"] == "Old town"


def test_that_a_file_read_in_another_way_takes_the_place_of_the_first_reading(session, tmp_path):
    path = _houses(tmp_path / "houses.geojson")
    listed = json.loads(path.read_text())
    listed["features"].append({**listed["features"][0], "id": "again"})
    path.write_text(json.dumps(listed))
    import_file(session, path)
    assert (session.count("buildings"), session.count("quarantine")) == (3, 2)
    assert not import_file(session, path, mends=["keep-duplicates"])["already"]
    assert (session.count("buildings"), session.count("quarantine"), session.count("layers")) == (4, 1, 1)
    session.undo()
    assert (session.count("buildings"), session.count("quarantine"), session.count("layers")) == (3, 2, 1)


def test_that_an_unknown_mend_is_a_sentence_and_changes_nothing(session, tmp_path):
    with pytest.raises(UserError) as caught:
        import_file(session, _houses(tmp_path / "houses.geojson"), mends=["magic"])
    assert caught.value.key == "mend-unknown" and not list(session.changes())


def test_that_a_dry_run_writes_nothing(session, tmp_path):
    report = import_file(session, _houses(tmp_path / "houses.geojson"), dry_run=True)
    assert report["kept"] == 3
    assert session.count("buildings") == 0 and not list(session.changes())


@pytest.mark.parametrize("when", [0.1, 0.85])
def test_that_a_cancel_at_any_time_leaves_nothing(session, tmp_path, when):
    far = [0.0]

    def progress(share: float, what: str) -> None:
        far[0] = share

    with pytest.raises(UserError) as caught:
        import_file(
            session, _houses(tmp_path / "houses.geojson", 12_000), progress=progress, cancelled=lambda: far[0] >= when
        )
    assert caught.value.key == "import-cancelled"
    assert session.count("buildings") == 0 and session.count("layers") == 0 and not list(session.changes())
    assert not [p for p in tmp_path.iterdir() if "staging" in p.name]


def test_that_undo_takes_the_layer_out_and_redo_brings_it_back(session, tmp_path):
    import_file(session, _houses(tmp_path / "houses.geojson"))
    session.undo()
    assert session.count("buildings") == 0
    session.redo()
    assert session.count("buildings") == 3


def test_that_a_file_that_cannot_be_read_does_not_stop_the_others(session, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.geojson").write_text("{")
    _houses(folder / "b.geojson")
    (folder / "notes.doc").write_text("x")
    first, second = import_many(session, [folder])
    assert isinstance(first, UserError) and first.key == "file-unreadable"
    assert not isinstance(second, UserError) and second["kept"] == 3
    assert [path.name for path in files_of([folder])] == ["a.geojson", "b.geojson"]


def test_that_storey_height_is_taken_from_the_project(session, tmp_path):
    session.do("Set storey height", [Delta("project", "project", None, {"storey_height_m": 2.8})])
    import_file(session, _houses(tmp_path / "houses.geojson"))
    assert {row["height_m"] for row in session.rows("buildings").values()} == {5.6}


def test_that_attribution_and_licence_are_written_on_the_layer(session, tmp_path):
    import_file(session, _houses(tmp_path / "houses.geojson"), attribution="City council", licence="CC BY 4.0")
    (layer,) = session.rows("layers").values()
    assert (layer["attribution"], layer["licence"]) == ("City council", "CC BY 4.0")


def test_that_an_unknown_kind_is_a_sentence_before_anything_is_read(session, tmp_path):
    with pytest.raises(UserError) as caught:
        import_file(session, tmp_path / "nothing.gpkg", kind="castles")
    assert "buildings" in caught.value.values["kinds"]


def test_that_the_left_bank_comes_in_as_three_layers(session, shared_data):
    folder = shared_data / "mariupol_left_bank"
    reports = import_many(session, sorted(folder.glob("*.gpkg")))
    assert [report["skipped"] for report in reports if not isinstance(report, UserError)] == [0, 0, 0]
    counts = {table: session.count(table) for table in ("buildings", "observations", "sightings", "features")}
    assert counts == {"buildings": 1224, "observations": 5660, "sightings": 11_320, "features": 340}
