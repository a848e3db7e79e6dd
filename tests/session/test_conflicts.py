"""Conflicts have names, and closing one closes it on every laptop."""

import blocks
import pytest

from vidbudova.errors import UserError
from vidbudova.model.change import digest, encode
from vidbudova.session import conflicts, damage, zones


def log_of(session):
    """All that a session knows, as a bundle would carry it."""
    chain, packed = {}, []
    for change in session.changes():
        data = encode(change)
        chain[change.replica] = digest(chain.get(change.replica, ""), data)
        packed.append((data, chain[change.replica]))
    return packed


def exchange(a, b):
    ours, theirs = log_of(a), log_of(b)
    a.receive(theirs)
    b.receive(ours)


@pytest.fixture
def pair(tmp_path):
    olena, ivan = (blocks.new(tmp_path / f"{n}.vbp.gpkg", n) for n in ("Olena", "Ivan"))
    blocks.add_layer(olena, tmp_path, "buildings", blocks.row_of_houses(), "houses")
    blocks.add_layer(ivan, tmp_path, "buildings", blocks.row_of_houses(), "houses")
    yield olena, ivan
    olena.close()
    ivan.close()


def test_that_a_settled_grade_is_settled_on_both_laptops_and_the_name_was_the_same(pair):
    olena, ivan = pair
    damage.mark(olena, "b0", grade=4)
    damage.mark(ivan, "b0", grade=2)
    exchange(olena, ivan)
    (here,), (there,) = olena.conflicts(), ivan.conflicts()
    assert conflicts.id_of(here) == conflicts.id_of(there)
    assert damage.damage_view(olena, ["b0"]).grade.tolist() == damage.damage_view(ivan, ["b0"]).grade.tolist() == [4]
    letter = next(x for x, c in conflicts.letters(here).items() if c.author == "Ivan")
    conflicts.resolve(olena, conflicts.id_of(here), letter.lower())
    exchange(olena, ivan)
    assert olena.conflicts() == ivan.conflicts() == []
    assert olena.row("damage_marks", "b0") == ivan.row("damage_marks", "b0")
    assert (ivan.row("damage_marks", "b0")["grade"], ivan.row("damage_marks", "b0")["inspector"]) == (2, "Ivan")


def test_that_taking_the_value_that_is_shown_anyway_settles_it_too(pair):
    olena, ivan = pair
    damage.mark(olena, "b0", grade=4)
    damage.mark(ivan, "b0", grade=2)
    exchange(olena, ivan)
    (open_,) = olena.conflicts()
    shown = next(x for x, c in conflicts.letters(open_).items() if c.change == open_.shown)
    assert conflicts.resolve(olena, conflicts.id_of(open_), shown) is not None
    exchange(olena, ivan)
    assert olena.conflicts() == ivan.conflicts() == []
    assert ivan.row("damage_marks", "b0")["grade"] == 4


@pytest.mark.parametrize("keep", [True, False])
def test_that_a_zone_removed_here_and_changed_there_is_kept_or_removed_as_told(pair, keep):
    olena, ivan = pair
    drawn = zones.add(olena, blocks.box(0, 0, 40), name="North")
    exchange(olena, ivan)
    zones.remove(olena, [drawn.id])
    zones.describe(ivan, drawn.id, name="North of the river")
    exchange(olena, ivan)
    (open_,) = ivan.conflicts()
    assert open_.kind == "deleted"
    assert ivan.row("zones", drawn.id)["name"] == "North of the river", "an edit that was not seen keeps the zone"
    letter = next(x for x, c in conflicts.letters(open_).items() if (c.fields is not None) == keep)
    conflicts.resolve(ivan, conflicts.id_of(open_), letter)
    exchange(olena, ivan)
    assert olena.conflicts() == ivan.conflicts() == []
    for session in (olena, ivan):
        row = session.row("zones", drawn.id)
        assert (row is not None) == keep
        if keep:
            assert (row["name"], row["area_m2"]) == ("North of the river", 1600)


def test_that_outlines_travel_whole_when_one_is_taken(pair):
    olena, ivan = pair
    drawn = zones.add(olena, blocks.box(0, 0, 40), name="North")
    exchange(olena, ivan)
    zones.reshape(olena, drawn.id, blocks.box(0, 0, 50))
    zones.reshape(ivan, drawn.id, blocks.box(0, 0, 60))
    exchange(olena, ivan)
    (open_,) = olena.conflicts()
    assert not conflicts.can_take_both(open_)
    letter = next(x for x, c in conflicts.letters(open_).items() if c.author == "Olena")
    conflicts.resolve(ivan, conflicts.id_of(open_), letter)
    row = ivan.row("zones", drawn.id)
    assert (row["area_m2"], row["perimeter_m"]) == (2500, 200)
    assert zones.rules.area_of(row).area == 2500


def test_that_notes_of_two_people_can_both_stay_and_photos_always_do(pair, tmp_path):
    from PIL import Image

    olena, ivan = pair
    for session, colour in ((olena, "red"), (ivan, "blue")):
        Image.new("RGB", (20, 20), colour).save(tmp_path / f"{colour}.png")
        damage.mark(session, "b0", grade=3, note=f"{colour} wall", files=[tmp_path / f"{colour}.png"])
    exchange(olena, ivan)
    assert len(olena.row("damage_marks", "b0")["photos"]) == 2
    note = next(c for c in olena.conflicts() if c.group == "note")
    assert conflicts.can_take_both(note)
    conflicts.resolve(olena, conflicts.id_of(note), "both")
    exchange(olena, ivan)
    assert set(ivan.row("damage_marks", "b0")["note"].split("\n")) == {"red wall", "blue wall"}
    assert not [c for c in ivan.conflicts() if c.group == "note"]


def test_that_a_letter_or_a_name_that_is_none_is_refused_and_settles_nothing(pair):
    olena, ivan = pair
    damage.mark(olena, "b0", grade=4)
    damage.mark(ivan, "b0", grade=2)
    exchange(olena, ivan)
    (open_,) = olena.conflicts()
    for id, take in ((conflicts.id_of(open_), "C"), (conflicts.id_of(open_), "both"), ("nowhere", "A")):
        with pytest.raises(UserError):
            conflicts.resolve(olena, id, take)
    assert olena.conflicts() == [open_]
