"""Every vector file that the provenance of the shared data calls good comes in, with counts that match."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

# folder -> file -> (read, kept): the counts that the provenance names, or that the file itself holds
GPX = {
    "Mojstrovka": (1, 1), "around-visnjan-with-car": (1, 1), "cerknicko-jezero-no-creator": (15, 14),
    "cerknicko-jezero-with-elevations-zero": (15, 14), "cerknicko-jezero-without-elevations": (15, 14),
    "cerknicko-jezero": (15, 14), "cerknicko-without-times": (15, 14), "first_and_last_elevation": (1, 1),
    "gpx-with-node-with-comments": (1, 1), "gpx1.0_with_all_fields": (6, 5), "gpx1.1_with_all_fields": (6, 5),
    "gpx1.1_with_extensions": (1, 1), "gpx1.1_with_extensions_without_namespaces": (1, 1),
    "gpx_with_garmin_extension": (1, 1), "korita-zbevnica": (6, 5), "route": (1, 1), "track-with-empty-segment": (1, 1),
    "track-with-extremes": (1, 1), "track-with-less-sec-time": (1, 1), "track-with-small-floats": (1, 1),
    "track_with_dilution_errors": (3, 3), "track_with_speed": (1, 1), "unicode": (6, 6), "unicode2": (1, 0),
    "unicode_with_bom": (1, 1), "unicode_with_bom_noencoding": (1, 1),
}  # fmt: skip
"""Tracks and routes without a point are set aside; two files hold nothing at all (custom and default schema)."""
OTHERS = {
    "field_survey/Geotag.gpx": (1, 1),
    "field_survey/kml_ogc/kml/Document-clean.kml": (11, 11),
    "field_survey/kml_ogc/kml/Document-deprecated.kml": (1, 1),
    "field_survey/kml_ogc/kml/Document-places.kml": (2, 2),
    "field_survey/kml_ogc/kml/KML_Samples.kml": (20, 19),
    "field_survey/kml_ogc/kml/models/model_relative_target.kml": (1, 1),
    "field_survey/kml_ogc/kmz/archive-1.kmz": (1, 1),
    "ukraine_other/Blue Kherson.kml": (942, 942),
    "ukraine_other/kharkiv-raions.geojson": (9, 9),
    "ukraine_other/kharkiv-city.geojson": (1, 1),
    "transport/cairns_gtfs.zip": (438, 438),
    "mariupol_city/demolition_sites.geojson": (470, 470),
    "utilities/gis/ky4_pipes.geojson": None,
}
EVERY = {f"field_survey/gpx/{name}.gpx": counts for name, counts in GPX.items()} | OTHERS


@pytest.mark.parametrize("name", sorted(EVERY))
def test_that_a_good_file_comes_in_with_all_its_features(take, shared_data, name):
    options = {"crs": "EPSG:3089"} if name.startswith("utilities") else {}
    report = take(shared_data / name, **options).report
    if EVERY[name] is not None:
        assert (report["read"], report["kept"]) == EVERY[name]
    else:
        assert report["read"] == report["kept"] > 100


def geopackages(folder: Path) -> list[tuple[Path, int]]:
    """Geopackages of field teams with how many rows their layers hold, by SQLite's own count."""
    import sqlite3
    from contextlib import closing

    found = []
    for path in sorted(folder.rglob("*.gpkg")):
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            layers = [row[0] for row in db.execute("SELECT table_name FROM gpkg_geometry_columns")]
            found.append((path, sum(db.execute(f'SELECT count(*) FROM "{layer}"').fetchone()[0] for layer in layers)))
    return found


def test_that_every_geopackage_of_field_teams_comes_in_row_for_row(take, shared_data):
    listed = geopackages(shared_data / "field_survey" / "geodiff_pairs")
    assert len(listed) >= 28
    for path, count in listed:
        report = take(path).report
        assert report["read"] == count, path.name
        nowhere = sum(p["count"] for p in report["problems"] if p["code"] == "geometry-null")
        assert report["skipped"] == nowhere, path.name


def test_that_stops_and_lines_of_cairns_are_told_apart(take, shared_data):
    taken = take(shared_data / "transport" / "cairns_gtfs.zip", project_crs="EPSG:32755")
    assert len(taken.rows("places")) == 416
    assert Counter(row["kind"] for row in taken.rows("features")) == {"bus line": 22}
    assert taken.report["problems"] == []


def test_that_fragments_of_the_conformance_suite_are_reports_or_sentences(take, shared_data):
    from vidbudova.errors import UserError

    fragments = sorted((shared_data / "field_survey" / "kml_ogc" / "kml").rglob("*.xml"))
    assert len(fragments) > 30
    said: Counter[str] = Counter()
    for path in fragments[::3]:
        try:
            take(path)
            said["report"] += 1
        except UserError as error:
            said[error.key] += 1
    assert said["report"] > 2 and set(said) <= {"report", "import-empty", "file-unknown-format", "file-unreadable"}
