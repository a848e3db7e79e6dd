"""Coordinate systems: a project is in true metres, and nothing is guessed."""

from __future__ import annotations

import numpy as np
import pytest

from vidbudova.errors import UserError
from vidbudova.model import crs


@pytest.mark.parametrize("text", ["EPSG:32637", "EPSG:32636", "EPSG:6387", "EPSG:5565", "EPSG:25832"])
def test_that_metric_systems_are_taken(text):
    assert crs.check_project(text) == text


@pytest.mark.parametrize("text", ["EPSG:4326", "EPSG:3857", "EPSG:2263", "EPSG:4978", "EPSG:999999", "nonsense", ""])
def test_that_degrees_feet_and_nonsense_are_refused(text):
    with pytest.raises(UserError) as caught:
        crs.check_project(text)
    assert caught.value.key == "crs-unknown"


@pytest.mark.parametrize(
    ("lon", "lat", "expected"),
    [(37.6, 47.1, "EPSG:32637"), (30.5, 50.4, "EPSG:32636"), (24.0, 49.8, "EPSG:32635"), (5.3, 60.4, "EPSG:32632"),
     (15.6, 78.2, "EPSG:32633"), (146.0, -17.0, "EPSG:32755"), (180.0, 0.0, "EPSG:32601")],
)  # fmt: skip
def test_that_the_zone_of_a_place_is_suggested(lon, lat, expected):
    assert crs.suggest(lon, lat) == expected


def test_that_there_and_back_is_the_same_place_whatever_the_order_of_axes():
    places = np.array([[37.6, 47.1], [37.55, 47.08]])
    for target in ("EPSG:32637", "EPSG:5565", "EPSG:3857"):
        back = crs.transform(crs.transform(places, "EPSG:4326", target), target, "EPSG:4326")
        np.testing.assert_allclose(back, places, atol=1e-8)


def test_that_places_out_of_reach_are_infinite_and_not_wrong():
    assert not np.isfinite(crs.transform(np.array([[0.0, 91.0]]), "EPSG:4326", "EPSG:32637")).any()


@pytest.mark.parametrize(
    ("bounds", "word"),
    [((37.0, 47.0, 38.0, 48.0), "4326"), ((390e3, 5.2e6, 391e3, 5.3e6), "UTM"), ((7.3e6, 5.2e6, 7.4e6, 5.3e6),
     "UCS-2000"),
     ((4.1e6, 6.1e6, 4.2e6, 6.2e6), "3857"), ((1e9, 1e9, 2e9, 2e9), "ask")],
)  # fmt: skip
def test_that_numbers_without_a_system_get_a_hint_in_words(bounds, word):
    assert word in crs.guess_hint(bounds)
