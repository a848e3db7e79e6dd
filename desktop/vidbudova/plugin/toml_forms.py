"""Pieces of a manifest, each checked for what it may be."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Collection, Mapping
from typing import Any, Self, TypeGuard

from vidbudova.text import _

LANGUAGES = ("en", "uk", "ko")
MOST = 500
LONGEST = 2000


class ManifestError(ValueError):
    """What is wrong with a manifest, as a sentence for people."""

    @classmethod
    def wrong(cls, key: str, value: object) -> Self:
        """A key whose value cannot be."""
        if value is None:
            return cls(_("“{key}” is missing in plugin.toml.").format(key=key))
        return cls(_("“{key}” in plugin.toml cannot be {value}.").format(key=key, value=_short(value)))

    @classmethod
    def unreadable(cls, reason: str) -> Self:
        """No file."""
        return cls(_("plugin.toml cannot be read: {reason}.").format(reason=reason))

    @classmethod
    def too_large(cls, most: int) -> Self:
        """A file that no manifest needs."""
        return cls(_("plugin.toml is larger than {kb} KB.").format(kb=most // 1024))

    @classmethod
    def no_toml(cls, reason: str) -> Self:
        """A file that is something else."""
        return cls(_("plugin.toml is no TOML: {reason}.").format(reason=reason.rstrip(".")))


def words(said: Mapping[str, Any], key: str, needed: bool = False) -> dict[str, str]:
    """A text by language; a plain text is English."""
    text = said.get(key)
    if text is None and not needed:
        return {}
    found = {"en": text} if isinstance(text, str) else text
    if not isinstance(found, dict) or "en" not in found or set(found) - set(LANGUAGES):
        raise ManifestError.wrong(key, text)
    for one in found.values():
        if not isinstance(one, str) or not one.strip() or len(one) > LONGEST:
            raise ManifestError.wrong(key, one)
    return found


def listed(said: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of different words."""
    found = said.get(key, [])
    if not isinstance(found, list) or len(found) > MOST:
        raise ManifestError.wrong(key, found)
    for one in found:
        if not isinstance(one, str) or not one or len(one) > LONGEST:
            raise ManifestError.wrong(key, one)
    if len(set(found)) < len(found):
        raise ManifestError.wrong(key, found)
    return tuple(found)


def known(said: Mapping[str, Any], key: str, names: Collection[str]) -> tuple[str, ...]:
    """A list of names that there are."""
    found = listed(said, key)
    for one in found:
        if one not in names:
            raise ManifestError.wrong(key, one)
    return found


def parts(said: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """A list of tables."""
    found = said.get(key, [])
    if not isinstance(found, list) or len(found) > MOST or not all(isinstance(one, dict) for one in found):
        raise ManifestError.wrong(key, found)
    return found


def flag(said: Mapping[str, Any], key: str) -> bool:
    """true or false; false where nothing is said."""
    found = said.get(key, False)
    if not isinstance(found, bool):
        raise ManifestError.wrong(key, found)
    return found


def number(said: Mapping[str, Any], key: str) -> float | None:
    """A finite number, or none."""
    found = said.get(key)
    if found is None:
        return None
    if not is_number(found):
        raise ManifestError.wrong(key, found)
    return found


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether something is a finite number that fits into 64 bits; yes and no are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < 2**63


def _short(value: object) -> str:
    text = reprlib.repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
