"""UNOSAT's layouts: codes and texts, one date and fourteen, points and cells."""

from __future__ import annotations

import pytest

from vidbudova.formats import unosat

FULL = ("SiteID", "SensorDate", "Main_Damage_Site_Class", "Damage_Status", "SensorDate_2", "Main_Damage_Site_Class_2",
        "Damage_Status_2")  # fmt: skip
CUT = ("SensorDate", "SensorDa_1", "Notes", "d_SiteID", "d_SensorID", "d_Confiden", "d_Main_Dam", "d_Sensor_1",
       "d_Confid_1",       "d_Main_D_1", "d_Damage_S")  # fmt: skip
DATED = ("site", "date_1", "class_2022_03_14", "date_2", "class_2022_05_12", "change", "confidence_2")


@pytest.mark.parametrize(
    ("columns", "classes", "days"),
    [
        (FULL, ["Main_Damage_Site_Class", "Main_Damage_Site_Class_2"], ["SensorDate", "SensorDate_2"]),
        (CUT, ["d_Main_Dam", "d_Main_D_1"], ["SensorDate", "SensorDa_1"]),
        (DATED, ["class_2022_03_14", "class_2022_05_12"], ["date_1", "date_2"]),
        (("Main_Damage_Site_Class", *(f"Main_Damage_Site_Class_{n}" for n in range(2, 15))),
         ["Main_Damage_Site_Class", *(f"Main_Damage_Site_Class_{n}" for n in range(2, 15))], [""] * 14),
        (("name", "height", "maintenance", "class"), [], []),
    ],
)  # fmt: skip
def test_that_the_dates_are_found_by_their_columns(columns, classes, days):
    found = unosat.passes(columns)
    assert [one.raw for one in found] == classes
    assert [one.day for one in found] == days


def test_that_a_status_of_the_second_date_belongs_to_it():
    assert [one.status for one in unosat.passes(CUT)] == ["", "d_Damage_S"]
    assert [one.status for one in unosat.passes(DATED)] == ["", "change"]


@pytest.mark.parametrize(
    ("code", "text", "reading"),
    [("1", "Destroyed", "5"), ("2", "Severe Damage", "3"), ("4", "Possible Damage", "P"), ("6",
     "No Visible Damage", "0"),
     ("5", "Impact Crater (Damage to Road)", None)],
)  # fmt: skip
def test_that_codes_and_texts_say_the_same(code, text, reading):
    assert unosat.reading(code) == unosat.reading(text) == reading


def test_that_each_date_is_a_sighting_and_the_raw_value_stays(take, geojson):
    point = {"type": "Point", "coordinates": [37.6, 47.1]}
    taken = take(geojson(
        (point, {"SiteID": 26, "SensorDate": "2022-03-14", "Main_Damage_Site_Class": 3, "SensorDate_2": "2022-05-12",
                 "Main_Damage_Site_Class_2": 1}),
        (point, {"SiteID": 28, "SensorDate": "2022-03-14", "Main_Damage_Site_Class": 5, "SensorDate_2": None,
                 "Main_Damage_Site_Class_2": None}),
        (point, {"SiteID": 26, "SensorDate": "2022-03-14", "Main_Damage_Site_Class": 99, "SensorDate_2": None,
                 "Main_Damage_Site_Class_2": 6}),
    ))  # fmt: skip
    building, crater, unknown = taken.rows("observations")
    assert (building["latest_raw"], building["latest_grade"], building["latest_on"]) == ("1", "5", "2022-05-12")
    assert (building["target"], crater["target"]) == ("building", "ground")
    assert (crater["latest_raw"], crater["latest_grade"]) == ("5", None)
    assert '"Main_Damage_Site_Class":3' in building["attributes"]
    sightings = [row for row in taken.rows("sightings") if row["observation"] == building["id"]]
    assert [(row["observed_on"], row["raw"]) for row in sightings] == [("2022-03-14", "3"), ("2022-05-12", "1")]
    assert len(taken.rows("sightings")) == 5
    assert taken.problems() == {"class-unknown": 1, "date-missing": 1}


def test_that_survey_squares_are_cells(take, geojson):
    from formats.places import square

    said = {"SensorDate": "2022-03-26", "Main_Damage_Site_Class": 14}
    taken = take(
        geojson((square(), said), (square(37.6), {**said, "Main_Damage_Site_Class": 6}), name="Mariupol_RDA.geojson")
    )
    assert [row["target"] for row in taken.rows("observations")] == ["cell", "cell"]


def test_that_a_copernicus_grading_layer_is_observations_on_its_own_scale(take, geojson):
    point = {"type": "Point", "coordinates": [37.6, 47.1]}
    taken = take(
        geojson(
            (point, {"obj_type": "Buildings", "damage_gra": "Destroyed", "det_method": "Photo-interpretation"}),
            (point, {"obj_type": "Buildings", "damage_gra": "Possibly damaged"}),
            (point, {"obj_type": "Buildings", "damage_gra": "Nobody knows"}),
        )
    )
    rows = taken.rows("observations")
    assert [(row["scale"], row["latest_grade"]) for row in rows] == [
        ("copernicus-4", "5"), ("copernicus-4", "P"), (None, None)]  # fmt: skip
    assert [row["latest_raw"] for row in rows] == ["Destroyed", "Possibly damaged", "Nobody knows"]
    assert {row["target"] for row in rows} == {"building"}
    assert {row["observation"] for row in taken.rows("sightings")} == {row["id"] for row in rows}
