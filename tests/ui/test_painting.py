"""The colours follow the data, and only where they change."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from vidbudova.session import damage
from vidbudova.ui.painting import DAMAGE, Painting, modes


class Scene:
    """Keeps what it is told."""

    def __init__(self):
        self.theme = SimpleNamespace(name="light")
        self.whole, self.slices, self.hidden = [], [], None

    def set_building_colours(self, rgb, hatched, broken):
        self.whole.append((rgb.copy(), hatched.copy(), broken.copy()))

    def recolour(self, rows, rgb):
        self.slices.append((rows, rgb))

    def set_hidden(self, mask):
        self.hidden = mask


@pytest.fixture
def painted(project):
    from vidbudova.session import Session
    from vidbudova.store.project import open_project

    session = Session(open_project(project), "Olena")
    table = session.shapes("buildings", ("part_of",))
    scene, painting = Scene(), Painting()
    painting.show(session, scene, table.ids, table.columns["part_of"])
    session.subscribe(painting.on_change)
    yield session, scene, painting
    session.close()


def unmarked(session, painting, n=0):
    whole = [str(i) for i, p in zip(painting.ids, painting._asked, strict=True) if i == p]
    marks = session.rows("damage_marks")
    return [i for i in whole if i not in marks][n]


def test_that_one_mark_uploads_a_slice_of_one_building(painted):
    session, scene, painting = painted
    id = unmarked(session, painting)
    damage.mark(session, id, grade=2)
    assert len(scene.whole) == 1
    ((rows, rgb),) = scene.slices
    assert set(painting.ids[rows]) >= {id} and len(rows) == len(painting.rows([id])) and len(rgb) == len(rows)


def test_that_a_form_that_breaks_is_handed_over_and_undo_takes_it_back(painted):
    session, scene, painting = painted
    id = unmarked(session, painting)
    rows = painting.rows([id])
    damage.mark(session, id, grade=5)
    assert (scene.whole[-1][2][rows] == 5).all()
    session.undo()
    assert (scene.whole[-1][2][rows] == 0).all() and (painting.colouring.of == painting._coloured().of).all()


def test_that_marks_one_by_one_end_in_the_picture_that_a_fresh_start_gives(painted):
    session, scene, painting = painted
    for n, grade in enumerate((0, 3, 5, 1, 4)):
        damage.mark(session, unmarked(session, painting, n * 3), grade=grade)
    fresh, other = Painting(), Scene()
    table = session.shapes("buildings", ("part_of",))
    fresh.show(session, other, table.ids, table.columns["part_of"])
    for name in ("of", "hatched", "broken"):
        assert (getattr(fresh.colouring, name) == getattr(painting.colouring, name)).all()


def test_that_a_part_wears_the_grade_of_its_building(painted):
    session, _scene, painting = painted
    parts = np.flatnonzero(painting.ids != painting._asked)
    if not len(parts):
        id = unmarked(session, painting)
        first, second = painting.ids.copy(), np.array([None] * len(painting.ids), object)
        second[0] = id if first[0] != id else first[1]
        painting.show(session, Scene(), first, second)
        parts = np.array([0])
    whole = str(painting._asked[parts[0]])
    damage.mark(session, whole, grade=3)
    assert painting.colouring.entries[painting.colouring.of[parts[0]]].key == "3"


def test_that_every_mode_colours_every_building(painted):
    session, scene, painting = painted
    for mode, _title in modes():
        painting.set_mode(mode)
        assert painting.colouring.counts().sum() == len(painting.ids), mode
    before = len(scene.slices) + len(scene.whole)
    damage.mark(session, unmarked(session, painting), grade=2)
    assert len(scene.slices) + len(scene.whole) == before
    painting.set_mode(DAMAGE)
    assert painting.colouring.counts()[2] >= 1


def test_that_what_is_left_out_is_not_drawn(painted):
    _session, scene, painting = painted
    painting.set_leaves_out(True)
    painting.set_hidden({"none"})
    none = [e.key for e in painting.colouring.entries].index("none")
    assert (scene.hidden == (painting.colouring.of == none)).all() and scene.hidden.any()
    painting.set_hidden(set())
    assert not scene.hidden.any()
