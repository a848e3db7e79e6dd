"""Car traffic of a city in equilibrium, and what damage, works and a person's changes do to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vidbudova.plugin import City, Progress, Result

__all__ = ["explore", "run", "warm"]


def warm(language: str, progress: Progress) -> None:
    """Loads what every run needs, and makes machine code of the assignment, which takes a while once on a computer."""
    from . import compiled, kernels, mending, model, nearest_line, quickest, reaching, results, what_if  # noqa: F401
    from .words import Say

    if not any(compiled.folder().rglob("*.nbi")):
        progress(0.0, Say(language)("machine_code"))
    kernels.make_ready()
    quickest.make_ready()
    nearest_line.make_ready()


def run(city: City, parameters: Mapping[str, Any], progress: Progress) -> Result:
    """Network, demand, equilibrium before and after the cuts, minutes to facilities.

    Raises
    ------
    PluginError
        With what the city lacks, or what is wrong with a parameter.
    """
    return _found(city, parameters, progress)[1]


def explore(city: City, parameters: Mapping[str, Any], progress: Progress) -> Any:
    """The same, and it stays to be asked what a change would do (`what_if.Explorer`)."""
    from .what_if import Explorer

    found, result = _found(city, parameters, progress)
    return Explorer(city, found, result)


def _found(city: City, parameters: Mapping[str, Any], progress: Progress) -> tuple[Any, Result]:
    from .mending import mending
    from .model import traffic
    from .reaching import access
    from .results import whole

    found = traffic(city, parameters, progress)
    progress(0.8, found.say("access"))
    near = access(city, found, parameters["isochrones"]) if len(found.homes.id) else None
    works = None
    if parameters["repair"]:
        progress(0.85, found.say("repairing"))
        works = mending(found, city.crs, lambda share: progress(0.85 + 0.1 * share, found.say("repairing")))
    progress(0.96, found.say("access"))
    result = whole(city, found, near, works)
    progress(1.0)
    return found, result
