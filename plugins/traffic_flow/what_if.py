"""Questions to the traffic of a city: what happens if this bridge is closed, that street has another lane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vidbudova.plugin import City, Progress, Result

from . import results
from .model import Traffic, minutes_between


class Explorer:
    """Stays open and answers; each question holds the whole list of edits against what the run began with.

    Attributes
    ----------
    result : of the run itself.
    """

    def __init__(self, city: City, found: Traffic, result: Result) -> None:
        self.result = result
        self._city, self._found = city, found
        self._first, self._minutes = found.now, minutes_between(found.links, len(found.zones), found.now)
        self._given = {"close": list(found.parameters["close"]), "open": list(found.parameters["open"])}

    def ask(self, question: Mapping[str, Any], progress: Progress) -> Result:
        """What the edits do: ``{"close": […], "open": […], "lanes": {id: lanes}}``, ids of roads or keys of links."""
        say = self._found.say
        progress(0.05, say("solving"))
        asked = dict(question)
        for name, given in self._given.items():
            told = asked.get(name, [])
            if isinstance(told, list | tuple):  # anything else is refused below
                asked[name] = [*(one for one in given if not _named(one, question)), *told]
        self._found.change(asked, lambda share: progress(0.05 + 0.85 * share, say("solving")))
        progress(0.92, say("solving"))
        return results.answer(self._city, self._found, self._first, self._minutes)


def _named(reference: str, question: Mapping[str, Any]) -> bool:
    """Whether a question says something else of what a parameter named."""
    told = (*question.get("close", ()), *question.get("open", ()), *question.get("lanes", {}))
    return reference in told
