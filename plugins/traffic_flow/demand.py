"""Demand for car trips in an hour, from people and jobs of zones and the times between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from .gravity import calibrated, gravity, thinned
from .links import Links
from .quickest import between, of_links
from .rates import Rates
from .zones import DETOUR, Zones

Floats = NDArray[np.float64]

SMALLEST_TRIPS = 1e-3
"""Cells below it are spread over the others of their row and column: one car in a thousand hours."""
INSIDE = 0.5
"""Time inside a zone, as a share of the time to its nearest neighbour (NCHRP Report 365, 1998, chapter 4)."""
WAY_KM_H = 30.0
"""Speed at which a way that the network does not have is thought to be driven: an assumption."""
B_PER_MINUTE = 0.123
"""Of exp(-b · minutes) where nobody says otherwise: that of trips to work in NCHRP Report 365 (1998), table 14, whose
gamma function has next to no power of time (-0.02)."""

HOME_USES = ("apartments", "house", "dormitory")


@dataclass(frozen=True)
class Demand:
    """Car trips between zones in one hour.

    Attributes
    ----------
    trips : (z, z) sparse, vehicles an hour from row to column; those inside a zone stand on the diagonal.
    out, into : (z,) totals of rows and columns.
    b_per_minute : of exp(-b · minutes); nan for a matrix that was read.
    mean_minutes : mean time of a trip on empty roads.
    mean_reached : whether the mean that was asked for could be met.
    without_way : trips an hour between zones that the empty network does not join. They stay in `trips`.
    """

    trips: csr_array
    out: Floats
    into: Floats
    b_per_minute: float
    mean_minutes: float
    mean_reached: bool
    without_way: float

    @property
    def total(self) -> float:
        """Vehicles an hour, those inside zones included."""
        return float(self.trips.sum())

    @property
    def inside(self) -> float:
        """Vehicles an hour that stay in their zone and so load no road."""
        return float(self.trips.diagonal().sum())


def people_and_jobs(
    people: Floats, jobs: Floats, use: NDArray[np.object_], floor_m2: Floats, chosen: Rates
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """People and jobs of each building: the data's where they have any, else from floor area and use.

    Parameters
    ----------
    people, jobs : (n,), nan where not known. use : (n,) words of the schema. floor_m2 : (n,) gross floor area.

    Returns
    -------
    (n,) people, (n,) jobs, (n,) whether either was estimated. If the data know people of any building, all others
    have none; the same for jobs: data and estimates are not mixed. Buildings of unknown use count as homes: of maps in
    which most say no more than that they are buildings, most are.
    """
    use = np.asarray(use, object)
    area = np.nan_to_num(floor_m2)
    guessed = np.zeros(len(use), bool)
    if not np.nansum(people) > 0:
        living = np.array([not word or word in HOME_USES for word in use.tolist()], bool)
        people = np.where(living, area / chosen.floor_area_per_person_m2, 0.0)
        guessed |= people > 0
    if not np.nansum(jobs) > 0:
        per_job = np.array([chosen.floor_area_per_job_m2.get(word, np.inf) for word in use], float)
        jobs = area / per_job if len(use) else np.zeros(0)
        guessed |= jobs > 0
    return np.nan_to_num(people), np.nan_to_num(jobs), guessed


def skim(network: Links, zones: Zones) -> tuple[Floats, NDArray[np.bool_]]:
    """Minutes between zones on empty roads, (z, z), and (z, z) whether there is a way at all.

    Where there is none, the time is that of the straight line with a detour at `WAY_KM_H`: people want to go there, and
    the assignment counts them as unserved. Times inside a zone are a share of those to the nearest other.
    """
    every = np.arange(len(zones), dtype=np.int32)
    minutes = between(of_links(network), every, every) / 60
    joined = np.isfinite(minutes)
    straight = np.linalg.norm(zones.xy[:, None] - zones.xy[None], axis=2)
    minutes = np.where(joined, minutes, straight * DETOUR / (WAY_KM_H / 3.6) / 60)
    np.fill_diagonal(minutes, np.inf)
    inside = minutes.min(axis=1, initial=np.inf) * INSIDE
    np.fill_diagonal(minutes, np.where(np.isfinite(inside), inside, 1.0))
    return minutes, joined


def modelled(
    zones: Zones,
    minutes: Floats,
    joined: NDArray[np.bool_],
    chosen: Rates,
    mean_minutes: float | None = None,
    b_per_minute: float = B_PER_MINUTE,
) -> Demand:
    """Demand by the gravity model between homes and where people go, turned into directions of the hour.

    Homes make ``people · cars_per_person`` trips; jobs (and, less, homes) draw them. The gravity model joins both ends;
    of its trips the share `from_home` goes there and the others come back (NCHRP Report 365, 1998, chapter 7):
    ``T = s·G + (1 - s)·Gᵀ``. Totals are kept to 1e-9 of themselves.

    Parameters
    ----------
    minutes, joined : of `skim`. b_per_minute : how time deters. mean_minutes : if given, b is found so that trips last
        so long on the mean.
    """
    made = zones.people * chosen.cars_per_person * chosen.hours
    drawn = zones.jobs + chosen.attraction_person * zones.people
    if not made.sum() > 0 or not drawn.sum() > 0:
        return of_matrix(csr_array((len(zones), len(zones))), minutes, joined)
    drawn = drawn * (made.sum() / drawn.sum())
    if mean_minutes is None:
        found = gravity(made, drawn, minutes, b_per_minute)
    else:
        found = calibrated(made, drawn, minutes, mean_minutes)
    kept = thinned(found.trips, SMALLEST_TRIPS, made, drawn)
    share = chosen.from_home
    directed = csr_array(share * kept + (1 - share) * kept.T)
    return _told(directed, minutes, joined, found.b, found.reached)


def of_matrix(trips: csr_array, minutes: Floats, joined: NDArray[np.bool_]) -> Demand:
    """Demand of a matrix that a person brought."""
    return _told(trips, minutes, joined, float("nan"), True)


def _told(trips: csr_array, minutes: Floats, joined: NDArray[np.bool_], b_per_minute: float, reached: bool) -> Demand:
    cells = trips.tocoo()
    total = cells.data.sum()
    spent = float((cells.data * minutes[cells.row, cells.col]).sum())
    return Demand(
        trips=trips,
        out=np.asarray(trips.sum(axis=1), float).ravel(),
        into=np.asarray(trips.sum(axis=0), float).ravel(),
        b_per_minute=b_per_minute,
        mean_minutes=spent / total if total > 0 else 0.0,
        mean_reached=reached,
        without_way=float(cells.data[~joined[cells.row, cells.col]].sum()),
    )
