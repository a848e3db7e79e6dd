"""The public interface for analysis plugins: all that a plugin imports from the program.

A plugin is a folder with `plugin.toml` and a module with ``run(city, parameters, progress) -> Result``. It runs in a
process of its own, sees the city as tables that it declared, and gives data back.
"""

from vidbudova.plugin.city import City, Progress
from vidbudova.plugin.result import (
    Chart,
    Figure,
    Proposal,
    ProposedDelta,
    Result,
    ResultTable,
    Series,
    Style,
)
from vidbudova.plugin.words import PluginError, translate

API = 1
"""The version of this interface; it grows within 1, and 2 would break plugins."""

__all__ = [
    "API",
    "Chart",
    "City",
    "Figure",
    "PluginError",
    "Progress",
    "Proposal",
    "ProposedDelta",
    "Result",
    "ResultTable",
    "Series",
    "Style",
    "translate",
]
