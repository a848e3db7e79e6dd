"""Every sentence of this plugin, from `words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from vidbudova.plugin import PluginError, translate


@cache
def words() -> dict[str, dict[str, str]]:
    """Sentences by key and language."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))


class Say:
    """Sentences in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, **values: Any) -> str:
        """The words of a key, filled in."""
        text = translate(words()[key], self.language)
        return text.format(**values) if values else text

    def number(self, value: float, decimals: int = 0) -> str:
        """A number as the language writes it: 1,234.5 or 1 234,5 (narrow no-break space)."""
        plain = f"{value:,.{decimals}f}"
        return plain.replace(",", "\u202f").replace(".", ",") if self.language == "uk" else plain

    def short(self, value: float) -> str:
        """A number with the decimals it has: 0.85 or 0,85."""
        plain = f"{value:g}"
        return plain.replace(".", ",") if self.language == "uk" else plain

    def error(self, key: str, **values: Any) -> PluginError:
        """The same as an error that a person can mend."""
        return PluginError(self(key, **values))
