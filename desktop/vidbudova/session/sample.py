"""The sample city as a project: «Зразок», a town that does not exist, the same for the same seed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import shapely

from vidbudova.errors import UserError
from vidbudova.model import damage, zones
from vidbudova.model.change import Delta, Value
from vidbudova.model.ids import new_id, source_id
from vidbudova.session import matching, photos
from vidbudova.session.core import Session
from vidbudova.session.sampling import city, nets, rows, ruin, sketches
from vidbudova.session.sampling.city import Town
from vidbudova.session.sampling.ruin import Harm
from vidbudova.store.project import Project, create
from vidbudova.text import mark

CRS = "EPSG:32637"
MADE_MS = 1_655_100_000_000
"""When the sample's edits are said to have been made (June 2022), so that the same seed gives the same log."""
FEWEST, MOST = 300, 1_000_000
Progress = Callable[[float, str], None]


def make_sample(
    path: Path | str,
    buildings: int = 3000,
    seed: int = 1,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Write the sample city as a new project and close it; when cancelled nothing is left.

    Raises
    ------
    UserError
        value-wrong (too few or too many), project-exists, import-cancelled.
    """
    path, tell, stopped = Path(path), progress or (lambda done, what: None), cancelled or (lambda: False)
    if not FEWEST <= buildings <= MOST:
        reason = mark("it must be from 300 to 1,000,000")
        raise UserError("value-wrong", value=buildings, field=mark("a number of buildings"), reason=reason)
    if path.exists():
        raise UserError("project-exists", path=path)
    town = city.lay_out(buildings, seed, lambda done: tell(0.5 * done, mark("Laying out streets and houses")), stopped)
    if town is None or stopped():
        raise UserError("import-cancelled", file=path.name)
    project = create(path, CRS)
    try:
        _fill(project, town, seed, tell)
    except BaseException:
        project.close()
        _remove(path)
        raise
    project.close()
    return path


def _fill(project: Project, town: Town, seed: int, tell: Progress) -> None:
    ticks = count(MADE_MS, 60_000)
    session = Session(project, "Зразок", lambda: next(ticks))
    harm = ruin.harm(town, seed)
    session.do(
        mark("Name the project"),
        [Delta("project", "project", None, {"name": "Зразок (вигадане місто)", "storey_height_m": 3.0})],
    )
    with tempfile.TemporaryDirectory() as folder:
        staging = Path(folder) / "city.staging"
        fields = rows.stage_city(staging, town, seed, CRS)
        session.add_layer(staging, fields, lambda done: tell(0.6 + 0.35 * done, mark("Writing the city")))
        staging = Path(folder) / "seen.staging"
        fields = rows.stage_observations(staging, town, harm, seed)
        session.add_layer(staging, fields)
        matching.match(session, matching.WITHIN_M)
        _mark(session, town, harm, seed, Path(folder))
    _draw_zones(session, town, harm, seed)
    tell(1.0, mark("Writing the city"))


def _mark(session: Session, town: Town, harm: Harm, seed: int, folder: Path) -> None:
    """Each inspector's walk is marks in the log, one by one, as they would have made them, with what they saw."""
    ids = rows.building_ids(town, seed)
    listed = ruin.marks(town, harm, seed)
    pictured = _sketched(town, listed, seed, folder)
    brought = photos.bring(session, pictured.values())
    shown = dict(zip(pictured, brought.sha256, strict=True))
    new = {delta.id: delta for delta in brought.deltas}
    for row, said in listed:
        session.author = said["inspector"]
        street, number = town.rows["street"][row], town.rows["house_number"][row]
        seen = shown.get(row)
        session.do(
            mark("Mark {building}: grade {grade}"),
            [*([new[seen]] if seen else []), *damage.mark(ids[row], None, photos=[seen] if seen else None, **said)],
            building=f"{street}, {number}",
            grade=str(said["grade"]),
        )


def _sketched(town: Town, listed: list[tuple[int, dict[str, Any]]], seed: int, folder: Path) -> dict[int, Path]:
    """A picture of every building that was graded 1 or worse."""
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    found: dict[int, Path] = {}
    for row, said in listed:
        if not said["grade"]:
            continue
        at = shapely.centroid(town.shapes[row])
        lon, lat = to_degrees.transform(at.x, at.y)
        levels, material = int(float(town.rows["levels"][row])), str(town.rows["material"][row])
        path = folder / f"{len(found) + 1:02d}.jpg"
        sketches.draw(path, said["grade"], levels, material, said["inspected_at"], (lon, lat), seed * 1000 + row)
        found[row] = path
    return found


def _draw_zones(session: Session, town: Town, harm: Harm, seed: int) -> None:
    """Two zones: the yard that was hit hardest, and the green bank of the river."""
    session.author = "Відділ відбудови"
    worst = shapely.union_all(town.shapes[ruin.worst_street(town, harm)])
    yard = shapely.simplify(shapely.buffer(shapely.convex_hull(worst), 12, join_style="mitre"), 2.0)
    plan = town.plan
    u0, u1 = float(plan.us[plan.bridges[0]]) + 20, float(plan.us[plan.bridges[1]]) - 20
    bank = nets.along(plan, 64.0, u0, u1), nets.along(plan, 83.0, u0, u1)
    green = shapely.Polygon([*bank[0].tolist(), *bank[1][::-1].tolist()])
    wanted: list[tuple[shapely.Geometry, dict[str, Value]]] = [
        (
            yard,
            {
                "name": "Двір, з якого почнемо",
                "kind": "housing",
                "phase": 1,
                "priority": 1,
                "starts_on": "2023-04-01",
                "ends_on": "2024-11-30",
            },
        ),
        (green, {"name": "Зелена набережна", "kind": "green", "phase": 2, "priority": 4, "starts_on": "2024-03-01"}),
    ]
    for n, (shape, fields) in enumerate(wanted):
        tidied = zones.tidy(shape)
        stamp = source_id(rows.checksum(len(town.shapes), seed, "zones"), str(n), "zones").replace("-", "")
        id = new_id(MADE_MS + n, bytes.fromhex(stamp))
        session.do(mark("Draw zone {zone}"), zones.add(id, tidied.area, fields), zone=str(fields["name"]))


def _remove(path: Path) -> None:
    """Take away what an interrupted run left."""
    for ending in ("", "-wal", "-shm"):
        with suppress(OSError):
            path.with_name(path.name + ending).unlink(missing_ok=True)
    stem = path.name.removesuffix(".gpkg").removesuffix(".vbp")
    for ending in (".snapshots", ".media", ".layers"):
        shutil.rmtree(path.with_name(stem + ending), ignore_errors=True)
