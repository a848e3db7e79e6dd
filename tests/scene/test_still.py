"""A city of a real project, loaded through a session and drawn without a window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vidbudova.errors import UserError
from vidbudova.scene import still
from vidbudova.scene.camera import top
from vidbudova.scene.city import load
from vidbudova.session import Session
from vidbudova.session.sample import make_sample
from vidbudova.store.project import open_project


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    path: Path = tmp_path_factory.mktemp("still") / "sample.vbp.gpkg"
    make_sample(path, buildings=300, seed=3)
    found = Session(open_project(path), "Tester")
    yield found
    found.close()


def test_that_a_city_is_loaded_with_its_solids_in_the_order_of_its_buildings(session: Session) -> None:
    city = load(session)
    assert city.solids is not None
    assert len(city.solids) == len(city.table("buildings")) == session.count("buildings")
    x0, y0, x1, y1 = city.bounds
    assert (city.solids.centre > [x0, y0]).all()
    assert (city.solids.centre < [x1, y1]).all()
    for name in ("roads", "water", "landuse", "trees", "power_lines"):
        assert len(city.table(name)) > 0, name


def test_that_a_picture_has_its_size_and_is_the_same_each_time(session: Session) -> None:
    first, again = (still.picture(session, (320, 180)) for _ in range(2))
    assert first.shape == (180, 320, 3)
    assert first.dtype == np.uint8
    assert first.std() > 10
    assert np.array_equal(first, again)


@pytest.mark.parametrize("field", ["", "use", "height_m"])
def test_that_other_colours_give_another_picture(session: Session, field: str) -> None:
    view = top(still.overview(load(session), (320, 180)))
    damage, other = (still.picture(session, (320, 180), view, by) for by in ("damage", field))
    assert not np.array_equal(damage, other)


def test_that_an_unknown_field_is_said(session: Session) -> None:
    with pytest.raises(UserError) as found:
        still.picture(session, (64, 36), None, "no_such_field")
    assert found.value.key == "no-such-thing"
