"""What is known of a run that went well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vidbudova.plugin import Result


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that went well.

    Attributes
    ----------
    result : what the plugin gave.
    parameters : with those filled in that were not given.
    seconds, peak_mb : what it took, the start of its process included.
    inputs_sha256 : of the plugin, its parameters, and what the tables it reads held; data_sha256 : of these alone.
    warnings : sentences a reader must know.
    """

    result: Result
    parameters: Mapping[str, Any]
    seconds: float
    inputs_sha256: str
    data_sha256: str
    warnings: tuple[str, ...]
    peak_mb: float
