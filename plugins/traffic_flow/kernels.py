"""Makes the machine code of the assignment ready, which takes some fifteen seconds once on a computer."""

from __future__ import annotations

import numpy as np

from .assignment import Equilibrium
from .links import Links


def make_ready() -> None:
    """Compiles every kernel of the assignment or takes it from the cache (``NUMBA_CACHE_DIR``).

    A small network is solved, and again after a closure, since kernels are compiled when they are first called. Whoever
    shows progress can tell a person before it what the wait is for.
    """
    ends = np.array([0, 0, 2, 1], np.int32), np.array([1, 2, 1, 0], np.int32)
    number = np.ones(4)
    links = Links(
        *ends, nodes=3, zones=2, first_through=0, free_time=number, b=0.15 * number, capacity=number,
        power=4 * number, fixed=0 * number,
    )  # fmt: skip
    model = Equilibrium(links, np.array([[0.0, 2.0], [1.0, 0.0]]))
    model.solve(1e-3)
    model.close([0])
    model.solve(1e-3)
