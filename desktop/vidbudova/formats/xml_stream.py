"""XML as a stream of whole small elements: no entities, nothing fetched, no memory for what went by.

Prefixes are cut off without asking what they stand for: files with prefixes that nobody declared are common.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from vidbudova.errors import UserError
from vidbudova.text import _

BLOCK = 1 << 16
DEEPEST = 200


@dataclass(slots=True)
class Node:
    """An element: its name without prefix, its attributes, the text before its children, and these."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)
    path: tuple[str, ...] = ()

    def find(self, name: str) -> Node | None:
        """The first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list[Node]:
        """All descendants of that name, in the order of the file."""
        found = []
        for child in self.children:
            found += [child] if child.name == name else child.all(name)
        return found

    def said(self, name: str) -> str:
        """The text of the first child of that name, or ""."""
        child = self.find(name)
        return "" if child is None else child.text.strip()


def elements(path: Path, wanted: frozenset[str], name: str) -> Iterator[Node]:
    """The wanted elements, each whole; `path` of one is the <name> of each element around it, outermost first.

    Raises
    ------
    UserError
        ``file-unreadable`` with line and reason.
    """
    reader = _Reader(wanted)
    with path.open("rb") as opened:
        block = opened.read(BLOCK).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
        while True:
            try:
                reader.parser.Parse(block, not block)
            except (expat.ExpatError, _Refused, LookupError) as error:
                raise UserError("file-unreadable", file=name, reason=str(error)) from None
            yield from reader.done
            reader.done.clear()
            if not block:
                return
            block = opened.read(BLOCK)


class _Refused(Exception):
    """Something that a file of data has no need of."""


class _Reader:
    def __init__(self, wanted: frozenset[str]) -> None:
        self.wanted = wanted
        self.done: list[Node] = []
        self.open: list[Node] = []
        self.labels: list[str] = []
        self.kept = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.EntityDeclHandler = self.refuse
        self.parser.ExternalEntityRefHandler = self.refuse

    def refuse(self, *_said: object) -> int:
        raise _Refused(_("it declares entities of its own"))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if len(self.open) >= DEEPEST:
            raise _Refused(_("it is nested too deeply"))
        self.kept += bool(self.kept or local in self.wanted)
        self.open.append(Node(local, attributes))

    def text(self, said: str) -> None:
        if self.open and (self.kept or self.open[-1].name == "name"):
            self.open[-1].text += said

    def end(self, _name: str) -> None:
        node = self.open.pop()
        if self.kept:
            self.kept -= 1
            if self.kept:
                self.open[-1].children.append(node)
            else:
                node.path = tuple(label for one in self.open if (label := one.attributes.get("\0name", "")))
                self.done.append(node)
        elif node.name == "name" and self.open:
            self.open[-1].attributes["\0name"] = node.text.strip()
