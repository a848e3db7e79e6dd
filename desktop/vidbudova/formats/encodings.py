"""Which letters bytes are: UTF-8 where it fits, else what the file says, else what is usual in Ukraine."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from vidbudova.formats import letters

SAMPLE = 4 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_DBF_PAGES = {
    0x03: "cp1252",
    0x57: "cp1252",
    0xC9: "cp1251",
    0x65: "cp866",
    0x26: "cp866",
    0xC8: "cp1250",
    0x02: "cp850",
}
SINGLE_BYTE = ("cp1251", "cp866", "koi8-u")
"""Usual in Ukraine: Windows, DOS, and mail of the nineties."""
_WORD = re.compile(rb"[\x80-\xff]{2,40}")
_FREQUENT = frozenset("оаинтервсілОАИНТЕРВСІЛ")
LEAST = 0.6


def of_text(sample: bytes) -> tuple[str, bool]:
    """The encoding of the beginning of a text, and whether it was guessed."""
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name, False
    if _is_utf8(sample):
        return "utf-8", False
    return best(sample), True


def of_dbf(path: Path) -> tuple[str, bytes]:
    """The encoding of a dBase table without a .cpg beside it, and the bytes that it was seen in."""
    with path.open("rb") as opened:
        sample = opened.read(SAMPLE)
    start = int.from_bytes(sample[8:10], "little") or 32
    rows = sample[start:]
    if _is_utf8(rows):
        return "utf-8", rows
    return _DBF_PAGES.get(sample[29] if len(sample) > 29 else 0) or of_text(rows)[0], rows


def _is_utf8(sample: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def best(sample: bytes) -> str:
    """The one-byte encoding in which bytes read most like words of the country; Western when in none."""
    joined = b" ".join(_WORD.findall(sample[:100_000]))
    score, name = max((_likeness(joined.decode(name, "replace")), -at) for at, name in enumerate(SINGLE_BYTE))
    return SINGLE_BYTE[-name] if score >= LEAST else "cp1252"


def _likeness(text: str) -> float:
    letters_only = [letter for letter in text if letter != " "]
    if not letters_only or (good := letters.goodness(text)) < LEAST:
        return 0.0
    share = sum(letter in _FREQUENT for letter in letters_only) + 0.3 * sum(map(str.islower, letters_only))
    return good + share / len(letters_only)


def word(sample: bytes) -> bytes:
    """The longest run of letters beyond ASCII, to show how it reads."""
    return max(_WORD.findall(sample[:100_000]), key=len, default=b"")


def readings(sample: bytes, found: str) -> dict[str, str]:
    """How that word reads in the other encodings in which it is a word at all."""
    shown = word(sample)
    others = {name: shown.decode(name, "replace") for name in (*SINGLE_BYTE, "cp1252") if name != found.lower()}
    return {name: text for name, text in others.items() if text and all(letter.isalpha() for letter in text)}
