"""Who drives and who walks to what, and the ways of those who walk."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vidbudova.plugin import City

from . import walking
from .access import ERRANDS, Errand
from .model import Traffic
from .streets import Streets

USUAL, CAR, FOOT = "usual", "car", "foot"


@dataclass(frozen=True)
class Task:
    """Minutes to one kind of facility: what they are called, the kind, and how one gets there."""

    name: str
    facility: str
    errand: Errand


def tasks(mode: str) -> tuple[Task, ...]:
    """What is asked for; fire engines drive in every mode.

    Usual: hospitals by car, shelters and schools on foot along the streets. Car: all driven. Foot: shelters, schools
    and hospitals on foot over footways too, and beside them the minutes by car.
    """
    usual = {facility: Task(facility, facility, errand) for facility, errand in ERRANDS.items()}
    if mode == USUAL:
        return tuple(usual.values())
    driven = tuple(
        Task(f"{name}_car", name, replace(task.errand, on_foot=False)) if task.errand.on_foot else task
        for name, task in usual.items()
    )
    if mode == CAR:
        return driven
    walked = [task for task in usual.values() if task.errand.on_foot]
    hospital = Task("hospital_foot", "hospital", replace(ERRANDS["hospital"], on_foot=True))
    return (*walked, hospital, *driven)


def ways_on_foot(city: City, found: Traffic) -> Streets:
    """Streets, footways, paths and steps without the bridges that have fallen."""
    network = found.network
    fallen = np.unique(network.road_id[found.state.closed & network.bridge].astype(str))
    return walking.footways(city.table("roads", walking.COLUMNS), fallen.tolist())
