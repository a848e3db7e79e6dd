"""An outline becomes a zone only if it can be one; what was mended is said, and nothing overlaps."""

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from shapely import Polygon, box

from vidbudova.errors import UserError
from vidbudova.model import zones
from vidbudova.model.change import Delta
from vidbudova.model.zones import Neighbour, area_of, merge, outline_fields, pieces, split, tidy

FAR = 390_000.0, 5_218_000.0


def at(*corners, holes=()):
    """A polygon with its corners given from a place as far out as UTM puts a city."""
    return shapely.affinity.translate(Polygon(corners, holes), *FAR)


def square(x, y, side=10.0):
    return at((x, y), (x + side, y), (x + side, y + side), (x, y + side))


def row(area, **fields):
    return {**outline_fields(area), "name": "North", "kind": "housing", **fields}


def refused(key, *args, **more):
    with pytest.raises(UserError) as error:
        tidy(*args, **more)
    assert error.value.key == key
    return error.value.values


def test_that_a_plain_outline_passes_without_a_word_and_keeps_its_measure():
    tidied = tidy(square(0, 0))
    assert tidied.sentences == ()
    assert tidied.area.geom_type == "MultiPolygon"
    fields = outline_fields(tidied.area)
    assert (fields["area_m2"], fields["perimeter_m"]) == pytest.approx((100, 40))


def test_that_a_bow_tie_is_refused_and_the_place_where_it_crosses_is_told():
    values = refused("zone-crosses-itself", at((0, 0), (10, 10), (10, 0), (0, 10)))
    assert values["place"] == "390005.0, 5218005.0"


def test_that_an_outline_which_runs_round_twice_is_refused():
    refused("zone-crosses-itself", at((0, 0), (10, 0), (10, 10), (2, 10), (2, -3), (4, -3), (4, 8), (0, 8)))


def test_that_a_spike_and_a_corner_touching_a_side_are_mended_with_a_sentence():
    spiked = tidy(at((0, 0), (10, 0), (10, 5), (30, 5), (10, 5), (10, 10), (0, 10)))
    assert spiked.area.area == pytest.approx(100)
    assert spiked.area.bounds[2] == FAR[0] + 10
    assert "mended" in spiked.sentences[0]
    touching = tidy(at((0, 0), (10, 0), (10, 10), (5, 0), (0, 10)))
    assert touching.area.area == pytest.approx(50)
    assert shapely.is_valid(touching.area)


def test_that_repeated_corners_and_heights_go_without_a_word():
    tidied = tidy(shapely.force_3d(at((0, 0), (0, 0), (10, 0), (10, 0.0001), (10, 10), (0, 10)), 80.0))
    assert tidied.sentences == ()
    assert not tidied.area.has_z
    assert len(tidied.area.geoms[0].exterior.coords) == 5


def test_that_a_sliver_is_refused_alone_and_left_out_beside_a_real_piece():
    sliver = square(50, 0).intersection(at((50, 0), (50.5, 0), (50.5, 10), (50, 10)))
    assert refused("zone-too-thin", sliver) == {"area": "5.0", "width": "1"}
    tidied = tidy(shapely.MultiPolygon([square(0, 0), sliver]))
    assert tidied.area.area == pytest.approx(100)
    assert "5.0 m²" in tidied.sentences[0]


def test_that_a_real_hole_stays_and_a_hairline_one_is_closed():
    hole, hairline = [(2, 2), (4, 2), (4, 4), (2, 4)], [(6, 1), (6.2, 1), (6.2, 9), (6, 9)]
    tidied = tidy(at((0, 0), (10, 0), (10, 10), (0, 10), holes=[hole, hairline]))
    assert tidied.area.area == pytest.approx(96)
    assert len(tidied.sentences) == 1


def test_that_a_hole_outside_its_outline_is_refused():
    refused(
        "zone-hole-outside", at((0, 0), (10, 0), (10, 10), (0, 10), holes=[[(20, 20), (22, 20), (22, 22), (20, 22)]])
    )


@pytest.mark.parametrize(
    "thing",
    [
        None,
        Polygon(),
        shapely.Point(1, 1),
        shapely.LineString([(0, 0), (1, 1)]),
        box(0, 0, np.inf, 1),
        box(0, 0, 1e12, 1),
    ],
    ids=["nothing", "empty", "point", "line", "endless", "nowhere"],
)
def test_that_what_is_no_area_is_refused(thing):
    refused("value-wrong", thing)


def test_that_an_overlap_is_refused_by_name_and_size_or_cut_away_when_asked():
    other = Neighbour("z2", "Harbour", square(8, 0))
    assert refused("zone-overlaps", square(0, 0), [other]) == {"name": "Harbour", "area": "20.0"}
    tidied = tidy(square(0, 0), [other], cut=True)
    assert tidied.area.area == pytest.approx(80)
    assert "Harbour" in tidied.sentences[0]


def test_that_a_seam_along_a_border_is_trimmed_with_a_sentence_and_a_shared_border_is_no_overlap():
    seam = tidy(square(0, 0), [Neighbour("z2", "Harbour", square(9.8, 0))])
    assert seam.area.area == pytest.approx(98)
    assert len(seam.sentences) == 1
    assert tidy(square(0, 0), [Neighbour("z2", "Harbour", square(10, 0))]).sentences == ()


def test_that_an_outline_wholly_inside_another_zone_is_refused_even_when_cutting():
    refused("zone-overlaps", square(2, 2, 3), [Neighbour("z2", "Harbour", square(0, 0))], cut=True)


def test_that_a_line_right_across_cuts_a_zone_and_loses_no_ground():
    ring = at((0, 0), (30, 0), (30, 10), (0, 10), holes=[[(12, 4), (14, 4), (14, 6), (12, 6)]])
    line = shapely.affinity.translate(shapely.LineString([(13, -5), (13, 15)]), *FAR)
    parts = pieces(ring, line)
    assert [p.area for p in parts] == sorted((p.area for p in parts), reverse=True)
    assert shapely.union_all(parts).symmetric_difference(ring).area == pytest.approx(0, abs=1e-6)
    assert len(parts) == 2


def test_that_a_line_that_stops_inside_cuts_nothing():
    line = shapely.affinity.translate(shapely.LineString([(5, -5), (5, 5)]), *FAR)
    with pytest.raises(UserError, match="North"):
        split("z1", row(square(0, 0)), line, ["z2"])


def test_that_a_line_along_the_border_may_not_leave_a_sliver():
    line = shapely.affinity.translate(shapely.LineString([(0.4, -5), (0.4, 15)]), *FAR)
    with pytest.raises(UserError) as thin:
        split("z1", row(square(0, 0)), line, ["z2"])
    assert thin.value.key == "zone-too-thin"


def test_that_splitting_keeps_the_id_on_the_largest_piece_and_what_was_said_on_all():
    line = shapely.affinity.translate(shapely.LineString([(3, -5), (3, 15)]), *FAR)
    kept, new = split("z1", row(square(0, 0), phase=2), line, ["z2"])
    assert (kept.id, new.id, new.before) == ("z1", "z2", None)
    assert kept.after["area_m2"] == pytest.approx(70)
    assert new.after["area_m2"] == pytest.approx(30)
    assert (new.after["name"], new.after["kind"], new.after["phase"]) == ("North 2", "housing", 2)


def test_that_parts_which_the_line_misses_stay_with_the_largest_piece():
    both = shapely.MultiPolygon([square(0, 0), square(100, 0)])
    line = shapely.affinity.translate(shapely.LineString([(3, -5), (3, 15)]), *FAR)
    assert [round(p.area) for p in pieces(both, line)] == [170, 30]


def test_that_merging_keeps_the_first_closes_the_seam_and_removes_the_others():
    kept, gone = merge([("z1", row(square(0, 0))), ("z2", row(square(10.3, 0), name="South"))])
    assert kept.id == "z1"
    assert shapely.from_wkb(kept.after["geom"]).area == pytest.approx(203, abs=0.01)
    assert len(shapely.from_wkb(kept.after["geom"]).geoms) == 1
    assert gone == Delta("zones", "z2", row(square(10.3, 0), name="South"), None)


def test_that_merging_zones_that_lie_apart_leaves_them_apart():
    (kept, _gone) = merge([("z1", row(square(0, 0))), ("z2", row(square(50, 0)))])
    assert len(shapely.from_wkb(kept.after["geom"]).geoms) == 2


def test_that_a_zone_cannot_end_before_it_starts():
    with pytest.raises(UserError, match="2026-01-01"):
        zones.add("z1", square(0, 0), {"name": "North", "starts_on": "2026-05-01", "ends_on": "2026-01-01"})
    with pytest.raises(UserError):
        zones.describe("z1", row(square(0, 0), starts_on="2026-05-01"), {"ends_on": "2026-01-01"})


def test_that_a_new_outline_changes_only_what_travels_with_it():
    (delta,) = zones.reshape("z1", row(square(0, 0)), square(0, 0, 20))
    assert set(delta.after) == {"geom", "area_m2", "perimeter_m"}
    assert area_of(delta.after).area == pytest.approx(400)


corner = st.tuples(st.integers(-40, 40), st.integers(-40, 40))


@settings(max_examples=150, deadline=None)
@given(st.lists(corner, min_size=3, max_size=9), st.lists(corner, min_size=3, max_size=6))
def test_that_whatever_is_drawn_either_becomes_a_sound_zone_or_is_refused(corners, others):
    hull = shapely.affinity.translate(shapely.MultiPoint(others).convex_hull, *FAR)
    neighbours = [Neighbour("z2", "Harbour", hull)] if hull.geom_type == "Polygon" else []
    try:
        tidied = tidy(at(*corners), neighbours, cut=True)
    except UserError:
        return
    assert shapely.is_valid(tidied.area) and tidied.area.area > 0
    assert all(tidied.area.intersection(n.area).area <= zones.NEGLIGIBLE_M2 for n in neighbours)
    again = tidy(tidied.area, neighbours)
    assert again.sentences == ()
    assert again.area.area == pytest.approx(tidied.area.area)
