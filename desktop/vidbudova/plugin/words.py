"""Words of plugins: sentences in three languages, and errors that a person can mend."""

from __future__ import annotations

from collections.abc import Mapping


class PluginError(Exception):
    """Something that the person who ran the plugin can mend; the words are shown as they are."""


def translate(words: str | Mapping[str, str], language: str) -> str:
    """The text for a language: of {"en": …, "uk": …, "ko": …}, English where there is none, or the text itself."""
    if isinstance(words, str):
        return words
    return words.get(language) or words.get("en") or next(iter(words.values()), "")
