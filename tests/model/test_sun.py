"""The place of the sun, against what was published and against what everyone knows of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from vidbudova.model.clock import city_offset_h
from vidbudova.model.sun import sun_at

GOLDEN = datetime(2003, 10, 17, 12, 30, 30, tzinfo=timezone(timedelta(hours=-7)))


def test_that_the_published_example_of_nrel_is_met_to_its_last_digit() -> None:
    found = sun_at(GOLDEN, 39.742476, -105.1786, 1830.14, 820.0, 11.0, 67.0)
    assert found.zenith_deg == pytest.approx(50.11162, abs=6e-6)
    assert found.azimuth_deg == pytest.approx(194.34024, abs=6e-6)


def test_that_the_sun_stands_over_the_tropic_at_noon_of_midsummer() -> None:
    found = sun_at(datetime(2026, 6, 21, 12, 1, 50, tzinfo=UTC), 23.436, 0.0)
    assert found.elevation_deg > 89.5


def test_that_day_is_as_long_as_night_at_the_equinox_and_the_sun_rises_in_the_east() -> None:
    day = datetime(2026, 3, 20, tzinfo=UTC)
    up = [sun_at(day + timedelta(minutes=m), 47.1, 37.55).elevation_deg > 0 for m in range(0, 1440, 5)]
    assert sum(up) * 5 == pytest.approx(720, abs=15)
    rising = day + timedelta(minutes=5 * up.index(True))
    assert sun_at(rising, 47.1, 37.55).azimuth_deg == pytest.approx(90, abs=2)


def test_that_the_same_moment_gives_the_same_sun_whatever_the_zone_it_is_written_in() -> None:
    here = datetime(2026, 6, 21, 18, tzinfo=timezone(timedelta(hours=3)))
    assert sun_at(here, 47.1, 37.55) == sun_at(here.astimezone(UTC), 47.1, 37.55)


def test_that_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError):
        sun_at(datetime(2026, 6, 21, 18), 47.1, 37.55)


def test_that_the_sun_of_polar_night_does_not_rise() -> None:
    day = datetime(2026, 12, 21, tzinfo=UTC)
    assert max(sun_at(day + timedelta(hours=h), 78.2, 15.6).elevation_deg for h in range(24)) < -10


@pytest.mark.parametrize(
    ("lon", "lat", "month", "hours"),
    [
        (37.55, 47.1, 7, 3), (37.55, 47.1, 1, 2), (22.3, 48.6, 7, 3), (15.6, 48.4, 7, 2), (24.9, 60.2, 12, 2),
        (127.0, 37.5, 7, 8), (-105.2, 39.7, 7, -7),
    ],
)  # fmt: skip
def test_that_the_clock_of_a_city_follows_its_longitude_and_european_summer_time(
    lon: float, lat: float, month: int, hours: int
) -> None:
    assert city_offset_h(lon, lat, datetime(2026, month, 15).date()) == hours


def test_that_summer_time_begins_and_ends_on_the_last_sundays_of_march_and_october() -> None:
    found = [city_offset_h(37.55, 47.1, datetime(2026, m, d).date()) for m, d in ((3, 28), (3, 29), (10, 24), (10, 25))]
    assert found == [2, 3, 3, 2]
