"""Identity: a UUID, never a row number. The same source feature has the same id on every laptop."""

from __future__ import annotations

import hashlib
import uuid

SOURCES = uuid.UUID("6f0b4ad2-93a4-5c0e-8f5e-3d1f6a6b7c10")
"""The name space of everything that comes from files."""


def source_id(sha256: str, source_id: str, table: str) -> str:
    """The id of an imported feature (UUIDv5).

    Parameters
    ----------
    sha256 : hex digest of the source file.
    source_id : what the source calls the feature; unique there within the table.
    table : the schema table it goes into.
    """
    named = hashlib.sha1(SOURCES.bytes + f"{sha256}\n{table}\n{source_id}".encode(), usedforsecurity=False)
    # what uuid.uuid5 does, without an object for each of a million features
    bits = int.from_bytes(named.digest()[:16], "big") & ~(0xC000 << 48 | 0xF000 << 64) | 0x8000 << 48 | 5 << 76
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_id(time_ms: int, random_bytes: bytes) -> str:
    """The id of something a person makes (UUIDv7): sorts by time, random otherwise.

    Parameters
    ----------
    time_ms : milliseconds since 1970, UTC.
    random_bytes : at least 10 random bytes.

    Raises
    ------
    ValueError
        If there are too few random bytes or the time does not fit 48 bits.
    """
    if len(random_bytes) < 10 or not 0 <= time_ms < 1 << 48:
        raise ValueError("a new id needs 10 random bytes and a time of 48 bits")
    low = int.from_bytes(random_bytes[:10], "big")
    value = (time_ms << 80) | (0x7 << 76) | ((low >> 62 & 0xFFF) << 64) | (0b10 << 62) | (low & ((1 << 62) - 1))
    return str(uuid.UUID(int=value))
