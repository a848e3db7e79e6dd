import uuid

import pytest

from vidbudova.model.ids import new_id, source_id


def test_that_the_same_feature_of_the_same_file_has_the_same_id_everywhere():
    assert source_id("ab" * 32, "way/7", "buildings") == "ca98a4a4-1760-5c7a-9dcd-97d9e450e15d"
    assert source_id("a", "7", "buildings") == source_id("a", "7", "buildings")
    assert len({source_id("a", "7", "buildings"), source_id("a", "7", "roads"), source_id("b", "7", "buildings")}) == 3


def test_that_a_new_id_is_a_uuid_of_version_7_that_sorts_by_time():
    early, late = new_id(1_000, b"\xff" * 10), new_id(1_001, b"\x00" * 10)
    assert uuid.UUID(early).version == 7
    assert uuid.UUID(early).variant == uuid.RFC_4122
    assert early < late
    assert new_id(1_000, b"\x01" * 10) != new_id(1_000, b"\x02" * 10)


def test_that_too_little_chance_or_a_time_out_of_range_is_refused():
    with pytest.raises(ValueError):
        new_id(1, b"short")
    with pytest.raises(ValueError):
        new_id(-1, b"\x00" * 10)
