"""OpenStreetMap: what a district needs of it, also from extracts that were cut out with a knife."""

from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path

import pytest

HEAD = '<?xml version="1.0"?>\n<osm version="0.6" generator="ours">\n'


class City:
    """Writes a small .osm; ways are given as corners, each corner is a node of its own."""

    def __init__(self) -> None:
        self.nodes: list[str] = []
        self.ways: list[str] = []
        self.relations: list[str] = []
        self.count = 0

    def node(self, x: float, y: float, **tags: str) -> int:
        self.count += 1
        place = f'lon="{37.55 + x / 76000:.7f}" lat="{47.1 + y / 111000:.7f}"'
        self.nodes.append(f'<node id="{self.count}" version="1" {place}>{_tags(tags)}</node>')
        return self.count

    def way(self, corners: list[tuple[float, float]], closed: bool = False, missing: int = 0, **tags: str) -> int:
        numbers = [self.node(x, y) for x, y in corners]
        numbers += [numbers[0]] * closed
        numbers[1:1] = range(900_000, 900_000 + missing)
        self.ways.append(f'<way id="{len(self.ways) + 1}" version="1">'
                         + "".join(f'<nd ref="{n}"/>' for n in numbers) + _tags(tags) + "</way>")  # fmt: skip
        return len(self.ways)

    def street(self, *numbers: int, **tags: str) -> int:
        listed = "".join(f'<nd ref="{n}"/>' for n in numbers)
        self.ways.append(f'<way id="{len(self.ways) + 1}" version="1">{listed}{_tags(tags)}</way>')
        return len(self.ways)

    def house(self, x: float, y: float, size: float = 10, **tags: str) -> int:
        return self.way([(x, y), (x + size, y), (x + size, y + size), (x, y + size)], closed=True, **tags)

    def relation(self, *members: tuple[int, str], **tags: str) -> None:
        listed = "".join(f'<member type="way" ref="{n}" role="{role}"/>' for n, role in members)
        self.relations.append(f'<relation id="{len(self.relations) + 1}" version="1">{listed}{_tags(tags)}</relation>')

    def text(self) -> str:
        return HEAD + "\n".join([*self.nodes, *self.ways, *self.relations]) + "\n</osm>\n"


def _tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items())


@pytest.fixture
def city() -> City:
    return City()


@pytest.fixture
def read(take, tmp_path: Path, city: City):
    def go():
        path = tmp_path / "city.osm"
        path.write_text(city.text(), encoding="utf-8")
        return take(path)

    return go


def test_that_a_building_comes_with_all_it_says(city, read):
    city.house(0, 0, building="apartments", building__levels="9", roof__shape="gabled", building__material="panel",
               addr__street="проспект Миру", addr__housenumber="12-А", name="Дім")  # fmt: skip
    city.house(50, 0, building="yes", height="40'")
    city.house(100, 0, building="garage")
    first, second, third = read().rows("buildings")
    assert (first["use"], first["levels"], first["height_m"], first["height_source"]) == (
        "apartments",
        9.0,
        27.0,
        "derived",
    )
    assert (first["roof_shape"], first["material"], first["street"]) == ("gabled", "panel", "проспект Миру")
    assert (first["house_number"], first["name"], first["source_id"]) == ("12-А", "Дім", "way/1")
    assert (second["height_m"], second["height_source"]) == (pytest.approx(12.192), "tagged")
    assert (third["height_m"], third["height_source"]) == (3.0, "assumed")


def test_that_parts_name_the_building_they_lie_in(city, read):
    city.house(0, 0, 40, building="yes", building__levels="9")
    city.house(0, 0, 20, building__part="yes", building__levels="16", building__min_level="2")
    city.house(500, 0, building__part="yes")
    taken = read()
    whole, part, alone = taken.rows("buildings")
    assert part["part_of"] == whole["id"] and whole["part_of"] is None and alone["part_of"] is None
    assert (part["height_m"], part["min_height_m"]) == (48.0, 6.0)
    assert taken.problems()["part-alone"] == 1


def test_that_roads_rail_water_and_networks_find_their_tables(city, read):
    city.way([(0, 0), (90, 0)], highway="secondary", lanes="4", maxspeed="60", oneway="yes", bridge="yes", layer="1")
    city.way([(0, 5), (90, 5)], railway="tram")
    city.way([(0, 9), (90, 9)], waterway="river", name="Кальміус")
    city.house(0, 100, natural="water", water="river")
    city.house(0, 200, landuse="residential")
    city.way([(0, 300), (90, 300)], power="line", voltage="110000;35000")
    city.house(0, 400, power="substation")
    city.way([(0, 500), (90, 500)], man_made="pipeline", substance="gas", diameter="500")
    city.node(0, 600, man_made="mast")
    city.node(0, 700, natural="tree")
    taken = read()
    (road,) = taken.rows("roads")
    assert (road["class"], road["lanes"], road["speed_km_h"], road["oneway"]) == ("secondary", 4, 60.0, "yes")
    assert (road["bridge"], road["level"]) == (1, 1)
    assert [row["kind"] for row in taken.rows("rail")] == ["tram"]
    assert [row["name"] for row in taken.rows("waterways")] == ["Кальміус"]
    assert [row["kind"] for row in taken.rows("water")] == ["river"]
    assert [row["kind"] for row in taken.rows("landuse")] == ["residential"]
    assert {(row["kind"], row["voltage_v"]) for row in taken.rows("power")} == {
        ("line", 110000.0), ("substation", None), ("mast", None)}  # fmt: skip
    assert [(row["kind"], row["diameter_mm"]) for row in taken.rows("pipelines")] == [("gas", 500.0)]
    assert len(taken.rows("trees")) == 1


def test_that_places_drawn_as_areas_are_places_too(city, read):
    city.house(0, 0, building="school", amenity="school", name="Школа 5")
    city.house(100, 0, amenity="hospital")
    city.node(200, 0, amenity="fire_station")
    city.node(300, 0, amenity="shelter", shelter_type="public_transport")
    city.node(400, 0, amenity="shelter", shelter_type="bomb_shelter")
    taken = read()
    assert sorted(row["kind"] for row in taken.rows("places")) == ["fire_station", "hospital", "school", "shelter"]
    assert len(taken.rows("buildings")) == 1
    assert taken.report["read"] == 4
    assert taken.problems()["not-brought-in"] == 1


def test_that_a_relation_with_a_yard_has_a_hole(city, read):
    import shapely

    outer, inner = city.house(0, 0, 40, building="yes"), city.house(10, 10, 10)
    city.relation((outer, "outer"), (inner, "inner"), type="multipolygon", building="apartments")
    taken = read()
    (row,) = taken.rows("buildings")
    assert row["source_id"] == "relation/1"
    assert shapely.area(shapely.from_wkb(row["geom"])) == pytest.approx(1500, rel=0.02)
    assert taken.problems()["duplicate"] == 1


def test_that_a_cut_extract_gives_what_is_whole(city, read):
    city.house(0, 0, building="yes")
    city.house(100, 0, building="yes", missing=2)
    city.way([(0, 50), (90, 50), (90, 90)], highway="residential", missing=3)
    half = city.way([(0, 300), (90, 300), (90, 390)])
    city.relation((half, "outer"), (777, "outer"), type="multipolygon", natural="water")
    taken = read()
    assert taken.report["kept"] == 2
    assert taken.problems()["geometry-incomplete"] == 2
    assert taken.problems()["line-clipped"] == 1
    assert len(taken.rows("roads")) == 1


@pytest.mark.parametrize(("ending", "pack"), [("osm.gz", gzip.compress), ("osm.bz2", bz2.compress), ("data", bytes)])
def test_that_packed_files_are_known_by_what_is_in_them(take, tmp_path, city, ending, pack):
    city.house(0, 0, building="yes")
    path = tmp_path / f"city.{ending}"
    path.write_bytes(pack(city.text().encode()))
    report = take(path).report
    assert (report["format"], report["kept"]) == ("osm", 1)
    assert report["layers"][0]["attribution"] == "© OpenStreetMap contributors"


def test_that_only_the_wanted_kind_comes(take, tmp_path, city):
    city.house(0, 0, building="school", amenity="school")
    city.way([(0, 50), (90, 50)], highway="residential")
    path = tmp_path / "city.osm"
    path.write_text(city.text(), encoding="utf-8")
    taken = take(path, kind="places")
    assert taken.report["kind"] == "places" and taken.report["read"] == 1


def test_that_a_torn_file_is_a_sentence(take, tmp_path, city):
    from vidbudova.errors import UserError

    city.house(0, 0, building="yes")
    path = tmp_path / "torn.osm"
    path.write_text(city.text()[:-60])
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key == "file-unreadable"


def test_that_turn_restrictions_come_with_the_road_that_they_begin_on(city, read):
    for k in range(3):
        city.way([(0, 9 * k), (90, 9 * k)], highway="residential")
    via = '<member type="node" ref="2" role="via"/>'

    def restricts(kind: str, *ways: tuple[int, str], middle: str = via, **more: str) -> None:
        members = "".join(f'<member type="way" ref="{n}" role="{role}"/>' for n, role in ways)
        tags = _tags({"type": "restriction", "restriction": kind} | more)
        number = len(city.relations) + 1
        city.relations.append(f'<relation id="{number}" version="1">{members}{middle}{tags}</relation>')

    restricts("no_left_turn", (1, "from"), (2, "to"))
    restricts("no_left_turn", (1, "from"), (2, "to"))
    restricts("only_straight_on", (1, "from"), (3, "to"))
    restricts("no_right_turn", (2, "from"), (1, "to"), **{"except": "bicycle;motorcar"})
    restricts("no_u_turn", (2, "from"), (3, "to"), (1, "via"), middle="")
    restricts("give_way", (2, "from"), (1, "to"))
    restricts("no_entry", (2, "from"), (3, "from"), (1, "to"))
    first, second, third = (json.loads(row["attributes"]) for row in read().rows("roads"))
    assert first["restrictions"] == "no_left_turn>way/2; only_straight_on>way/3"
    assert second["restrictions"] == third["restrictions"] == "no_entry>way/1"


LIT = {"highway": "traffic_signals"}


def _places(taken) -> list[tuple[float, float]]:
    """Metres from the corner of the made city, as the nodes were given."""
    import shapely
    from pyproj import Transformer

    there = Transformer.from_crs("EPSG:32637", "EPSG:4326", always_xy=True)
    found = [there.transform(*shapely.get_coordinates(shapely.from_wkb(row["geom"]))[0]) for row in _lit(taken)]
    return [(round((x - 37.55) * 76000), round((y - 47.1) * 111000)) for x, y in found]


def _lit(taken) -> list[dict]:
    return sorted(taken.rows("junctions"), key=lambda row: row["source_id"])


def test_that_a_signal_on_a_crossing_is_a_junction_with_the_names_of_its_streets(city, read):
    west, east, south, north = (city.node(x, y) for x, y in ((-90, 0), (90, 0), (0, -90), (0, 90)))
    middle = city.node(0, 0, **LIT)
    city.street(west, middle, east, highway="primary", name="проспект Миру")
    city.street(south, middle, north, highway="residential", name="Тиха")
    taken = read()
    (row,) = _lit(taken)
    assert (row["control"], row["name"], row["cycle_s"]) == ("signals", "проспект Миру / Тиха", None)
    assert (row["source_id"], json.loads(row["attributes"])["reach_m"]) == (f"node/{middle}", "0.0")
    assert _places(taken) == [(0, 0)]


def test_that_stop_lines_on_the_approaches_are_one_junction_at_the_crossing(city, read):
    middle = city.node(0, 0)
    for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        line, yard, end = city.node(20 * x, 20 * y, **LIT), city.node(10 * x, 10 * y), city.node(99 * x, 99 * y)
        city.street(end, line, highway="secondary")
        city.street(line, yard, middle, highway="secondary")
        city.street(yard, city.node(10 * x + 30, 10 * y + 30), highway="service")
    taken = read()
    (row,) = _lit(taken)
    assert json.loads(row["attributes"])["signals"].count("node/") == 4
    assert _places(taken) == [(0, 0)]


def test_that_the_two_carriageways_of_an_avenue_cross_a_street_at_one_junction(city, read):
    south, north = city.node(0, 0, **LIT), city.node(0, 20, **LIT)
    city.street(city.node(-90, 0), south, city.node(90, 0), highway="primary", oneway="yes")
    city.street(city.node(90, 20), north, city.node(-90, 20), highway="primary", oneway="yes")
    city.street(city.node(0, -90), south, north, city.node(0, 110), highway="residential")
    far = city.node(0, 180, **LIT)
    city.street(city.node(-90, 180), far, city.node(90, 180), highway="secondary")
    city.street(far, city.node(0, 270), highway="residential")
    taken = read()
    assert _places(taken) == [(0, 10), (0, 180)]
    assert json.loads(_lit(taken)[0]["attributes"])["reach_m"] == "10.0"


def test_that_signals_of_a_zebra_alone_are_no_junction(city, read):
    city.street(city.node(0, 0), city.node(50, 0, highway="crossing", crossing="traffic_signals"),
                city.node(100, 0, **LIT), city.node(200, 0), highway="primary")  # fmt: skip
    city.street(city.node(100, -5), city.node(100, 5), highway="footway")
    city.node(500, 500, **LIT)
    taken = read()
    assert _lit(taken) == []
    assert taken.problems()["not-brought-in"] == 3


def test_that_a_stop_line_belongs_to_the_crossing_that_it_faces(city, read):
    west, east, line = city.node(0, 0), city.node(50, 0), city.node(20, 0, traffic_signals__direction="forward", **LIT)
    city.street(west, line, east, highway="primary")
    other = city.node(150, 0, **LIT)
    city.street(city.node(100, 0), other, city.node(190, 0), highway="primary", oneway="yes")
    for x, node in ((0, west), (50, east), (130, None), (180, None)):
        ends = city.node(x, -50), city.node(x, 50)
        city.street(ends[0], node or city.node(x, 0), ends[1], highway="residential")
    assert _places(read()) == [(50, 0)]


@pytest.mark.parametrize("oneway", ["yes", "-1"])
def test_that_one_does_not_look_for_the_crossing_against_a_one_way_street(city, read, oneway):
    west, east, line = city.node(0, 0), city.node(50, 0), city.node(20, 0, **LIT)
    city.street(west, line, east, highway="primary", oneway=oneway)
    for x, node in ((0, west), (50, east)):
        city.street(city.node(x, -50), node, city.node(x, 50), highway="residential")
    assert _places(read()) == [(50 if oneway == "yes" else 0, 0)]


def test_that_junctions_come_from_a_cut_extract_and_alone(take, tmp_path, city):
    middle = city.node(0, 0, **LIT)
    city.street(800_001, city.node(-90, 0), middle, city.node(90, 0), highway="primary")
    city.street(middle, city.node(0, 50), 800_002, highway="residential")
    city.house(100, 100, building="yes")
    path = tmp_path / "city.osm.gz"
    path.write_bytes(gzip.compress(city.text().encode()))
    assert _places(take(path, kind="junctions")) == [(0, 0)]
    assert take(path, kind="junctions").report["read"] == 1
    assert take(path, kind="buildings").rows("junctions") == []
    assert _places(take(path, within=(37.549, 47.0995, 37.5505, 47.1002))) == [(0, 0)]
    assert take(path, within=(37.5505, 47.1, 37.56, 47.2)).rows("junctions") == []
