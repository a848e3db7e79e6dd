"""FlatGeobuf, geodatabases, KML, GPX, GTFS, DXF and Copernicus packages, written here by ourselves."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from vidbudova.errors import UserError

BOX = shapely.box(390_000, 5_217_000, 390_020, 5_217_010)
KML = '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Town</name>{}</Document></kml>'


def written(path: Path, driver: str, shapes: list[Any], layer: str = "buildings", **columns: list[Any]) -> Path:
    pyogrio.raw.write(
        path, geometry=shapely.to_wkb(np.array(shapes, dtype=object)), layer=layer, driver=driver, crs="EPSG:32637",
        geometry_type=shapes[0].geom_type, fields=list(columns), append=path.exists(),
        field_data=[np.array(values, dtype=object if isinstance(values[0], str) else None)
                    for values in columns.values()],
    )  # fmt: skip
    return path


def test_that_flatgeobuf_is_read_whole(take, tmp_path):
    path = written(tmp_path / "buildings.fgb", "FlatGeobuf", [BOX, shapely.affinity.translate(BOX, 50)], levels=[5, 9])
    taken = take(path)
    assert taken.report["format"] == "flatgeobuf"
    assert sorted(row["height_m"] for row in taken.rows("buildings")) == [15.0, 27.0]


def test_that_a_flatgeobuf_with_a_header_of_absurd_length_is_a_sentence(take, tmp_path):
    path = tmp_path / "torn.fgb"
    path.write_bytes(b"fgb\x03fgb\x00" + b"\xff\xff\xff\x7f" + b"\0" * 50)
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key == "file-unreadable"


@pytest.fixture
def geodatabase(tmp_path: Path) -> Path:
    path = tmp_path / "city.gdb"
    written(path, "OpenFileGDB", [BOX], levels=[5])
    return written(path, "OpenFileGDB", [shapely.LineString([(0, 0), (9, 9)])], "roads", lanes=[2])


def test_that_a_geodatabase_is_read_as_a_folder_and_zipped(take, tmp_path, geodatabase):
    folder = take(geodatabase)
    assert {layer["kind"] for layer in folder.report["layers"]} == {"buildings", "roads"}
    zipped = tmp_path / "city.gdb.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        for file in geodatabase.iterdir():
            archive.write(file, f"some/city.gdb/{file.name}")
    taken = take(zipped)
    assert taken.report["format"] == "filegdb"
    assert taken.report["read"] == folder.report["read"] == 2


def test_that_a_geodatabase_has_the_same_checksum_wherever_it_lies(take, tmp_path, geodatabase):
    copied = shutil.copytree(geodatabase, tmp_path / "elsewhere" / "other.gdb")
    first, second = take(geodatabase), take(Path(copied))
    assert first.report["sha256"] == second.report["sha256"]
    next(Path(copied).glob("*.gdbtable")).touch()
    (Path(copied) / "more").write_text("x")
    assert take(Path(copied)).report["sha256"] != first.report["sha256"]


def test_that_links_in_a_geodatabase_lead_nowhere(take, geodatabase, tmp_path):
    (tmp_path / "secret").write_text("x")
    (geodatabase / "a00000099.gdbtable").symlink_to(tmp_path / "secret")
    with pytest.raises(UserError) as caught:
        take(geodatabase)
    assert caught.value.key == "file-unreadable"


def placemark(inside: str, name: str = "a") -> str:
    return f"<Placemark id='{name}'><name>{name}</name>{inside}</Placemark>"


RING = "<LinearRing><coordinates>37.55,47.1,0 37.56,47.1,0 37.56,47.11,0 37.55,47.1,0</coordinates></LinearRing>"


def test_that_placemarks_come_with_folders_times_and_data(take, tmp_path):
    path = tmp_path / "town.kml"
    said = "<ExtendedData><Data name='floors'><value>5</value></Data></ExtendedData>"
    when = "<TimeStamp><when>2022-05-12</when></TimeStamp>"
    area = f"<Polygon><outerBoundaryIs>{RING}</outerBoundaryIs></Polygon>"
    many = f"<MultiGeometry>{area}<Point><coordinates>37.5, 47.1</coordinates></Point></MultiGeometry>"
    path.write_text(KML.format(
        f"<Folder><name>Buildings</name>{placemark(said + area)}</Folder>"
        f"<Folder><name>Strikes</name>{placemark(when + '<Point><coordinates>37.5,47.1</coordinates></Point>', 'b')}"
        f"{placemark(many, 'c')}{placemark('', 'd')}</Folder>"
        "<NetworkLink><name>n</name><Link><href>http://example.org/x.kml</href></Link></NetworkLink>"
    ))  # fmt: skip
    taken = take(path)
    assert taken.report["read"] == 4
    (house,) = taken.rows("buildings")
    assert (house["levels"], json.loads(house["attributes"])["folder"]) == (5.0, "Town / Buildings")
    assert {row["dated_on"] for row in taken.rows("features")} == {"2022-05-12", None}
    assert taken.problems()["geometry-null"] == 1 and taken.problems()["not-brought-in"] == 1


@pytest.mark.parametrize(
    "inside",
    ["<Point><coordinates>37.5 47.1</coordinates></Point>", "<Point><coordinates>a,b</coordinates></Point>",
     "<Point/>", "<LineString><coordinates>37,47</coordinates></LineString>",
     "<Polygon><outerBoundaryIs><LinearRing><coordinates>1,1 2,2</coordinates></LinearRing></outerBoundaryIs>"
     "</Polygon>",
     "<Polygon/>", "<Point><coordinates>37,inf</coordinates></Point>"],
)  # fmt: skip
def test_that_a_broken_placemark_is_set_aside_and_the_others_come_in(take, tmp_path, inside):
    path = tmp_path / "town.kml"
    good = placemark("<Point><coordinates>37.5,47.1</coordinates></Point>", "good")
    path.write_text(KML.format(good + placemark(inside, "bad")))
    taken = take(path)
    assert (taken.report["kept"], taken.report["skipped"]) == (1, 1)


def test_that_a_track_of_an_extension_nobody_declared_is_a_line(take, tmp_path):
    path = tmp_path / "walk.kml"
    coords = "".join(f"<gx:coord>37.5{n} 47.1 5</gx:coord>" for n in range(5))
    path.write_text(KML.format(placemark(f"<gx:Track>{coords}</gx:Track>")))
    (row,) = take(path).rows("features")
    assert shapely.from_wkb(row["geom"]).geom_type == "LineString"


def test_that_a_kmz_is_read_and_its_pictures_are_not(take, tmp_path):
    path = tmp_path / "town.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", KML.format(placemark("<Point><coordinates>37.5,47.1</coordinates></Point>")))
        archive.writestr("files/a.png", b"x")
    taken = take(path)
    assert (taken.report["format"], taken.report["kept"]) == ("kml", 1)


@pytest.mark.parametrize("ending", ["kml", "gpx"])
def test_that_entities_are_refused(take, tmp_path, ending):
    path = tmp_path / f"bomb.{ending}"
    path.write_text(f'<!DOCTYPE {ending} [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
                    f"<{ending}><wpt lat='1' lon='1'><name>&a;&b;</name></wpt></{ending}>")  # fmt: skip
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key == "file-unreadable"


def test_that_waypoints_routes_and_tracks_come_in(take, tmp_path):
    path = tmp_path / "walk.gpx"
    points = "".join(f"<trkpt lat='47.1{n}' lon='37.5'><time>2022-05-0{n}T10:00:00Z</time></trkpt>" for n in (1, 2, 3))
    path.write_text(
        "<gpx version='1.1'><wpt lat='47.1' lon='37.5'><name>Школа</name></wpt><wpt lat='x' lon='1'/>"
        "<rte><rtept lat='47.1' lon='37.5'/><rtept lat='47.2' lon='37.5'/></rte>"
        f"<trk><name>walk</name><trkseg>{points}</trkseg><trkseg/></trk><trk><trkseg/></trk></gpx>"
    )
    taken = take(path)
    assert (taken.report["read"], taken.report["kept"]) == (5, 3)
    by_kind = {row["kind"]: row for row in taken.rows("features")}
    assert set(by_kind) == {"waypoints", "routes", "tracks"} and by_kind["waypoints"]["name"] == "Школа"
    assert by_kind["tracks"]["dated_on"] == "2022-05-01"
    assert shapely.get_num_coordinates(shapely.from_wkb(by_kind["tracks"]["geom"])) == 3


GTFS = {
    "agency.txt": "agency_id,agency_name\n1,Міськелектротранс\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type\nA,Площа,47.10,37.50,\nB,Завод,47.11,37.52,0\n"
    "C,Вихід,47.12,37.53,2\nD,Nowhere,,,\n",
    "routes.txt": "route_id,route_short_name,route_long_name,route_type\n1,5,Центр,0\n2,12,,700\n3,99,,3\n",
    "trips.txt": "route_id,service_id,trip_id,shape_id\n1,x,t1,s1\n2,x,t2,\n",
    "shapes.txt": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
    "s1,47.11,37.52,2\ns1,47.10,37.50,1\ns1,47.12,37.53,10\n",
    "stop_times.txt": "trip_id,stop_id,stop_sequence\nt2,B,1\nt2,A,2\nt2,Z,3\n",
}


@pytest.mark.parametrize("how", ["zip", "folder"])
def test_that_stops_and_lines_of_a_timetable_come_in(take, tmp_path, how):
    path = tmp_path / ("feed.zip" if how == "zip" else "feed")
    if how == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in GTFS.items():
                archive.writestr(f"feed/{name}", text)
    else:
        path.mkdir()
        for name, text in GTFS.items():
            (path / name).write_text(text, encoding="utf-8")
    taken = take(path)
    assert taken.report["format"] == "gtfs" and taken.report["read"] == 7
    assert {row["name"]: row["kind"] for row in taken.rows("places")} == {"Площа": "stop", "Завод": "stop"}
    lines = {row["name"]: row for row in taken.rows("features")}
    assert {name: row["kind"] for name, row in lines.items()} == {
        "5 Центр": "tram line", "12": "bus line", "Вихід": "entrance"}  # fmt: skip
    assert shapely.get_num_coordinates(shapely.from_wkb(lines["5 Центр"]["geom"])) == 3
    assert taken.problems() == {"coordinates-missing": 1, "route-without-line": 1, "line-from-stops": 1,
                                "stop-unknown": 1}  # fmt: skip
    assert taken.report["layers"][0]["attribution"] == "Міськелектротранс"


DXF = """0
SECTION
2
HEADER
9
$ACADVER
1
AC1021
9
$INSUNITS
70
{unit}
0
ENDSEC
0
SECTION
2
ENTITIES
0
LINE
8
AXES
10
{x}
20
5217000
11
390100
21
5217000
0
TEXT
8
LABELS
10
390050
20
5217010
40
2.5
1
Цех 3
0
LINE
8
SHEET
67
1
10
0
20
0
11
1
21
1
0
ENDSEC
0
EOF
"""


def test_that_a_drawing_keeps_its_layers_once_its_system_is_said(take, tmp_path):
    path = tmp_path / "plan.dxf"
    path.write_text(DXF.format(unit=6, x=390_000), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key == "crs-missing"
    taken = take(path, crs="EPSG:32637")
    rows = taken.rows("features")
    assert Counter(row["kind"] for row in rows) == {"AXES": 1, "LABELS": 1}
    assert {row["name"] for row in rows} >= {"Цех 3"}
    assert taken.problems()["paper-space"] == 1


def test_that_a_binary_drawing_is_refused_by_name(take, tmp_path):
    path = tmp_path / "plan.dxf"
    path.write_bytes(b"AutoCAD Binary DXF\r\n\x1a\x00" + b"\0" * 200)
    with pytest.raises(UserError) as caught:
        take(path)
    assert "binary" in str(caught.value)


def layer(*features: tuple[Any, dict[str, Any]]) -> str:
    drawn = [None if shape is None else shapely.geometry.mapping(shape) for shape, _said in features]
    listed = [{"type": "Feature", "properties": said, "geometry": shape}
              for shape, (_shape, said) in zip(drawn, features, strict=True)]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": listed})


def test_that_a_package_of_copernicus_gives_graded_observations_with_the_dates_of_their_pictures(take, tmp_path):
    path = tmp_path / "EMSR999_AOI01_GRA_PRODUCT_v1.zip"
    stem = "EMSR999_AOI01_GRA_PRODUCT"
    place = shapely.Point(37.55, 47.1)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{stem}_builtUpP_v1.json", layer(
            (place, {"obj_type": "Residential", "damage_gra": "Destroyed", "dmg_src_id": 2}),
            (shapely.Point(37.56, 47.1), {"damage_gra": "Possibly damaged", "dmg_src_id": 3}),
        ))  # fmt: skip
        archive.writestr(f"{stem}_areaOfInterestA_v1.json", layer((place.buffer(0.1), {"info": "Mariupol"})))
        archive.writestr(f"{stem}_source_v1.json", layer(
            (None, {"src_id": 2, "source_nam": "WorldView", "src_date": "29/03/2022"}),
            (None, {"src_id": 3, "source_nam": "Pleiades", "src_date": "2022-04-03"}),
        ))  # fmt: skip
    taken = take(path)
    assert taken.report["format"] == "copernicus"
    seen = {row["latest_raw"]: row for row in taken.rows("observations")}
    assert {raw: row["latest_on"] for raw, row in seen.items()} == {
        "Destroyed": "2022-03-29", "Possibly damaged": "2022-04-03"}  # fmt: skip
    assert seen["Destroyed"]["latest_grade"] == "5" and seen["Destroyed"]["scale"].startswith("copernicus")
    assert [row["kind"] for row in taken.rows("features")] == ["area of interest"]
    assert {row["observed_on"] for row in taken.rows("sightings")} == {"2022-03-29", "2022-04-03"}


def test_that_a_layer_in_two_formats_of_one_archive_comes_in_once(take, tmp_path):
    path = tmp_path / "town.zip"
    feature = (shapely.Point(37.55, 47.1), {"name": "a"})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("places.geojson", layer(feature))
        archive.writestr("places.kml", KML.format(placemark("<Point><coordinates>37.55,47.1</coordinates></Point>")))
        archive.writestr("others.geojson", layer(feature))
    taken = take(path)
    assert taken.report["read"] == 2
    assert taken.problems()["member-ignored"] == 1
