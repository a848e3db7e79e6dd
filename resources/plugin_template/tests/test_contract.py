"""Tests of this plugin; run them with pytest where vidbudova is installed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vidbudova.plugin.testing import broken_promises, city_of, load, no_progress

FOLDER = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def plugin():
    """The module with run()."""
    with load(FOLDER) as module:
        yield module


def test_that_it_keeps_its_word():
    assert broken_promises(FOLDER) == []


def test_that_people_of_what_is_destroyed_are_counted(plugin):
    import geopandas as gpd
    from shapely import box

    buildings = gpd.GeoDataFrame(
        {"id": ["a", "b", "c"], "use": ["house"] * 3, "levels": [2.0] * 3, "height_m": [6.0] * 3,
         "people": [3.0, 4.0, np.nan], "part_of": [None] * 3},
        geometry=[box(0, 0, 10, 10), box(20, 0, 30, 10), box(40, 0, 50, 10)], crs="EPSG:32637",
    )  # fmt: skip
    marks = pd.DataFrame({"id": ["a", "c"], "grade": [5.0, 4.0]})
    city = city_of({"buildings": buildings, "damage_marks": marks})
    found = plugin.run(city, {"from_grade": 4, "area_per_person": 25.0}, no_progress)
    # "c" says no people: 100 m² on two floors by 25 m² a person are 8
    assert found.summary == {"people_without_home": 3.0 + 8.0, "homes_lost_count": 2}
