import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as _given
from hypothesis import strategies as st

from vidbudova.model.change import (
    Cell,
    Change,
    Delta,
    decode,
    decode_value,
    digest,
    edit,
    encode,
    encode_value,
    without_idle,
)


def given(*strategies):
    """Hypothesis without its stop-watch: the first draw of a fresh machine builds its tables of characters."""
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    return lambda test: patient(_given(*strategies)(test))


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.frozensets(st.text(max_size=5), max_size=3),
)
names = st.text("abcdefgh_", min_size=1, max_size=6)
fields = st.dictionaries(names, values, max_size=4)


@st.composite
def deltas(draw):
    table, id, kind = draw(names), draw(names), draw(st.sampled_from(("create", "edit", "delete")))
    after = draw(fields)
    if kind == "create":
        return Delta(table, id, None, after)
    if kind == "delete":
        return Delta(table, id, after, None)
    return Delta(table, id, {name: draw(values) for name in after}, after)


@st.composite
def changes(draw):
    some = tuple(draw(st.lists(deltas(), max_size=4, unique_by=lambda d: (d.table, d.id))))
    parents = {Cell("now", d.table, d.id, "name"): ("r:1", "q:2") for d in some}
    title, time = draw(st.text(max_size=20)), draw(st.integers(0, 2**62))
    return Change("r", draw(st.integers(1, 2**40)), time, "Олена", title, some, parents, extra={"later": [1, {"x": 2}]})


@given(deltas())
def test_that_the_inverse_of_the_inverse_of_a_delta_is_the_delta(delta):
    assert delta.inverse().inverse() == delta


@given(changes())
def test_that_inverting_a_change_twice_gives_its_deltas(change):
    back = Change("r", 2, 0, "", "", change.inverse(), {})
    assert back.inverse() == change.deltas


@given(changes())
def test_that_a_change_is_read_as_it_was_written_with_what_a_newer_version_added(change):
    again = decode(encode(change))
    assert again == change
    assert encode(again) == encode(change)


@given(values)
def test_that_a_value_comes_back_from_json(value):
    assert decode_value(encode_value(value)) == value


@pytest.mark.parametrize("junk", [b"", b"{}", b"[]", b"null", b'{"deltas": 1}', b'{"deltas": [], "parents": []}'])
def test_that_bytes_that_are_no_change_are_refused(junk):
    with pytest.raises(ValueError):
        decode(junk)


def test_that_the_chain_depends_on_every_line_before():
    first, second = digest("", b"a"), digest(digest("", b"a"), b"b")
    assert digest(digest("", b"x"), b"b") != second != first


def test_that_a_delta_must_say_something_and_name_the_same_fields():
    with pytest.raises(ValueError):
        Delta("zones", "z", None, None)
    with pytest.raises(ValueError):
        Delta("zones", "z", {"name": "a"}, {"phase": 1})


def test_that_idle_fields_and_deltas_are_left_out():
    some = [
        edit("zones", "z", {"name": "a", "phase": 1}, name="a", phase=2),
        edit("zones", "y", {"name": "a"}, name="a"),
    ]
    assert without_idle(some) == (Delta("zones", "z", {"phase": 1}, {"phase": 2}),)
