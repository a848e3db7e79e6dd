"""A mark says who, when and on what evidence; nothing seen from above becomes an engineer's grade."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from vidbudova.errors import UserError
from vidbudova.model.change import Delta
from vidbudova.model.codes import EVIDENCE
from vidbudova.model.damage import (
    FROM_ABOVE,
    GRADES,
    NONE,
    POSSIBLE,
    DamageView,
    annotate,
    check,
    codes,
    grade_counts,
    mark,
    reading_counts,
    record_act,
    severities,
    unmark,
)
from vidbudova.model.scales import REMOTE, SEVERITY
from vidbudova.model.schema import DAMAGE_MARKS

ON_SITE = [e for e in EVIDENCE if e not in REMOTE]
ASSESSMENT = {f.name for f in DAMAGE_MARKS.fields if f.cell_group == "assessment"}


def marked(grade=3, evidence="walk_round", **more):
    return {"grade": grade, "evidence": evidence, "inspector": "Olena", "inspected_at": "2026-05-01T10:00:00Z", **more}


def test_that_a_first_mark_brings_the_row_into_being_with_who_when_and_on_what_evidence():
    (delta,) = mark(
        "b1", None, grade=4, evidence="walk_round", inspector="Olena", inspected_at="2026-05-01", note=" wall "
    )
    assert delta == Delta("damage_marks", "b1", None, marked(4, inspected_at="2026-05-01", note="wall"))


def test_that_marking_again_names_the_whole_assessment_so_that_it_merges_as_one():
    (delta,) = mark(
        "b1", marked(3, note="old", hazards=frozenset({"fire"})), grade=4, evidence="walk_round", inspector="Ivan"
    )
    assert set(delta.after) == ASSESSMENT
    assert delta.before["grade"] == 3
    assert delta.after["inspected_at"] is None, "the older visit's time must not pass for the newer one's"


def test_that_what_is_not_said_stays_and_what_is_said_empty_is_cleared():
    row = marked(note="old", photos=frozenset({"a"}), hazards=frozenset({"fire", "uxo"}))
    (kept,) = mark("b1", row, grade=3, evidence="walk_round", inspector="Olena")
    assert not {"note", "photos", "hazards"} & set(kept.after)
    (cleared,) = mark("b1", row, grade=3, evidence="walk_round", inspector="O", note=" ", photos=(), hazards=())
    assert (cleared.after["note"], cleared.after["photos"], cleared.after["hazards"]) == (
        None,
        frozenset(),
        frozenset(),
    )


@pytest.mark.parametrize("evidence", sorted(REMOTE))
@pytest.mark.parametrize("grade", sorted(GRADES))
def test_that_from_above_only_nothing_heavy_or_destroyed_may_be_marked(evidence, grade):
    if grade in FROM_ABOVE:
        check(grade, evidence)
    else:
        with pytest.raises(UserError) as refused:
            mark("b1", None, grade=grade, evidence=evidence, inspector="Olena")
        assert (refused.value.key, refused.value.exit_code) == ("grade-from-afar", 32)


@given(grade=st.sampled_from(sorted(GRADES)), evidence=st.sampled_from(ON_SITE), before=st.sampled_from(list(EVIDENCE)))
def test_that_from_the_ground_any_grade_may_replace_any_mark(grade, evidence, before):
    (delta,) = mark("b1", marked(5, before), grade=grade, evidence=evidence, inspector="Olena")
    assert (delta.after["grade"], delta.after["evidence"]) == (grade, evidence)


@given(
    old=st.sampled_from(sorted(GRADES)),
    grade=st.sampled_from(FROM_ABOVE),
    before=st.sampled_from(list(EVIDENCE)),
    evidence=st.sampled_from(sorted(REMOTE)),
)
def test_that_a_remote_mark_never_replaces_a_grade_from_the_ground_unless_it_was_destroyed_since(
    old, grade, before, evidence
):
    if before in REMOTE or grade == 5:
        check(grade, evidence, marked(old, before))
    else:
        with pytest.raises(UserError) as refused:
            check(grade, evidence, marked(old, before))
        assert refused.value.key == "evidence-weaker"


def test_that_a_row_with_only_a_legal_category_does_not_stand_in_the_way_of_a_remote_mark():
    check(3, "satellite", {"legal_category": "II", "grade": None, "evidence": None})


@pytest.mark.parametrize("grade", [6, -1, 2.5, "3", True, None, "P"])
def test_that_a_grade_outside_0_to_5_is_refused(grade):
    with pytest.raises(UserError) as refused:
        check(grade, "walk_round")
    assert refused.value.key == "value-wrong"


@pytest.mark.parametrize("when", ["yesterday", "2026-13-01", "12:00"])
def test_that_a_day_that_is_none_is_refused(when):
    with pytest.raises(UserError, match=when):
        mark("b1", None, grade=3, evidence="walk_round", inspector="Olena", inspected_at=when)


def test_that_unknown_evidence_and_unknown_hazards_are_refused():
    with pytest.raises(UserError, match="hearsay"):
        check(3, "hearsay")
    with pytest.raises(UserError, match="ghosts"):
        mark("b1", None, grade=3, evidence="walk_round", inspector="Olena", hazards={"fire", "ghosts"})


def test_that_a_note_or_a_photo_is_added_without_touching_the_grade_or_whose_it_is():
    (delta,) = annotate("b1", marked(note=None), note="gas smell", photos={"sha"})
    assert set(delta.after) == {"note", "photos"}
    assert annotate("b1", marked()) == []


def test_that_a_legal_category_is_entered_from_an_act_and_leaves_the_grade_alone():
    (delta,) = record_act("b1", marked(), category="II", act="No 17 of 2026-03-01")
    assert set(delta.after) == {"legal_category", "legal_act"}
    with pytest.raises(UserError, match="act"):
        record_act("b1", marked(), category="II", act="  ")


def test_that_taking_a_mark_away_keeps_all_it_said_in_the_history():
    row = marked(note="x", photos=frozenset({"a"}))
    (delta,) = unmark("b1", row)
    assert delta.after is None
    assert delta.inverse() == Delta("damage_marks", "b1", None, row)


def test_that_what_is_shown_is_the_mark_first_and_the_reading_else():
    view = DamageView(np.array([4, NONE, NONE], np.int8), np.array([2, POSSIBLE, NONE], np.int8), np.zeros(3, bool))
    assert view.shown.tolist() == [4, POSSIBLE, NONE]


def test_that_readings_keep_their_order_of_weight_as_numbers():
    read = codes(np.array(["5", "P", "0", "2", "", None, "3+"], object))
    assert read.tolist() == [5, POSSIBLE, 0, 2, NONE, NONE, NONE]
    assert severities(read).tolist() == [SEVERITY.index("5"), SEVERITY.index("P"), 0, SEVERITY.index("2"), -1, -1, -1]


def test_that_counts_leave_out_what_is_not_assessed():
    assert grade_counts(np.array([0, 5, 5, -1], np.int8)) == {"0": 1, "1": 0, "2": 0, "3": 0, "4": 0, "5": 2}
    assert reading_counts(np.array([6, 6, 0, -1], np.int8))["P"] == 2
