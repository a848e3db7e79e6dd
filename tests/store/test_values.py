import numpy as np
import pytest
import shapely

from vidbudova.model.schema import TABLES
from vidbudova.store.values import WKB_AT, blobs, fid_of, fitted, from_sql, to_sql

SQUARE = shapely.box(1, 2, 3, 5)


def test_that_a_geometry_is_written_as_the_geopackage_standard_says():
    (blob,) = blobs([shapely.to_wkb(SQUARE)], 32637)
    assert blob[:2] == b"GP"
    assert blob[3] == 0b0000_0011, "little-endian, with an XY envelope"
    assert int.from_bytes(blob[4:8], "little") == 32637
    assert np.frombuffer(blob[8:40], "<f8").tolist() == [1, 3, 2, 5]
    assert shapely.from_wkb(blob[WKB_AT - 1 :]).equals(SQUARE)


def test_that_an_empty_geometry_says_so_and_what_is_none_stays_none():
    empty, none, junk = blobs([shapely.to_wkb(shapely.MultiPolygon()), None, b"junk"], 1)
    assert empty[3] & 0b1_0000
    assert none is junk is None


@pytest.mark.parametrize(
    ("shape", "geometry", "kind"),
    [
        (SQUARE, "MULTIPOLYGON", "MultiPolygon"),
        (shapely.LineString([(0, 0), (1, 1)]), "MULTILINESTRING", "MultiLineString"),
        (shapely.Point(1, 2), "POINT", "Point"),
        (shapely.Point(1, 2), "MULTIPOLYGON", "Point"),
        (shapely.Polygon([(0, 0, 9), (1, 0, 9), (1, 1, 9)]), "MULTIPOLYGON", "MultiPolygon"),
        (SQUARE, "GEOMETRY", "Polygon"),
    ],
)
def test_that_geometry_is_made_plane_and_multi_where_the_column_is(shape, geometry, kind):
    given = [None, shapely.to_wkb(shape, byte_order=0), shapely.to_wkb(shape)]
    nothing, big, little = fitted(given, geometry)
    assert nothing is None
    assert big == little
    made = shapely.from_wkb(little)
    assert (made.geom_type, made.has_z, little[0]) == (kind, False, 1)
    assert made.equals(shapely.force_2d(shape))


def test_that_geometry_that_fits_is_left_byte_for_byte():
    wkb = shapely.to_wkb(shapely.MultiPolygon([SQUARE]))
    assert fitted([wkb], "MULTIPOLYGON")[0] == wkb


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("damage_marks", "photos", frozenset({"b", "a"})),
        ("damage_marks", "photos", frozenset()),
        ("roads", "bridge", True),
        ("zones", "starts_on", "2026-03-01"),
        ("zones", "phase", 3),
        ("photos", "thumbnail", b"\x00\xff"),
        ("zones", "name", "Лівий берег"),
        ("zones", "name", None),
    ],
)
def test_that_a_value_comes_back_from_its_column(table, field, value):
    known = TABLES[table].field(field)
    assert from_sql(known, to_sql(known, value, 32637)) == value


def test_that_a_value_of_another_kind_is_kept_as_text():
    assert to_sql(TABLES["zones"].field("name"), 5, 1) == "5"
    assert to_sql(TABLES["zones"].field("phase"), frozenset("a"), 1) == '{"set":["a"]}'


def test_that_the_feature_number_of_a_drawn_row_follows_from_its_id_and_is_positive():
    assert fid_of("a") == fid_of("a") != fid_of("b")
    assert all(0 < fid_of(str(i)) < 2**53 for i in range(100))
