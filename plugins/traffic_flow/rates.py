"""The rates of `rates.toml`: how many cars move in an hour, and the source of each number."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LEVELS = ("low", "likely", "high")
PERIODS = ("morning", "day", "evening")


@dataclass(frozen=True)
class Rates:
    """What one hour of one period makes of people and jobs.

    Attributes
    ----------
    cars_per_person : car trips in the hour for each resident, there and back together.
    hours : length of the period.
    from_home : share of the trips that leave home; the others come back.
    attraction_person : attraction of a resident where that of a job is 1.
    floor_area_per_person_m2 : where the data have no people.
    floor_area_per_job_m2 : by the building's use, where the data have no jobs.
    source : where the numbers come from, one line each.
    """

    cars_per_person: float
    hours: float
    from_home: float
    attraction_person: float
    floor_area_per_person_m2: float
    floor_area_per_job_m2: Mapping[str, float]
    source: str


def rates(period: str = "morning", level: str = "likely") -> Rates:
    """Rates of a period (`PERIODS`) at a level (`LEVELS`).

    A car carries several people, so cars = people · trips a day · share by car · share of the hour ÷ people in a car.
    """
    if period not in PERIODS or level not in LEVELS:
        raise ValueError(f"no rates for {period!r} at {level!r}")
    told, at = table(), LEVELS.index(level)
    hour = told[period]
    daily = told["trips_per_person_day"]["values"][at] * told["car_share"]["values"][at]
    jobs = {use: area for use, area in told["floor_area_per_job"].items() if isinstance(area, float)}
    return Rates(
        cars_per_person=daily / told["people_per_car"]["values"][at] * hour["share_of_day"][at],
        hours=hour["hours"],
        from_home=hour["from_home"],
        attraction_person=told["attraction_person"]["values"][at],
        floor_area_per_person_m2=told["floor_area_per_person"]["values"][at],
        floor_area_per_job_m2=jobs,
        source="\n".join(f"{name}: {entry['source']}" for name, entry in told.items() if name not in PERIODS)
        + f"\n{period}: {hour['source']}",
    )


@cache
def table() -> Mapping[str, Any]:
    """All of `rates.toml`, for the pages that show where numbers come from."""
    return tomllib.loads((Path(__file__).parent / "rates.toml").read_text("utf-8"))
