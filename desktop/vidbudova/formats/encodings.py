"""Which letters bytes are: UTF-8 where it fits, else what the file says, else what is usual in Ukraine."""

from __future__ import annotations

import codecs
from pathlib import Path

SAMPLE = 4 << 20
FALLBACK = "cp1251"
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
_CYRILLIC_1251 = frozenset(range(0xC0, 0x100)) | {0xA5, 0xA8, 0xAA, 0xAF, 0xB2, 0xB3, 0xB4, 0xB8, 0xBA, 0xBF}


def of_text(sample: bytes) -> tuple[str, bool]:
    """The encoding of the beginning of a text, and whether it was guessed."""
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name, False
    if _is_utf8(sample):
        return "utf-8", False
    return (FALLBACK if _looks_cyrillic(sample) else "cp1252"), True


def of_dbf(path: Path) -> str:
    """The encoding of a dBase table without a .cpg beside it."""
    sample = path.open("rb").read(SAMPLE)
    start = int.from_bytes(sample[8:10], "little") or 32
    if _is_utf8(sample[start:]):
        return "UTF-8"
    return _DBF_PAGES.get(sample[29] if len(sample) > 29 else 0) or of_text(sample[start:])[0]


def _is_utf8(sample: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _looks_cyrillic(sample: bytes) -> bool:
    high = [byte for byte in sample[:100_000] if byte >= 0x80]
    return sum(byte in _CYRILLIC_1251 for byte in high) > 0.7 * len(high)
