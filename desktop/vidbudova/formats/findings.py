"""What the import doctor found: a code, how many, examples, where, and the mends it proposes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Finding:
    """One thing that is wrong, or may be.

    Attributes
    ----------
    code : one of `problems`.
    count : how many features.
    examples : names of some.
    mends : ids of mends, the proposed one first; () where nothing can be done here.
    where : extent in the project's system, or None.
    values : what the sentence names besides the count.
    samples : mend -> how the text would read with it.
    """

    code: str
    count: int
    examples: list[str] = field(default_factory=list)
    mends: tuple[str, ...] = ()
    where: tuple[float, float, float, float] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)


def about_letters(found: str, sample: bytes) -> Finding:
    """The encoding was guessed: how a word of the text would read in the usual others."""
    from vidbudova.formats import encodings

    others = encodings.readings(sample, found)
    mends = tuple(f"encoding={name}" for name in others)
    read = encodings.word(sample).decode(found, "replace")
    samples = {f"encoding={name}": text for name, text in others.items()}
    return Finding("encoding-guessed", 1, [f"{found}: {read}"] if read else [found], mends, samples=samples)
