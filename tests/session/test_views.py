"""Named views and camera paths are Changes: kept, corrected, undone, merged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vidbudova.errors import UserError
from vidbudova.session import Session, views
from vidbudova.session.views import PathStop
from vidbudova.store.project import create

CAMERA = {
    "focus_x_m": 500.0, "focus_y_m": 400.0, "focus_z_m": 2.0, "distance_m": 300.0, "heading_deg": 370.0,
    "pitch_deg": 30.0, "fov_deg": 35.0,
}  # fmt: skip


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    found = Session(create(tmp_path / "City.vbp.gpkg", "EPSG:32637"), "Olena")
    yield found
    found.close()


def test_that_views_are_kept_in_order_with_names_of_their_own(session: Session) -> None:
    first = views.add_view(session, "Station", CAMERA)
    second = views.add_view(session, "Station", CAMERA, "2022-03-14")
    rows = views.views(session)
    assert [(row["name"], row["shown_on"]) for row in rows.values()] == [("Station", None), ("Station 2", "2022-03-14")]
    assert list(rows) == [first, second] and rows[first]["heading_deg"] == 10.0
    assert views.find(session, "Station 2") == second and views.find(session, "none") == ""


def test_that_the_numbers_of_a_view_can_be_corrected_and_undone(session: Session) -> None:
    view = views.add_view(session, "Station", CAMERA)
    views.change_view(session, view, pitch_deg=45, name="Railway station")
    row = session.row("views", view)
    assert row is not None and (row["pitch_deg"], row["distance_m"], row["name"]) == (45.0, 300.0, "Railway station")
    session.undo()
    row = session.row("views", view)
    assert row is not None and (row["pitch_deg"], row["name"]) == (30.0, "Station")


@pytest.mark.parametrize("wrong", [{"pitch_deg": 95.0}, {"distance_m": float("nan")}, {"fov_deg": "wide"}])
def test_that_numbers_that_are_no_view_are_refused(session: Session, wrong: dict[str, float]) -> None:
    view = views.add_view(session, "Station", CAMERA)
    with pytest.raises(UserError):
        views.change_view(session, view, **wrong)
    assert session.row("views", view)["pitch_deg"] == 30.0  # type: ignore[index]


def test_that_a_path_forgets_a_view_that_is_removed_and_undo_brings_both_back(session: Session) -> None:
    a, b = (views.add_view(session, name, CAMERA) for name in "AB")
    path = views.add_path(session, "Tour", [PathStop(a), PathStop(b, 6.0, 2.0, "stop")])
    views.remove_view(session, a)
    assert views.paths(session) == {path: [PathStop(b, 6.0, 2.0, "stop")]}
    session.undo()
    assert views.paths(session)[path] == [PathStop(a), PathStop(b, 6.0, 2.0, "stop")] and len(views.views(session)) == 2


def test_that_a_path_is_found_changed_and_removed(session: Session) -> None:
    a = views.add_view(session, "A", CAMERA)
    path = views.add_path(session, "Tour", [PathStop(a)])
    assert views.find_path(session, "Tour") == path
    views.change_path(session, path, name="Short tour", stops=[PathStop(a), PathStop(a, 3.0)], loop=True)
    row = session.row("camera_paths", path)
    assert row is not None and (row["name"], row["loop"]) == ("Short tour", True)
    assert len(views.paths(session)[path]) == 2
    views.remove_path(session, path)
    with pytest.raises(UserError):
        views.find_path(session, "Short tour")


def test_that_a_path_through_an_unknown_view_is_refused(session: Session) -> None:
    with pytest.raises(UserError):
        views.add_path(session, "Tour", [PathStop("nowhere")])


@pytest.mark.parametrize("text", ["", "no json", "7", '[{"view": 3}, null, "x"]', '{"view": "a"}'])
def test_that_stops_that_make_no_sense_are_passed_over(text: str) -> None:
    assert views.stops_of({"stops": text}, {"a": {}}) == []


def test_that_odd_numbers_of_a_stop_get_their_usual_values() -> None:
    text = '[{"view": "a", "seconds": "long", "hold_s": -3, "easing": "jump"}, {"view": "a", "seconds": 1e99}]'
    assert views.stops_of({"stops": text}, {"a": {}}) == [PathStop("a"), PathStop("a", views.LONGEST_S)]
