"""A JSON object of any size as its members, each at its place in the file: found by blocks, never parsed whole."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 22
MOST_VALUE = 512 << 20
"""A single value larger than this is not read; vertices are, in pieces."""
_KEY = re.compile(rb'\s*,?\s*("(?:[^"\\]|\\.)*")\s*:\s*')
_QUOTE, _BACKSLASH, _OPEN, _CLOSE, _OPEN_LIST, _CLOSE_LIST, _COMMA = b'"\\{}[],'


class Malformed(ValueError):
    """Not the JSON that it should be."""


def members(data: mmap.mmap | bytes, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """(name, first byte, byte after the last) of each member of the object in data[start:end].

    Raises
    ------
    Malformed
        If that is no object, or its brackets and quotes do not match.
    """
    begin = _opening(data, start, end)
    at = begin + 1
    for comma in _level_one(data, begin, end):
        found = _KEY.match(data, at, comma)
        if found is None:
            if data[at:comma].strip(b" \t\r\n,"):
                raise Malformed(f"no name at byte {at}")
            return
        yield str(json.loads(found[1])), found.end(), comma
        at = comma


def _opening(data: mmap.mmap | bytes, start: int, end: int) -> int:
    head = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{").match(data, start, end)
    if head is None:
        raise Malformed(f"no object at byte {start}")
    return head.end() - 1


def _level_one(data: mmap.mmap | bytes, start: int, end: int) -> Iterator[int]:
    """Places of the commas between the members, and of the bracket at the end."""
    depth, quoted, escaped = 0, False, False
    for at in range(start, end, BLOCK):
        block = np.frombuffer(data[at : min(at + BLOCK, end)], np.uint8)
        outside, quoted, escaped = _outside(block, quoted, escaped)
        step = np.zeros(len(block), np.int8)
        step[(block == _OPEN) | (block == _OPEN_LIST)] = 1
        step[(block == _CLOSE) | (block == _CLOSE_LIST)] = -1
        step[~outside] = 0
        places = np.flatnonzero((step != 0) | ((block == _COMMA) & outside))
        level = depth + np.cumsum(step[places], dtype=np.int64)
        shut = np.flatnonzero(level == 0)
        if len(shut):
            places, level = places[: shut[0] + 1], level[: shut[0] + 1]
        commas = places[(level == 1) & (block[places] == _COMMA)]
        yield from (commas + at).tolist()
        if len(shut):
            yield at + int(places[-1])
            _nothing_after(data, at + int(places[-1]) + 1, end)
            return
        depth = int(level[-1]) if len(level) else depth
    raise Malformed("it ends in the middle")


def _nothing_after(data: mmap.mmap | bytes, at: int, end: int) -> None:
    if data[at : min(at + 4096, end)].strip(b" \t\r\n\0"):
        raise Malformed(f"something follows the end at byte {at}")


def _outside(block: NDArray[np.uint8], quoted: bool, escaped: bool) -> tuple[NDArray[np.bool_], bool, bool]:
    """Which bytes are outside of strings, and the state after the last."""
    quotes = block == _QUOTE
    slashes = np.flatnonzero(block == _BACKSLASH)
    after = escaped
    if escaped and len(block):
        quotes[0] = False
    if len(slashes) or escaped:
        after = _strike(quotes, slashes, escaped, len(block))
    inside = (np.cumsum(quotes) + int(quoted)) % 2 == 1
    last = bool(inside[-1]) if len(block) else quoted
    return ~inside & ~quotes, last, after


def _strike(quotes: NDArray[np.bool_], slashes: NDArray[np.int64], escaped: bool, size: int) -> bool:
    """Take out the quotes that a backslash stands before; whether the next block begins with such a byte."""
    if escaped and len(slashes) and slashes[0] == 0:
        slashes = slashes[1:]
    run = np.cumsum(np.r_[1, np.diff(slashes) != 1]) if len(slashes) else slashes
    first = np.searchsorted(run, run)
    active = slashes[(np.arange(len(slashes)) - first) % 2 == 0]
    following = active + 1
    quotes[following[following < size]] = False
    return bool(len(active) and active[-1] == size - 1)


def value(data: mmap.mmap | bytes, start: int, end: int) -> Any:
    """One value, parsed.

    Raises
    ------
    Malformed
        If it is none, or too large to be read in one piece.
    """
    if end - start > MOST_VALUE:
        raise Malformed("one of its values is too large")
    try:
        return json.loads(data[start:end], parse_constant=_no_constant)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error) or "it is nested too deeply") from None


def _no_constant(word: str) -> float:
    raise Malformed(f"{word} is no number of JSON")


_BRACKETS = bytes.maketrans(b"[],\r\n\t", b"      ")


def triples(data: mmap.mmap | bytes, start: int, end: int) -> Iterator[NDArray[np.float64]]:
    """Blocks (n, 3) of a list of lists of three numbers; rows with something else are NaN.

    Raises
    ------
    Malformed
        If it is no list.
    """
    head = re.compile(rb"\s*\[\s*").match(data, start, end)
    if head is None:
        raise Malformed("its vertices are no list")
    at = head.end()
    while at < end:
        stop = min(at + BLOCK, end)
        if stop < end:
            cut = data.rfind(b"]", at, stop) + 1
            stop = cut if cut > at else end
        piece = data[at:stop]
        at = stop
        if b"[" in piece:
            yield _triples(piece)


def _triples(piece: bytes) -> NDArray[np.float64]:
    rows = piece.count(b"[")
    flat = piece.translate(_BRACKETS)
    if not flat.strip(b" 0123456789+-.eE"):
        made = np.array(flat.split(), dtype="S32")
        if len(made) == 3 * rows:
            try:
                return made.astype(np.float64).reshape(-1, 3)
            except ValueError:
                pass
    found = np.full((rows, 3), np.nan)
    for k, text in enumerate(re.findall(rb"\[[^\]]*\]?", piece)):
        try:
            row = json.loads(text)
            found[k] = [float(v) if type(v) in (int, float) else np.nan for v in row] if len(row) == 3 else np.nan
        except (ValueError, OverflowError):
            continue
    return found
