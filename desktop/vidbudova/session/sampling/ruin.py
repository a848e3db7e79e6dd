"""What happened to the sample city: strikes, what two satellite passes saw of them, and what inspectors wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.session.sampling.city import Town
from vidbudova.session.sampling.names import INSPECTORS
from vidbudova.session.sampling.plan import Floats

DATES = ("2022-03-14", "2022-05-12")
CLASSES = (("Destroyed", "5"), ("Severe Damage", "3"), ("Moderate Damage", "2"), ("Possible Damage", "P"))
"""UNOSAT's words, and how they read on our scale."""


@dataclass(frozen=True, slots=True)
class Harm:
    """What was seen: rows of observations and sightings, and the harm done to every building, 0 to 1."""

    observations: list[dict[str, Any]]
    sightings: list[dict[str, Any]]
    harm: Floats


def harm(town: Town, seed: int) -> Harm:
    """Strikes along a front in the east and here and there; points are roof marks with an offset."""
    rng = np.random.default_rng([seed, 19])
    at = shapely.get_coordinates(shapely.centroid(town.shapes))
    done = _strikes(town, at, rng)
    luck = rng.random(len(at))
    size = np.sqrt(shapely.area(town.shapes)) / 20
    seen = np.flatnonzero((done > 0.16) & (luck < 0.25 + done * size.clip(0.4, 1.4)) & (town.rows["keep"] != 0))
    step = 3 - np.digitize(done[seen] + rng.normal(0, 0.09, len(seen)), (0.3, 0.52, 0.8))
    points = at[seen] + rng.normal((3.0, -2.0), 3.6, (len(seen), 2))
    early = rng.random(len(seen)) < 0.3
    rows, dated = [], []
    for k, (point, now, was) in enumerate(
        zip(shapely.points(np.round(points, 2)), step.tolist(), early.tolist(), strict=True)
    ):
        rows.append(_observation(k, point, "Building", "building", now))
        before = CLASSES[min(3, now + int(rng.integers(0, 2)))] if was else ("No Visible Damage", "0")
        for date, (raw, grade), status in zip(
            DATES, (before, CLASSES[now]), ("", "No Change" if was else "New"), strict=True
        ):
            dated.append({"observation": k, "observed_on": date, "raw": raw, "grade": grade, "status": status})
    _craters(town, rng, rows, dated, at[done > 0.45])
    return Harm(rows, dated, done)


def _observation(k: int, point: shapely.Geometry, site: str, target: str, now: int) -> dict[str, Any]:
    raw, grade = CLASSES[now]
    return {
        "k": k,
        "geom": point,
        "site": site,
        "target": target,
        "evidence": "satellite",
        "scale": "unosat",
        "latest_raw": raw,
        "latest_grade": grade,
        "latest_on": DATES[1],
        "confidence": "Medium" if now == 3 else "Very High",
    }


def _strikes(town: Town, at: Floats, rng: np.random.Generator) -> Floats:
    """Harm from 0 to 1: nearness to the worst strike, and to the front in the east."""
    low, high = at.min(axis=0), at.max(axis=0)
    span = float(np.hypot(*(high - low)))
    plan = town.plan
    front = plan.place(np.full(9, plan.us[-1] - 120.0), np.linspace(plan.vs[0], plan.vs[-1], 9))
    near = np.exp(-((shapely.distance(shapely.linestrings(front), shapely.points(at)) / (0.13 * span + 120)) ** 2))
    count = max(16, len(at) // 75)
    eastern = front[rng.integers(0, 9, count)] + rng.normal(0, 0.16 * span, (count, 2))
    anywhere = at[rng.integers(0, len(at), count)]
    strikes = np.where(rng.random(count)[:, None] < 0.55, eastern, anywhere)
    reach, force = rng.uniform(28, 120, count), rng.uniform(0.45, 1.15, count)
    worst = np.zeros(len(at))
    tree = shapely.STRtree(shapely.points(at))
    who, which = tree.query(shapely.points(strikes), predicate="dwithin", distance=300)
    gone = np.hypot(*(at[which] - strikes[who]).T)
    np.maximum.at(worst, which, force[who] * np.exp(-((gone / reach[who]) ** 2)))
    return np.asarray((worst * (0.75 + 0.4 * near) + 0.34 * near * rng.random(len(at))).clip(0, 1.2))


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
