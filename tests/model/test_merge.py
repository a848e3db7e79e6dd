import os
import random

import pytest
from interleaving import Person, folded, lost_values, play

from vidbudova.model import cells, merge
from vidbudova.model.change import NOW, ROW, Delta, edit
from vidbudova.model.merge import Conflict, Folding, fold

INTERLEAVINGS = int(os.environ.get("VIDBUDOVA_INTERLEAVINGS", "10000"))
"""1,000,000 for the long run."""


def faults(changes, seed, folding=Folding):
    """What is wrong with merging one story; the checker that the broken merges below must not pass."""
    whole = folded(changes, folding)
    state = whole.state()
    chance = random.Random(seed)
    found = []
    for _ in range(2):
        other = list(changes) + chance.sample(changes, len(changes) // 2)
        chance.shuffle(other)
        again = folded(other, folding).state()
        if again.rows != state.rows:
            found.append("tables")
        if again.conflicts != state.conflicts:
            found.append("conflicts")
    if lost_values(changes, whole, state):
        found.append("lost")
    return found


def test_that_logs_united_in_any_order_give_the_same_tables_and_conflicts_and_lose_nothing():
    conflicts = 0
    for seed in range(INTERLEAVINGS):
        story = play(seed)
        assert faults(story, seed) == [], f"seed {seed}"
        if seed % 100 == 0:
            conflicts += len(fold(story).conflicts)
    assert conflicts > 0, "stories without conflicts would prove nothing"


class ForgetsWhatCameLate(Folding):
    """Takes a Change whose successor is here already as current: the order of arrival decides."""

    def add(self, change):
        self.gone.clear()
        super().add(change)


class TakesTheLatest(Folding):
    """The last to come wins, as if it had seen what is there."""

    def add(self, change):
        if change.id not in self.known:
            for cell, _value in cells.writes(change):
                self.heads.get((cell.scenario, cell.table, cell.id), {}).pop(cell.group, None)
        super().add(change)


def broken_by_order():
    return ForgetsWhatCameLate, None


def broken_by_winning_silently():
    return TakesTheLatest, None


def broken_by_deletes_that_win():
    return Folding, ("is_gone", lambda heads: bool(cells.deletes(heads)))


@pytest.mark.parametrize("broken", [broken_by_order, broken_by_winning_silently, broken_by_deletes_that_win])
def test_that_a_broken_merge_does_not_pass(broken, monkeypatch):
    folding, patch = broken()
    stories = [play(seed) for seed in range(200)]
    if patch:
        monkeypatch.setattr(merge.cells, *patch)
    seen = {fault for seed in range(200) for fault in faults(stories[seed], seed, folding)}
    assert seen, "the checker lets a broken merge through"


@pytest.fixture
def pair():
    """Two people who both know the zone z and the mark m."""
    olha, ivan = Person("olha", 0), Person("ivan", 0)
    made = [
        olha.edit(
            [Delta("zones", "z", None, {"name": "North", "starts_on": "2026-01-01", "ends_on": "2026-02-01"})], 1
        ),
        olha.edit([Delta("damage_marks", "m", None, {"grade": 2, "photos": frozenset({"p"})})], 2),
    ]
    ivan.receive(made)
    return olha, ivan, made


def united(*people):
    return fold([c for p in people for c in p.folding.known.values()])


def test_that_two_values_set_apart_are_an_open_conflict_until_someone_who_saw_both_closes_it(pair):
    """Conflicts cannot be resolved elsewhere (https://github.com/opengisch/QField/issues/5205): not here."""
    olha, ivan, _made = pair
    first = olha.edit([edit("zones", "z", {"name": "North"}, name="East")], 10)
    second = ivan.edit([edit("zones", "z", {"name": "North"}, name="West")], 11)
    state = united(olha, ivan)
    (conflict,) = state.conflicts
    assert (conflict.table, conflict.id, conflict.group, conflict.kind) == ("zones", "z", "name", "values")
    assert {v.change: v.fields for v in conflict.values} == {first.id: {"name": "East"}, second.id: {"name": "West"}}
    assert state.rows[(NOW, "zones", "z")]["name"] == "West"
    olha.receive([second])
    olha.edit([edit("zones", "z", {"name": "West"}, name="East")], 20)
    state = united(olha, ivan)
    assert state.conflicts == []
    assert state.rows[(NOW, "zones", "z")]["name"] == "East"


def test_that_of_two_grades_set_apart_the_worse_is_displayed_whenever_it_was_set(pair):
    olha, ivan, _made = pair
    worse = olha.edit([edit("damage_marks", "m", {"grade": 2}, grade=5)], 10)
    ivan.edit([edit("damage_marks", "m", {"grade": 2}, grade=1)], 99)
    state = united(olha, ivan)
    assert state.rows[(NOW, "damage_marks", "m")]["grade"] == 5
    assert state.conflicts[0].shown == worse.id


def test_that_equal_values_set_apart_are_no_conflict(pair):
    olha, ivan, _made = pair
    olha.edit([edit("zones", "z", {"name": "North"}, name="East")], 10)
    ivan.edit([edit("zones", "z", {"name": "North"}, name="East")], 11)
    assert united(olha, ivan).conflicts == []


def test_that_different_fields_changed_apart_both_stay(pair):
    olha, ivan, _made = pair
    olha.edit([edit("zones", "z", {"name": "North"}, name="East")], 10)
    ivan.edit([edit("zones", "z", {"phase": None}, phase=3)], 11)
    state = united(olha, ivan)
    assert state.conflicts == []
    assert (state.rows[(NOW, "zones", "z")]["name"], state.rows[(NOW, "zones", "z")]["phase"]) == ("East", 3)


def test_that_photos_added_on_both_sides_stay_and_a_removal_takes_only_what_it_saw(pair):
    olha, ivan, _made = pair
    olha.edit([edit("damage_marks", "m", {"photos": frozenset("p")}, photos=frozenset("pq"))], 10)
    ivan.edit([edit("damage_marks", "m", {"photos": frozenset("p")}, photos=frozenset("r"))], 11)
    state = united(olha, ivan)
    assert state.rows[(NOW, "damage_marks", "m")]["photos"] == frozenset("qr")
    assert state.conflicts == []


def test_that_an_addition_wins_over_a_removal_made_apart(pair):
    olha, ivan, _made = pair
    olha.edit([edit("damage_marks", "m", {"photos": frozenset("p")}, photos=frozenset())], 10)
    olha.edit([edit("damage_marks", "m", {"photos": frozenset()}, photos=frozenset("p"))], 11)
    ivan.edit([edit("damage_marks", "m", {"photos": frozenset("p")}, photos=frozenset())], 99)
    assert united(olha, ivan).rows[(NOW, "damage_marks", "m")]["photos"] == frozenset("p")


def test_that_a_delete_does_not_take_an_edit_it_had_not_seen(pair):
    olha, ivan, _made = pair
    deleted = olha.edit([Delta("zones", "z", {"name": "North"}, None)], 99)
    edited = ivan.edit([edit("zones", "z", {"phase": None}, phase=3)], 11)
    state = united(olha, ivan)
    assert state.rows[(NOW, "zones", "z")]["phase"] == 3
    (conflict,) = state.conflicts
    assert (conflict.kind, conflict.group, conflict.shown) == ("deleted", ROW, edited.id)
    assert {v.change: v.fields for v in conflict.values}[deleted.id] is None
    olha.receive([edited])
    olha.edit([Delta("zones", "z", {"name": "North"}, None)], 100)
    assert (NOW, "zones", "z") not in united(olha, ivan).rows
    assert united(olha, ivan).conflicts == []


def test_that_an_edit_by_someone_who_saw_the_delete_keeps_the_row_for_all(pair):
    olha, ivan, _made = pair
    deleted = olha.edit([Delta("zones", "z", {"name": "North"}, None)], 10)
    ivan.edit([edit("zones", "z", {"phase": None}, phase=3)], 11)
    ivan.receive([deleted])
    ivan.edit([edit("zones", "z", {"phase": 3}, phase=4)], 12)
    state = united(olha, ivan)
    assert state.conflicts == []
    assert state.rows[(NOW, "zones", "z")]["phase"] == 4


def test_that_nothing_of_an_earlier_life_comes_back_with_a_new_row(pair):
    olha, _ivan, _made = pair
    olha.edit([Delta("damage_marks", "m", {"grade": 2}, None)], 10)
    olha.edit([Delta("damage_marks", "m", None, {"note": "again"})], 11)
    row = united(olha).rows[(NOW, "damage_marks", "m")]
    assert (row["grade"], row["photos"], row["note"]) == (None, frozenset(), "again")


def test_that_fields_of_one_group_travel_as_one(pair):
    olha, ivan, _made = pair
    olha.edit(
        [edit("zones", "z", {"starts_on": None, "ends_on": None}, starts_on="2026-03-01", ends_on="2026-04-01")], 10
    )
    ivan.edit(
        [edit("zones", "z", {"starts_on": None, "ends_on": None}, starts_on="2026-05-01", ends_on="2026-06-01")], 11
    )
    state = united(olha, ivan)
    row = state.rows[(NOW, "zones", "z")]
    assert (row["starts_on"], row["ends_on"]) == ("2026-05-01", "2026-06-01")
    assert [c.group for c in state.conflicts] == ["dates"]


def test_that_unknown_tables_and_fields_are_folded_and_kept():
    newer = Person("newer", 0)
    newer.edit([Delta("drones", "d", None, {"battery": 5, "crew": frozenset({"x"})})], 1)
    newer.edit([edit("drones", "d", {"battery": 5}, battery=6)], 2)
    row = united(newer).rows[(NOW, "drones", "d")]
    assert row == {"battery": 6, "crew": frozenset({"x"})}


def test_that_a_change_taken_in_twice_counts_once(pair):
    olha, _ivan, made = pair
    assert fold([*made, *made]) == united(olha)
    assert all(isinstance(c, Conflict) for c in fold(made).conflicts)
