"""A city's traffic, put together once and solved again after every change."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from vidbudova.plugin import City, Progress

from . import damage, edits, matrices, zones
from .assignment import Equilibrium, Solution
from .demand import Demand, modelled, of_matrix, people_and_jobs, skim
from .destination import Twins
from .drivable import COLUMNS
from .links import Links
from .network import RoadNetwork, build
from .quickest import between, of_links
from .rates import Rates, rates
from .streets import Doors, Streets, doors, streets_of
from .words import Say
from .zones import Connectors, Zones

Floats = NDArray[np.float64]
Found = TypeVar("Found")

BUILDINGS = ("geometry", "name", "use", "levels", "height_m", "people", "jobs", "part_of")
STOREY_M = 3.0
ZONES = 150
"""About so many zones where nobody says how wide they are."""
NARROWEST_M, WIDEST_M = 300.0, 5000.0
MOST_SWEEPS = 400
MOST_THREADS = 4
PATIENCE_S = 0.2
"""Nobody waits longer without a word."""


@dataclass(frozen=True)
class Homes:
    """The buildings as places: n rows in the order of the city's table.

    Attributes
    ----------
    id : (n,). xy : (n, 2) metres. people, jobs : (n,). guessed : how many had them estimated; unknown : how many of
    those have no use in the data and count as homes.
    """

    id: NDArray[np.object_]
    xy: Floats
    people: Floats
    jobs: Floats
    guessed: int
    unknown: int = 0


@dataclass
class Traffic:
    """Everything that an answer is made of.

    Attributes
    ----------
    network : directed links of the roads. links : the same with zones and connectors; links of roads come first.
    homes, zones, joined, demand : who moves between what. chosen : the rates that were taken.
    cuts : what damage and works do. whole : equilibrium before them. engine : equilibrium with what is cut now.
    state : what is left of the network now. now : its solution. minutes : (z, z) on the empty whole network.
    streets, doors : those of the empty network, and where each of the homes steps onto one.
    minutes_before : (z, z) at the times of `whole`.
    foreign_trips : of a matrix, from or to zones that there are not. unplaced : destroyed bridges that were not found.
    """

    say: Say
    parameters: Mapping[str, Any]
    network: RoadNetwork
    links: Links
    homes: Homes
    zones: Zones
    joined: Connectors
    demand: Demand
    chosen: Rates
    cuts: damage.Cuts
    whole: Solution
    engine: Equilibrium
    state: edits.State
    now: Solution
    minutes: Floats
    streets: Streets
    doors: Doors
    minutes_before: Floats
    foreign_trips: float = 0.0
    warnings: list[str] = field(default_factory=list)

    @property
    def roads(self) -> int:
        """How many of the links are roads; the rest are connectors."""
        return len(self.network)

    def change(self, question: Mapping[str, Any], progress: Callable[[float], object] | None = None) -> None:
        """Solve again with a person's edits in place of those before; goes on from the last equilibrium.

        Raises
        ------
        PluginError
            If the edits are not understood; then nothing has changed.
        """
        try:
            state = edits.state(self.network, self.cuts, question)
        except (ValueError, TypeError) as error:
            raise self.say.error("bad_question", reason=error) from error
        impose(self.engine, self.state, state, self.network.twins)
        self.state = state
        self.now = _on_streets(self.engine.solve(self.parameters["gap"], MOST_SWEEPS, progress), self.network)

    def times(self, solution: Solution) -> Floats:
        """(roads,) seconds on each road link; infinite where closed."""
        return solution.times[: self.roads]


def impose(engine: Equilibrium, before: edits.State | None, after: edits.State, twins: Twins | None = None) -> None:
    """Close, open and narrow links so that `after` holds; their twins with them."""
    closed, capacity = _of_all(after, twins)
    if before is None:
        was, had = np.zeros(closed.size, bool), engine.links.capacity[: capacity.size]
    else:
        was, had = _of_all(before, twins)
    engine.close(np.flatnonzero(closed & ~was))
    engine.open(np.flatnonzero(was & ~closed))
    other = np.flatnonzero(capacity != had)
    if other.size:
        engine.set_capacity(other, capacity[other])


def _of_all(state: edits.State, twins: Twins | None) -> tuple[NDArray[np.bool_], Floats]:
    """Which links are closed, and the capacity of each; of twins that of the links that they stand for."""
    if twins is None:
        return state.closed, state.capacity
    return twins.with_twins(state.closed), twins.with_twins(state.capacity)


def _on_streets(solution: Solution, network: RoadNetwork) -> Solution:
    """The solution with the cars on twins counted on their streets."""
    if network.twins is None:
        return solution
    return replace(solution, flows=network.twins.moved(solution.flows))


def traffic(city: City, parameters: Mapping[str, Any], progress: Progress) -> Traffic:
    """Read the city and solve it before and after its cuts.

    Raises
    ------
    PluginError
        If there are no roads, or a parameter cannot be used.
    """
    say = Say(city.language)
    day = _day(parameters["works_on"], say)
    progress(0.02, say("reading"))
    network = _network(city, say, progress)
    progress(0.15, say("reading"))
    chosen = rates(parameters["period"], parameters["level"])
    buildings = _table(city, "buildings", BUILDINGS)
    progress(0.25, say("demand"))
    homes = _homes(buildings, chosen)
    progress(0.3, say("demand"))
    cells = _zones(homes, float(parameters["zone_width_m"]), _districts(city, parameters["zones_from"]))
    joined = zones.connectors(cells, homes.xy, homes.people + homes.jobs, network.node_xy, network.entrances)
    links = zones.attach(network.links, len(cells), joined, network.twins.entry if network.twins else None)
    progress(0.35, say("demand"))
    minutes, way = skim(links, cells)
    progress(0.4, say("demand"))
    demand, foreign = _demand(parameters, cells, minutes, way, chosen, say)
    progress(0.45, say("solving"))
    engine = Equilibrium(links, demand.trips, threads=min(os.cpu_count() or 1, MOST_THREADS))
    gap = float(parameters["gap"])
    with ThreadPoolExecutor(1) as beside:
        # what needs no equilibrium is found while one is looked for: both are compiled code
        stepping = beside.submit(_stepping, network, homes.xy)
        cutting = beside.submit(_cuts, city, network, buildings, parameters, day)
        whole = engine.solve(gap, MOST_SWEEPS, lambda share: progress(0.45 + 0.25 * share, say("solving")))
        cuts = _awaited(cutting, lambda: progress(0.7, say("solving")))
        before = beside.submit(minutes_between, links, len(cells), whole)
        state = edits.state(network, cuts, {"close": parameters["close"], "open": parameters["open"]})
        impose(engine, None, state, network.twins)
        now = engine.solve(gap, MOST_SWEEPS, lambda share: progress(0.7 + 0.1 * share, say("solving")))
        streets, home = _awaited(stepping, lambda: progress(0.8, say("access")))
        minutes_before = _awaited(before, lambda: progress(0.8, say("access")))
    whole, now = _on_streets(whole, network), _on_streets(now, network)
    found = Traffic(
        say, parameters, network, links, homes, cells, joined, demand, chosen, cuts, whole, engine, state, now, minutes,
        streets, home, minutes_before, foreign,
    )  # fmt: skip
    found.warnings = _warnings(found)
    return found


def _awaited(task: Future[Found], told: Callable[[], object]) -> Found:
    """What a task gives; until then somebody is told every now and then, who may cancel."""
    while wait([task], PATIENCE_S).not_done:
        told()
    return task.result()


def _stepping(network: RoadNetwork, xy: Floats) -> tuple[Streets, Doors]:
    """The streets of the empty network, and where places (n, 2) step onto them."""
    streets = streets_of(network, network.links.free_time)
    return streets, doors(streets, xy)


def minutes_between(links: Links, zones: int, solution: Solution) -> Floats:
    """(z, z) minutes between zones at the times of a solution, by a search of its own; infinite without a way."""
    every = np.arange(zones, dtype=np.int32)
    return between(of_links(links, solution.times), every, every) / 60


def _day(text: str, say: Say) -> str:
    if not text.strip():
        return ""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise say.error("bad_day", day=text) from None


def _network(city: City, say: Say, progress: Progress) -> RoadNetwork:
    roads = city.table("roads", COLUMNS)
    junctions = _table(city, "junctions", ("geometry", "control", "cycle_s", "attributes"))
    progress(0.08, say("network"))
    network = build(roads, junctions)
    if not len(network):
        raise say.error("no_roads")
    return network


def _table(city: City, name: str, columns: tuple[str, ...]) -> Any:
    """A table that the city may lack."""
    return city.table(name, columns) if city.has(name) else None


def _homes(buildings: Any, chosen: Rates) -> Homes:
    if buildings is None or not len(buildings):
        none = np.zeros(0)
        return Homes(np.zeros(0, object), np.zeros((0, 2)), none, none, 0)
    shapes = np.asarray(buildings["geometry"], object)
    middle = shapely.centroid(shapes)
    xy = np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])
    levels = np.asarray(buildings["levels"], np.float64)
    tall = np.asarray(buildings["height_m"], np.float64) / STOREY_M
    storeys = np.where(np.isfinite(levels), levels, np.where(np.isfinite(tall), np.maximum(np.rint(tall), 1), 1.0))
    # a part of a building is counted with the whole
    part = np.array([isinstance(word, str) and word != "" for word in buildings["part_of"].tolist()], bool)
    floor = np.where(part, 0.0, np.nan_to_num(shapely.area(shapes)) * storeys)
    people, jobs, guessed = people_and_jobs(
        np.asarray(buildings["people"], np.float64), np.asarray(buildings["jobs"], np.float64),
        np.asarray(buildings["use"], object), floor, chosen,
    )  # fmt: skip
    placed = np.isfinite(xy).all(axis=1)
    unknown = sum(not word for word in buildings["use"][guessed].tolist())
    return Homes(
        np.asarray(buildings["id"], object)[placed], xy[placed], people[placed], jobs[placed], int(guessed.sum()),
        unknown,
    )  # fmt: skip


def _districts(city: City, source: str) -> Any:
    """The polygons that are the zones, as a table with id, name and geometry; None for hexagons."""
    found = None if source == "hexagons" else _table(city, source, ("name", "geometry"))
    if found is None:
        return None
    areas = found[shapely.get_dimensions(np.asarray(found["geometry"], object)) == 2]
    return areas if len(areas) else None


def _zones(homes: Homes, width_m: float, districts: Any = None) -> Zones:
    inhabited = homes.xy[(homes.people + homes.jobs) > 0]
    if width_m <= 0:
        # the hull of a line is that of its points, and sooner there
        area = float(shapely.convex_hull(shapely.linestrings(inhabited)).area) if len(inhabited) > 2 else 0.0
        # a hexagon of width w has the area w² · √3 / 2
        width_m = float(np.clip(np.sqrt(area / ZONES * 2 / np.sqrt(3)), NARROWEST_M, WIDEST_M))
    if districts is None:
        return zones.hexagons(homes.xy, homes.people, homes.jobs, width_m)
    ids = [str(id) for id in districts["id"]]
    titles = [name if isinstance(name, str) and name else id for name, id in zip(districts["name"], ids, strict=True)]
    shapes = np.asarray(districts["geometry"], object)
    return zones.districts(homes.xy, homes.people, homes.jobs, ids, titles, shapes, width_m)


def _demand(
    parameters: Mapping[str, Any], cells: Zones, minutes: Floats, way: NDArray[np.bool_], chosen: Rates, say: Say
) -> tuple[Demand, float]:
    path = parameters["demand_matrix"]
    if not path:
        return modelled(cells, minutes, way, chosen), 0.0
    try:
        trips, foreign = matrices.read(Path(path), cells.id)
    except matrices.MatrixError as error:
        raise say.error(error.key, **error.values) from error
    return of_matrix(csr_array(trips), minutes, way), foreign


def _cuts(city: City, network: RoadNetwork, buildings: Any, parameters: Mapping[str, Any], day: str) -> damage.Cuts:
    if not parameters["damage"]:
        return damage.found(network, zones=_zones_table(city), on=day or None)
    return damage.found(
        network, buildings=buildings,
        marks=_table(city, "damage_marks", ("grade",)),
        matches=_table(city, "matches", ("building", "observation", "distance_m")),
        observations=_table(city, "observations", ("geometry", "site", "target", "latest_raw", "latest_grade")),
        features=_table(city, "features", ("geometry", "kind", "attributes")),
        zones=_zones_table(city), on=day or None, reach=parameters["level"],
    )  # fmt: skip


def _zones_table(city: City) -> Any:
    return _table(city, "zones", ("geometry", "kind", "starts_on", "ends_on"))


def _warnings(found: Traffic) -> list[str]:
    say, told = found.say, []
    if found.homes.guessed:
        told.append(say("w_guessed", n=found.homes.guessed))
    if found.homes.unknown:
        told.append(say("w_unknown_use", n=found.homes.unknown))
    if not found.demand.total > 0:
        told.append(say("w_nobody"))
    if found.whole.unserved_trips > 1e-9:
        told.append(say("w_no_way", n=round(found.whole.unserved_trips, 1)))
    if found.foreign_trips:
        told.append(say("w_foreign", n=round(found.foreign_trips, 1)))
    if found.cuts.unplaced:
        told.append(say("w_unplaced", n=len(found.cuts.unplaced)))
    if found.state.unknown:
        told.append(say("w_unknown", names=", ".join(found.state.unknown[:5])))
    worst = max(found.whole.gap, found.now.gap)
    if worst > found.parameters["gap"]:
        told.append(say("w_gap", gap=f"{worst:.1e}"))
    return told
