"""Commands: everything that can be done by name, from a menu, a key or the search field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


def always() -> bool:
    """A command that can always be done."""
    return True


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done.

    key : stable name ("undo"). title : translated. keys : shortcut as Qt writes it, "" for none; it works wherever the
    focus is unless `in_view`, then only while the view has it. enabled : whether it can be done now; what cannot is not
    offered. words : further words it is found by. group : heading in the list of shortcuts.
    """

    key: str
    title: str
    run: Callable[[], object]
    keys: str = ""
    icon: str = ""
    enabled: Callable[[], bool] = always
    words: str = ""
    group: str = ""
    in_view: bool = False


class Commands:
    """All commands by key, in the order they were added."""

    def __init__(self) -> None:
        self._all: dict[str, Command] = {}
        self.added: list[Callable[[Command], None]] = []

    def __iter__(self) -> Iterator[Command]:
        return iter(list(self._all.values()))

    def __contains__(self, key: str) -> bool:
        return key in self._all

    def __getitem__(self, key: str) -> Command:
        return self._all[key]

    def add(self, command: Command) -> None:
        """Add a command, or put another in its place."""
        self._all[command.key] = command
        for listener in self.added:
            listener(command)

    def remove(self, key: str) -> None:
        """Forget a command."""
        self._all.pop(key, None)

    def run(self, key: str) -> None:
        """Do it, if it can be done now."""
        command = self._all[key]
        if command.enabled():
            command.run()
