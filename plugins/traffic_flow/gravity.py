"""Trip distribution: the doubly constrained gravity model and its balancing (Furness 1965, Wilson 1967)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]

CLOSE = 1e-12
"""Rows and columns are balanced until none is off by more than this share of itself."""
MOST_ROUNDS = 20_000


@dataclass(frozen=True)
class Trips:
    """What a gravity model gives.

    Attributes
    ----------
    trips : (z, z) from row to column.
    b : of exp(-b · cost), per unit of cost.
    mean_cost : over all trips, in the unit of cost.
    rounds : of balancing in the last model.
    reached : whether the mean asked for could be met; where not, b is the nearest that serves.
    """

    trips: Floats
    b: float
    mean_cost: float
    rounds: int
    reached: bool = True


class NoBalanceError(ValueError):
    """No matrix has these totals: trips where nothing is allowed, or sums that differ."""


def balance(
    seed: Floats | csr_array, rows: Floats, columns: Floats, most: int = MOST_ROUNDS
) -> tuple[Floats | csr_array, int]:
    """Scales rows and columns of a matrix in turn until both have their totals (iterative proportional fitting).

    The result is ``a_i · seed_ij · b_j``, of all matrices with those totals the one nearest to the seed in entropy
    (Furness 1965; Evans 1970 for convergence). Cells of 0 stay 0.

    Parameters
    ----------
    seed : (z, z), not below 0, dense or sparse. rows, columns : (z,) totals, not below 0, with the same sum.

    Returns
    -------
    The balanced matrix, and how many rounds it took.

    Raises
    ------
    NoBalanceError
        If sums differ, or a total above 0 has no cell to stand in, or rounds run out.
    """
    rows, columns = np.asarray(rows, float), np.asarray(columns, float)
    _check(rows, columns)
    by_row, by_column = np.ones(rows.size), np.ones(columns.size)
    turned = seed.T.tocsr() if isinstance(seed, csr_array) else np.ascontiguousarray(seed.T)
    with np.errstate(over="ignore", invalid="ignore"):
        for done in range(1, most + 1):
            by_row = _share(rows, seed @ by_column)
            reach = turned @ by_row
            if np.all(np.abs(reach * by_column - columns) <= CLOSE * columns):
                return _scaled(seed, by_row, by_column), done
            by_column = _share(columns, reach)
            if not np.all(np.isfinite(by_column)):
                break
    raise NoBalanceError("the totals of rows and columns cannot both be met")


def gravity(rows: Floats, columns: Floats, cost: Floats, b: float) -> Trips:
    """Trips ``A_i·O_i·B_j·D_j·exp(-b·c_ij)`` that keep both totals.

    Parameters
    ----------
    rows, columns : (z,) trips that leave and arrive. cost : (z, z), finite. b : per unit of cost.
    """
    lowest = cost.min(axis=1, keepdims=True) if cost.size else cost
    matrix, rounds = balance(np.exp(-b * (cost - lowest)), rows, columns)
    assert isinstance(matrix, np.ndarray)
    return Trips(matrix, b, _mean(matrix, cost), rounds)


def calibrated(rows: Floats, columns: Floats, cost: Floats, mean_cost: float, close: float = 1e-4) -> Trips:
    """The gravity model whose mean cost is `mean_cost`, by Hyman's method (1969): secant steps from b = 1 / mean.

    The mean falls as b grows (Evans 1971), so steps are kept between the nearest values known on both sides. A mean
    above that of b = 0 gives b = 0, one below what the totals allow the steepest b tried; then `reached` is False.
    """
    flat = gravity(rows, columns, cost, 0.0)
    if flat.mean_cost <= mean_cost * (1 + close):
        return _marked(flat, abs(flat.mean_cost - mean_cost) <= close * mean_cost)
    low, high, before = flat, None, flat
    b = 1 / mean_cost
    for _step in range(40):
        now = _tried(rows, columns, cost, b)
        if now is not None and abs(now.mean_cost - mean_cost) <= close * mean_cost:
            return now
        if now is None:
            high_b = b
        elif now.mean_cost > mean_cost:
            low, high_b = now, high.b if high else np.inf
        else:
            high, high_b = now, b
        b = _next(before, now or low, low.b, high_b, mean_cost)
        before = now or before
        if high_b - low.b < 1e-9 * high_b:
            break
    return _marked(low, False)


def thinned(trips: Floats, least: float, rows: Floats, columns: Floats) -> csr_array:
    """The matrix without cells below `least`, balanced again so that every total stays; all cells if that cannot be.

    The largest cell of each row and column stays in any case.
    """
    keep = trips >= least
    keep[np.arange(len(trips)), trips.argmax(axis=1)] = True
    keep[trips.argmax(axis=0), np.arange(trips.shape[1])] = True
    keep &= trips > 0
    try:
        balanced, _rounds = balance(csr_array(np.where(keep, trips, 0.0)), rows, columns, 500)
    except NoBalanceError:
        return csr_array(trips)
    assert isinstance(balanced, csr_array)
    return balanced


def _check(rows: Floats, columns: Floats) -> None:
    for totals in (rows, columns):
        if not np.all(np.isfinite(totals)) or np.any(totals < 0):
            raise NoBalanceError("a total is below 0 or not a number")
    if abs(rows.sum() - columns.sum()) > 1e-9 * max(rows.sum(), 1e-300):
        raise NoBalanceError("rows and columns have different sums")


def _share(totals: Floats, reach: Floats) -> Floats:
    """What makes `reach` into `totals`; 0 where nothing is wanted."""
    wanted = totals > 0
    if np.any(wanted & ~(reach > 0)):
        raise NoBalanceError("a total has no cell to stand in")
    return np.divide(totals, reach, out=np.zeros_like(totals), where=wanted)


def _scaled(seed: Floats | csr_array, by_row: Floats, by_column: Floats) -> Floats | csr_array:
    if isinstance(seed, csr_array):
        many = np.diff(seed.indptr)
        data = seed.data * np.repeat(by_row, many) * by_column[seed.indices]
        return csr_array((data, seed.indices, seed.indptr), shape=seed.shape)
    return np.asarray(by_row[:, None] * seed * by_column)


def _mean(trips: Floats, cost: Floats) -> float:
    total = trips.sum()
    return float((trips * cost).sum() / total) if total > 0 else 0.0


def _tried(rows: Floats, columns: Floats, cost: Floats, b: float) -> Trips | None:
    """The model at b, or None where b is so steep that cells vanish and totals cannot be met."""
    try:
        return gravity(rows, columns, cost, b)
    except NoBalanceError:
        return None


def _next(before: Trips, now: Trips, low_b: float, high_b: float, mean_cost: float) -> float:
    """Hyman's secant through the last two, or the middle of what is known where the secant leaves it."""
    if now.mean_cost != before.mean_cost:
        b = now.b + (mean_cost - now.mean_cost) * (before.b - now.b) / (before.mean_cost - now.mean_cost)
        if low_b < b < high_b:
            return float(b)
    return float((low_b + high_b) / 2) if np.isfinite(high_b) else 2 * max(low_b, 1 / mean_cost)


def _marked(trips: Trips, reached: bool) -> Trips:
    return Trips(trips.trips, trips.b, trips.mean_cost, trips.rounds, reached)
