"""The shipped scales hold together, and a class never says more on another scale than its evidence carries."""

import copy
import json

import pytest

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.formats.scale_files import load_scales
from vidbudova.model.codes import EVIDENCE
from vidbudova.model.scales import OURS, REMOTE, parse, severity

SCALES = load_scales()
UNOSAT_2022 = {
    "Destroyed": "5", "Severe Damage": "3", "Moderate Damage": "2", "Possible Damage": "P", "No Visible Damage": "0",
}  # fmt: skip


def documents():
    return {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in paths.resources("scales").glob("*.json")}


def test_that_the_named_scales_are_shipped_and_dated():
    named = {"ems-98", "copernicus-4", "copernicus-5", "unosat", "xbd", "atc-20", "iom"}
    assert named | {"ua-inspection-2022", "ua-technical-state"} <= set(SCALES.by_id)
    assert all(len(scale.dated) == 10 and scale.steps for scale in SCALES.by_id.values())


def test_that_every_class_names_its_source_and_both_languages():
    for scale in SCALES.by_id.values():
        for step in scale.steps:
            assert step.source.title, (scale.id, step.code)
            assert set(step.title.by_language) >= {"en", "uk"}, (scale.id, step.code)


def test_that_what_was_not_read_at_its_source_says_so():
    assert not SCALES.by_id["ua-technical-state"].verified
    assert not SCALES.by_id["copernicus-4"].verified
    assert [s.verified for s in SCALES.by_id["ua-inspection-2022"].steps] == [True, False, False]
    assert not SCALES.reviewed, "an engineer has not reviewed the crosswalk yet"


def test_that_ems_98_grades_are_described_for_masonry_and_concrete():
    graded = [s for s in SCALES.by_id["ems-98"].steps if s.code != "0"]
    assert [s.code for s in graded] == ["1", "2", "3", "4", "5"]
    assert all(set(s.meaning) == {"masonry", "concrete"} for s in graded)


@pytest.mark.parametrize(("text", "reading"), UNOSAT_2022.items())
def test_that_unosat_texts_and_codes_read_the_same(text, reading):
    step = SCALES.by_id["unosat"].find(text)
    for raw in (text, text.upper(), f"  {text} ", step.code, int(step.code), float(step.code), f"{step.code}.0"):
        assert SCALES.reading(raw, "unosat", "satellite") == reading


def test_that_craters_speak_of_the_ground_and_have_no_reading():
    for raw in (5, 7, 9, 10, "Impact Crater (Damage to Road)"):
        assert SCALES.by_id["unosat"].find(raw).target == "ground"
        assert SCALES.reading(raw, "unosat", "satellite") == ""
    assert SCALES.by_id["unosat"].find(14).target == "cell"


def test_that_an_engineers_grade_passes_unchanged_from_the_ground_and_is_refused_from_above():
    for grade in "12345":
        assert SCALES.convert(grade, "ems-98", "walk_round").quality == "exact"
        assert SCALES.convert(grade, "ems-98", "walk_round").grade == grade
        assert SCALES.convert(grade, "ems-98", "street_photo").quality == "lossy"
    for grade in "124":
        for evidence in REMOTE:
            with pytest.raises(UserError) as refused:
                SCALES.convert(grade, "ems-98", evidence)
            assert refused.value.key == "conversion-not-allowed"
    heavy = SCALES.convert("3", "ems-98", "satellite")
    assert (heavy.grade, heavy.low, heavy.high, heavy.quality) == ("3", 3, 5, "lossy")


def test_that_nothing_seen_from_above_reads_as_exact_but_possible():
    for (_, _, target), rules in SCALES.rules.items():
        for rule in rules:
            if target == OURS and any(rule.quality[e] == "exact" for e in REMOTE):
                assert rule.value == "P", (rule.source, rule.code)


def test_that_possible_never_becomes_a_grade():
    for evidence in EVIDENCE:
        assert SCALES.reading("Possible Damage", "unosat", evidence) == "P"
        for target in ("ems-98", "atc-20", "iom", "hazus"):
            with pytest.raises(UserError):
                SCALES.convert("P", OURS, evidence, target)


def test_that_legal_categories_are_reached_from_nothing_and_lead_nowhere():
    legal = {s.id for s in SCALES.by_id.values() if s.kind == "legal"}
    assert len(legal) == 3
    for source in SCALES.by_id.values():
        for target in SCALES.by_id:
            if (source.id in legal or target in legal) and source.id != target:
                for step in source.steps:
                    with pytest.raises(UserError):
                        SCALES.convert(step.code, source.id, "instrument", target)


def test_that_a_posting_is_proposed_from_a_grade_but_never_read_as_one():
    assert SCALES.convert("4", OURS, "walk_round", "atc-20").grade == "unsafe"
    with pytest.raises(UserError):
        SCALES.convert("4", OURS, "satellite", "atc-20")
    with pytest.raises(UserError):
        SCALES.convert("unsafe", "atc-20", "walk_round")


def test_that_an_unknown_class_is_refused_with_its_raw_value_in_the_sentence():
    with pytest.raises(UserError, match="Trümmer"):
        SCALES.convert("Trümmer", "unosat", "satellite")
    assert SCALES.reading(None, "unosat", "satellite") == SCALES.reading(float("nan"), "unosat", "satellite") == ""


def test_that_the_scale_of_a_column_is_guessed_from_its_values():
    assert SCALES.guess(["Severe Damage", "No Visible Damage", "Impact Crater (Damage to Field)", None]) == "unosat"
    assert SCALES.guess(["major-damage", "no-damage"]) == "xbd"
    assert SCALES.guess(["Highly Damaged", "Not Affected"]) == "copernicus-5"
    assert SCALES.guess(["red", "blue"]) == SCALES.guess([]) == ""


def test_that_readings_are_ordered_with_possible_below_the_first_grade():
    assert sorted(["5", "P", "0", "2", ""], key=severity) == ["", "0", "P", "2", "5"]


def _legal_arrow(docs):
    docs["crosswalk"]["rules"][0]["to"] = "ua-technical-state"


def _grade_from_possible(docs):
    next(r for r in docs["crosswalk"]["rules"] if r["from"] == OURS)["code"] = "P"


def _grade_from_above(docs):
    rule = next(r for r in docs["crosswalk"]["rules"] if r["from"] == "ems-98" and r["code"] == "4")
    rule["quality"]["satellite"] = "lossy"


def _missing_evidence(docs):
    del docs["crosswalk"]["rules"][0]["quality"]["drone"]


def _unknown_class(docs):
    docs["crosswalk"]["rules"][0]["code"] = "6"


def _class_twice(docs):
    docs["unosat"]["steps"][1]["aliases"].append("destroyed")


def _verified_hearsay(docs):
    docs["ua-technical-state"]["steps"][0]["verified"] = True


@pytest.mark.parametrize(
    "spoil",
    [
        _legal_arrow,
        _grade_from_possible,
        _grade_from_above,
        _missing_evidence,
        _unknown_class,
        _class_twice,
        _verified_hearsay,
    ],
)
def test_that_data_files_which_break_a_rule_are_refused(spoil):
    docs = copy.deepcopy(documents())
    parse(docs)
    spoil(docs)
    with pytest.raises(ValueError, match="scale data"):
        parse(docs)
