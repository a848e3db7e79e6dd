"""What passes between the program and the child that reads: the job, its limits, and the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypedDict

EXAMPLES = 5
"""How many examples of one problem a report names."""


class MendRow(TypedDict):
    """What can be done about a problem: its id for the next reading, and what a button says."""

    id: str
    words: str


class ProblemRow(TypedDict):
    """One kind of problem in a file; `message` is in the reader's language.

    `mend` is the proposed one, `where` the extent in the project's system (west, south, east, north).
    """

    code: str
    count: int
    message: str
    examples: list[str]
    mend: MendRow | None
    other_mends: list[MendRow]
    where: list[float] | None


class LayerRow(TypedDict):
    """One table that the file gave rows to."""

    kind: str
    name: str
    features: int
    attribution: str
    licence: str


class FileReport(TypedDict):
    """The import report of contract.md for one file; read = kept + skipped."""

    file: str
    sha256: str
    format: str
    kind: str
    read: int
    kept: int
    skipped: int
    crs: str
    problems: list[ProblemRow]
    layers: list[LayerRow]
    already: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take before its child is killed."""

    seconds: float = 1800.0
    quiet_seconds: float = 120.0
    memory_mb: int = 4096
    unpacked_mb: int = 4096


@dataclass(frozen=True, slots=True)
class Job:
    """What the child is told, as JSON on its standard input."""

    path: str
    name: str
    sha256: str
    project_crs: str
    staging: str
    scratch: str
    kind: str | None = None
    crs: str | None = None
    attribution: str = ""
    licence: str = ""
    storey_height_m: float = 3.0
    default_height_m: float = 6.0
    parts: list[str] = field(default_factory=list)
    mends: list[str] = field(default_factory=list)
    terrain: list[str] = field(default_factory=list)
    around: tuple[float, float, float, float] | None = None
    within: tuple[float, float, float, float] | None = None
    limits: dict[str, Any] = field(default_factory=dict)
