"""What passes between the program and the child in which a plugin runs: what to get ready, the order, its limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

GRACE_S = 1.5
"""How long a plugin has to stop by itself when a person cancels; then it is killed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take before it is ended.

    Attributes
    ----------
    memory_mb : resident memory; 0 for three quarters of what is free when it begins.
    seconds : of one run, or of one answer of an explorer.
    threads : for libraries that compute in parallel; 0 leaves it to them.
    """

    memory_mb: int = 0
    seconds: float = 3600.0
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What the child is told, as one line of JSON on its standard input.

    `code_sha256` is the checksum of the plugin's folder that is to run.
    """

    folder: str
    name: str
    code_sha256: str
    project: str
    scenario: str
    language: str
    scratch: str
    result: str
    explore: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Warming:
    """What a child is told that shall wait for its order: the plugin that it will be, most likely."""

    folder: str
    language: str
    limits: dict[str, Any] = field(default_factory=dict)
