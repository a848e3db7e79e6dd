"""The first picture of a city: low, a strip of sky above, the buildings filling the rest, outliers left aside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from scene.district import AT, district, rectangle, shapes

from vidbudova.scene.camera import project, ray
from vidbudova.scene.city import City, bounds_of
from vidbudova.scene.framing import MOST_OUTSIDE, home

SIZES = [(1280, 720), (720, 900), (320, 480), (2560, 800)]


def spread(count: int, wide: float, deep: float, seed: int = 1) -> City:
    places = np.random.default_rng(seed).uniform(-0.5, 0.5, (count, 2)) * [wide, deep]
    tables = {"buildings": shapes("b", [rectangle(x, y, 12, 12) for x, y in places], [{}] * count)}
    return City(tables, bounds_of(tables))


def seen(city: City, size: tuple[int, int]) -> np.ndarray:
    """Middles of the buildings, in shares of the picture."""
    found = city.table("buildings")
    middles = found.xy.reshape(len(found), -1, 2).mean(1)
    camera = home(city, size)
    pixels, depth = project(camera, np.c_[middles, np.zeros(len(middles))], size)
    assert (depth > 0).all()
    return pixels / size


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("wide", "deep"), [(800, 800), (6000, 1500), (1500, 6000), (20_000, 20_000)])
def test_that_nearly_all_of_a_city_is_in_its_first_picture_below_the_sky(
    size: tuple[int, int], wide: float, deep: float
) -> None:
    at = seen(spread(400, wide, deep), size)
    inside = ((at >= 0) & (at <= 1)).all(1)
    assert inside.mean() >= 1 - MOST_OUTSIDE
    assert at[inside, 1].min() > 0.15


@pytest.mark.parametrize("size", SIZES[:1])
def test_that_a_square_city_fills_most_of_a_wide_picture(size: tuple[int, int]) -> None:
    at = seen(spread(400, 3000, 3000), size)
    low, high = np.percentile(at, [4, 96], axis=0)
    assert (high - low)[0] > 0.8
    assert (high - low)[1] > 0.45


def test_that_the_horizon_is_seen_at_the_top() -> None:
    camera = home(district(), (1280, 720))
    assert ray(camera, 640, 0, (1280, 720))[1][2] > 0
    assert ray(camera, 640, 720 * 0.2, (1280, 720))[1][2] < 0


def test_that_a_few_houses_far_off_do_not_push_the_city_away() -> None:
    city = spread(400, 2000, 2000)
    far = shapes("f", [rectangle(60_000, 60_000, 12, 12), rectangle(-80_000, 0, 12, 12)], [{}] * 2)
    ids = np.concatenate([city.table("buildings").ids, far.ids])
    every = shapes("b", [*_polygons(city), *_polygons(City({"buildings": far}))], [{}] * len(ids))
    away = home(City({"buildings": every}, bounds_of({"buildings": every})), (1280, 720)).distance
    assert away == pytest.approx(home(city, (1280, 720)).distance, rel=0.1)


def _polygons(city: City) -> list[shapely.Geometry]:
    found = city.table("buildings")
    return [shapely.Polygon(ring) for ring in found.xy.reshape(len(found), -1, 2)]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_that_an_empty_city_and_a_single_house_have_a_first_picture_too(count: int) -> None:
    tables = {"buildings": shapes("b", [rectangle(30.0 * k, 0, 12, 12) for k in range(count)], [{}] * count)}
    city = City(tables, bounds_of(tables)) if count else City()
    camera = home(city, (1280, 720))
    assert np.isfinite([*camera.focus, camera.distance]).all()
    if count:
        assert np.linalg.norm(np.array(camera.focus[:2]) - AT) < 400


def test_that_a_wide_city_is_seen_from_higher_up_in_a_narrow_picture() -> None:
    city = spread(400, 6000, 2000)
    wide, narrow = home(city, (1600, 700)), home(city, (700, 900))
    assert wide.pitch_deg < narrow.pitch_deg <= 27.0


def test_that_a_city_high_above_the_sea_is_framed_as_one_beside_it() -> None:
    low = spread(400, 3000, 3000)
    high = replace(low, ground_m=np.full(400, 1500.0))
    there, here = home(high, SIZES[0]), home(low, SIZES[0])
    assert there.eye() - here.eye() == pytest.approx([0.0, 0.0, 1500.0])
    assert (there.distance, there.pitch_deg) == (here.distance, here.pitch_deg)
