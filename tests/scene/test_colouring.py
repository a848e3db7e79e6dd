"""Which colour a building wears, and why."""

from __future__ import annotations

import numpy as np

from vidbudova.model.damage import DamageView
from vidbudova.scene import colouring


def view(grade, reading, hatched):
    return DamageView(np.array(grade, np.int8), np.array(reading, np.int8), np.array(hatched, bool))


def test_that_a_grade_wins_over_a_reading_and_possible_has_its_own_line():
    c = colouring.by_damage(view([4, -1, -1, 0], [5, 3, 6, -1], [0, 1, 1, 0]))
    assert [c.entries[i].key for i in c.of] == ["4", "3", "P", "0"]
    assert c.broken.tolist() == [4, 0, 0, 0]
    assert c.counts().sum() == 4


def test_that_the_lightness_of_grades_falls_with_each():
    light = [np.array(colouring.grade_rgb(str(g))) @ [0.2126, 0.7152, 0.0722] for g in range(1, 6)]
    assert all(a > b + 15 for a, b in zip(light, light[1:], strict=False))


def test_that_hidden_entries_are_dimmed_and_the_others_keep_their_colour():
    c = colouring.by_damage(view([1, 5], [-1, -1], [0, 0]))
    plain, dimmed = c.rgb(), c.rgb(hidden={"5"})
    assert (plain[0] == dimmed[0]).all() and dimmed[1].mean() > plain[1].mean() + 60
    only = c.rgb(only=np.array([False, True]))
    assert (only[1] == plain[1]).all() and (only[0] != plain[0]).any()


def test_that_rare_kinds_become_others_and_empty_ones_unknown():
    values = np.array([f"k{i:02}" for i in range(20)] * 2 + ["k00", None, ""], object)
    c = colouring.by_kind(values, {"k00": "First"})
    assert c.entries[0].title == "First" and len(c.entries) == colouring.MOST_KINDS + 2
    assert c.entries[c.of[-1]].key == "" and c.counts()[-1] == 2
    assert c.counts()[-2] == 2 * (20 - colouring.MOST_KINDS)


def test_that_few_kinds_have_no_line_for_others():
    c = colouring.by_kind(np.array(["a", "b", None], object))
    assert [e.key for e in c.entries] == ["a", "b", ""] and c.of.tolist() == [0, 1, 2]


def test_that_numbers_fall_into_classes_in_order_and_unknown_ones_are_said():
    values = np.array([3.0, 9, 15, 27, 40, np.nan])
    c = colouring.by_number(values, "m")
    assert (np.diff(c.of) >= 0).all() and c.entries[c.of[-1]].key == ""
    assert all("m" in e.title for e in c.entries[:-1])


def test_that_one_value_for_all_gives_one_class():
    c = colouring.by_number(np.array([9.0, 9.0, 9.0]))
    assert len(c.entries) == 2 and c.of.tolist() == [0, 0, 0]


def test_that_nothing_at_all_gives_an_empty_colouring():
    assert colouring.by_number(np.zeros(0)).rgb().shape == (0, 3)
    assert colouring.by_kind(np.zeros(0, object)).rgb().shape == (0, 3)
