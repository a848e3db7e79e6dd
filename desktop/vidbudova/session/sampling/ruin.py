"""What happened to the sample city: strikes, what two satellite passes saw of them, and what inspectors wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.session.sampling.city import Town
from vidbudova.session.sampling.names import INSPECTORS
from vidbudova.session.sampling.plan import Floats

DATES = ("2022-03-14", "2022-05-12", "2022-09-28", "2023-02-09")
"""Days of the satellites' passes. What was hit before each: by the front in spring, by strikes from afar later."""
SHARES = (0.42, 0.28, 0.14, 0.16)
"""Of all strikes, before each pass."""
CLASSES = (("Destroyed", "5"), ("Severe Damage", "3"), ("Moderate Damage", "2"), ("Possible Damage", "P"))
"""UNOSAT's words, and how they read on our scale."""


@dataclass(frozen=True, slots=True)
class Harm:
    """What was seen: rows of observations and sightings, and the harm done to every building, 0 to 1."""

    observations: list[dict[str, Any]]
    sightings: list[dict[str, Any]]
    harm: Floats
    by_pass: Floats
    """(passes, n) the harm that each pass could see; it only grows."""


def harm(town: Town, seed: int) -> Harm:
    """Strikes along a front in the east and here and there; points are roof marks with an offset."""
    rng = np.random.default_rng([seed, 19])
    at = shapely.get_coordinates(shapely.centroid(town.shapes))
    passes = _strikes(town, at, rng)
    done = passes[-1]
    luck = rng.random(len(at))
    size = np.sqrt(shapely.area(town.shapes)) / 20
    seen = np.flatnonzero((done > 0.16) & (luck < 0.25 + done * size.clip(0.4, 1.4)) & (town.rows["keep"] != 0))
    blur = rng.normal(0, 0.07, len(seen))
    step = 3 - np.digitize(passes[:, seen] + blur, STEPS)
    step = np.where(passes[:, seen] < 0.1, 4, np.minimum.accumulate(step, axis=0))
    points = shapely.points(np.round(at[seen] + rng.normal((3.0, -2.0), 3.6, (len(seen), 2)), 2))
    rows: list[dict[str, Any]] = []
    dated: list[dict[str, Any]] = []
    for k, (point, classes) in enumerate(zip(points, step.T.tolist(), strict=True)):
        rows.append(_observation(k, point, "Building", "building", classes[-1]))
        dated.extend(_sightings(k, classes))
    _craters(town, rng, rows, dated, at[done > 0.45])
    return Harm(rows, dated, done, passes)


STEPS = (0.3, 0.52, 0.8)
NOTHING = ("No Visible Damage", "0")


def _sightings(k: int, classes: list[int]) -> Iterator[dict[str, Any]]:
    """What each pass said of one building, and how it changed since the one before."""
    before = -1
    for date, now in zip(DATES, classes, strict=True):
        raw, grade = NOTHING if now == 4 else CLASSES[now]
        status = "" if before < 0 else "No Change" if now == before else "New" if before == 4 else "Worse"
        yield {"observation": k, "observed_on": date, "raw": raw, "grade": grade, "status": status}
        before = now


def _observation(k: int, point: shapely.Geometry, site: str, target: str, now: int) -> dict[str, Any]:
    raw, grade = NOTHING if now == 4 else CLASSES[now]
    return {
        "k": k,
        "geom": point,
        "site": site,
        "target": target,
        "evidence": "satellite",
        "scale": "unosat",
        "latest_raw": raw,
        "latest_grade": grade,
        "latest_on": DATES[-1],
        "confidence": "Medium" if now == 3 else "Very High",
    }


def _strikes(town: Town, at: Floats, rng: np.random.Generator) -> Floats:
    """(passes, n) harm from 0 to 1.2: nearness to the worst strike so far, and to the front, which comes and goes."""
    low, high = at.min(axis=0), at.max(axis=0)
    span = float(np.hypot(*(high - low)))
    count = max(9, len(at) // 75)
    when = np.searchsorted(np.cumsum(SHARES[:-1]), rng.random(count))
    reach, force = rng.uniform(28, 120, count), rng.uniform(0.45, 1.15, count)
    eastern = np.empty((count, 2))
    fronts = [_front(town, share) for share in FRONTS]
    for k, front in enumerate(fronts):
        mine = when == k
        eastern[mine] = front[rng.integers(0, len(front), mine.sum())] + rng.normal(0, 0.1 * span, (mine.sum(), 2))
    anywhere = at[rng.integers(0, len(at), count)]
    strikes = np.where((rng.random(count) < NEAR_FRONT[when])[:, None], eastern, anywhere)
    tree = shapely.STRtree(shapely.points(at))
    who, which = tree.query(shapely.points(strikes), predicate="dwithin", distance=300)
    hit = force[who] * np.exp(-((np.hypot(*(at[which] - strikes[who]).T) / reach[who]) ** 2))
    passes = np.zeros((len(DATES), len(at)))
    for k in range(len(DATES)):
        mine = when[who] == k
        np.maximum.at(passes[k], which[mine], hit[mine])
        passes[k] += _fire(fronts[k], at, span, rng) * NEAR_FRONT[k]
    return np.asarray(np.maximum.accumulate(passes, axis=0).clip(0, 1.2))


FRONTS = (0.95, 0.84, 0.97, 1.05)
"""Where the line ran before each pass, as a share of the city's length from its upper end."""
NEAR_FRONT = np.array([0.75, 0.7, 0.3, 0.05])
"""How much of what fell came from the front; the rest came from afar, on any place."""


def _front(town: Town, share: float) -> Floats:
    plan = town.plan
    there = [(cell.u0, cell.u1) for cell in plan.cells]
    first, last = min(u for u, _end in there), max(u for _start, u in there)
    v = np.linspace(plan.vs[0], plan.vs[-1], 17)
    bulge = 0.05 * (last - first) * np.sin(v / 900 + plan.phases[1] + 3 * share)
    return plan.place(first + (last - first) * share + bulge, v)


def _fire(front: Floats, at: Floats, span: float, rng: np.random.Generator) -> Floats:
    """Harm by artillery beside the line."""
    near = np.exp(-((shapely.distance(shapely.linestrings(front), shapely.points(at)) / (0.06 * span + 110)) ** 2))
    return np.asarray(0.42 * near * rng.random(len(at)) ** 1.5)


def _craters(
    town: Town, rng: np.random.Generator, rows: list[dict[str, Any]], dated: list[dict[str, Any]], near: Floats
) -> None:
    """Craters on open ground near what was hit."""
    count = max(6, len(town.shapes) // 160)
    source = near if len(near) else shapely.get_coordinates(shapely.centroid(town.shapes))
    at = np.round(source[rng.integers(0, len(source), count * 4)] + rng.normal(0, 45, (count * 4, 2)), 2)
    hit, _ = shapely.STRtree(town.shapes).query(shapely.points(at), predicate="dwithin", distance=3.0)
    free = np.setdiff1d(np.arange(len(at)), hit)[:count]
    for point in shapely.points(at[free]):
        k = len(rows)
        rows.append({**_observation(k, point, "Crater", "ground", 0), "latest_raw": "Crater", "latest_grade": None})
        dated.append({"observation": k, "observed_on": DATES[1], "raw": "Crater", "grade": None, "status": "New"})


NOTES = {
    0: ("Видимих пошкоджень немає, вікна цілі.", "Оглянуто з двору, усе гаразд."),
    1: ("Вибиті шибки на південному фасаді.", "Тріщини в тиньку, покрівля ціла."),
    2: ("Пошкоджено балкони 3–5 поверхів, уламки на тротуарі.", "Розбита покрівля над другим під’їздом."),
    3: (
        "Наскрізний отвір у стіні на рівні 4 поверху, мешканців відселено.",
        "Тріщини у стиках панелей, потрібен огляд приладами.",
    ),
    4: ("Обвалилося перекриття двох верхніх поверхів, вхід заборонено.", "Секція вигоріла, сходи ненадійні."),
    5: ("Будинок зруйновано, стоїть лише торцева стіна.", "Повне обвалення середньої секції."),
}
HAZARDS = {2: ("blast_facade",), 3: ("hole", "blast_facade"), 4: ("partial_collapse", "fire"), 5: ("partial_collapse",)}


def marks(town: Town, damage: Harm, seed: int, count: int = 46) -> list[tuple[int, dict[str, Any]]]:
    """(building, what an inspector said): walks through the worst street and through a quiet one."""
    rng = np.random.default_rng([seed, 23])
    real = np.flatnonzero(np.isin(town.rows["use"], ("apartments", "school", "house", "public", "office")))
    weight = damage.harm[real] + 0.04
    picked = rng.choice(real, min(count, len(real)), replace=False, p=weight / weight.sum())
    found = []
    for k, row in enumerate(picked.tolist()):
        level = int(np.digitize(damage.harm[row], (0.08, 0.2, 0.36, 0.56, 0.85)))
        found.append(
            (
                row,
                {
                    "grade": level,
                    "evidence": ("walk_round", "walk_round", "street_photo")[k % 3],
                    "inspector": INSPECTORS[k * 3 // count % 3],
                    "inspected_at": f"2022-0{6 + k // 30}-{1 + k % 28:02d}T{8 + k % 9:02d}:{k * 17 % 60:02d}:00+00:00",
                    "note": NOTES[level][k % 2],
                    "hazards": frozenset(HAZARDS.get(level, ()) if k % 2 == 0 else ()),
                },
            )
        )
    return found


def worst_street(town: Town, damage: Harm) -> NDArray[np.int64]:
    """The buildings of the yard that was hit hardest: where the sample's zone is drawn."""
    tall = np.flatnonzero(town.rows["use"] == "apartments")
    at = shapely.get_coordinates(shapely.centroid(town.shapes[tall]))
    tree = shapely.STRtree(shapely.points(at))
    a, b = tree.query(shapely.points(at), predicate="dwithin", distance=160)
    total = np.bincount(a, weights=damage.harm[tall][b], minlength=len(tall))
    return np.asarray(tall[b[a == int(np.argmax(total))]])
