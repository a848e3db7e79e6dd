"""Files of large arrays: one JSON header, then raw little-endian arrays that are mapped into memory, never loaded.

Layout: 8 bytes of magic, the length of the header as a little-endian 64-bit number, the header (`{"meta": …, "arrays":
{name: {"dtype", "shape", "at"}}}`), and each array at a multiple of 64 bytes. The header is written last, at the end of
the file, so that arrays can grow while they are written; the number says where it begins.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

MAGIC = b"VBARRAY1"
ALIGN = 64
MOST_HEADER = 64 * 1024**2
KINDS = frozenset("fiub")
ENDING = "arrays"
BLOCK = 1 << 20


class Writer:
    """Writes one file of arrays; it is whole only after `close`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("w+b")
        self._file.write(MAGIC + (0).to_bytes(8, "little"))
        self._arrays: dict[str, dict[str, Any]] = {}
        self._growing = ""

    def array(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Room for one array (zeros), mapped into memory to be filled."""
        kind = _little(dtype)
        entry = self._begin(name, kind, shape)
        size = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
        self._file.truncate(entry["at"] + size)
        self._file.seek(0, os.SEEK_END)
        if not size:
            return np.zeros(shape, kind)
        self._file.flush()
        return np.memmap(self.path, kind, "r+", entry["at"], shape)

    def put(self, name: str, values: NDArray[Any]) -> None:
        """One array that is there already."""
        self._begin(name, _little(values.dtype), values.shape)
        self._file.write(np.ascontiguousarray(values, _little(values.dtype)).tobytes())

    def append(self, name: str, values: NDArray[Any]) -> None:
        """More rows of the array that grows at present; another name begins another array."""
        kind = _little(values.dtype)
        if name != self._growing:
            self._begin(name, kind, (0, *values.shape[1:]))
            self._growing = name
        entry = self._arrays[name]
        if entry["dtype"] != kind.str or entry["shape"][1:] != list(values.shape[1:]):
            raise ValueError(f"rows of {name} differ in kind")
        self._file.write(np.ascontiguousarray(values, kind).tobytes())
        entry["shape"][0] += len(values)

    def _begin(self, name: str, kind: np.dtype[Any], shape: tuple[int, ...]) -> dict[str, Any]:
        if name in self._arrays:
            raise ValueError(f"{name} is there already")
        self._growing = ""
        self._file.seek(0, os.SEEK_END)
        self._file.write(b"\0" * (-self._file.tell() % ALIGN))
        entry = {"dtype": kind.str, "shape": [int(n) for n in shape], "at": self._file.tell()}
        self._arrays[name] = entry
        return entry

    def close(self, meta: Mapping[str, Any]) -> None:
        """Write the header; the file is whole and on the disk when this returns."""
        self._file.seek(0, os.SEEK_END)
        at = self._file.tell()
        self._file.write(json.dumps({"meta": dict(meta), "arrays": self._arrays}, ensure_ascii=False).encode())
        self._file.seek(len(MAGIC))
        self._file.write(at.to_bytes(8, "little"))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def write(path: Path, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
    """A file of arrays that are all there already."""
    with Writer(path) as writer:
        for name, values in arrays.items():
            writer.put(name, values)
        writer.close(meta)


class Arrays:
    """An open file of arrays: `meta`, and each array by name as a read-only map of the file."""

    def __init__(self, path: Path, meta: dict[str, Any], entries: Mapping[str, Mapping[str, Any]]) -> None:
        self.path, self.meta, self._entries = path, meta, entries

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __iter__(self) -> Any:
        return iter(self._entries)

    def __getitem__(self, name: str) -> NDArray[Any]:
        entry = self._entries[name]
        shape, kind = tuple(entry["shape"]), np.dtype(entry["dtype"])
        if 0 in shape:
            return np.zeros(shape, kind)
        return np.memmap(self.path, kind, "r", entry["at"], shape)


def open_arrays(path: Path) -> Arrays:
    """Open a file of arrays; nothing of it is read but the header.

    Raises
    ------
    ValueError
        If it is not such a file, or says more than it holds.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(16)
        at = int.from_bytes(start[8:], "little")
        if start[:8] != MAGIC or not 16 <= at < size or size - at > MOST_HEADER:
            raise ValueError(f"{path.name} is not a whole file of arrays")
        file.seek(at)
        header = json.loads(file.read())
    entries = header["arrays"]
    for name, entry in entries.items():
        kind = np.dtype(entry["dtype"])
        if kind.kind not in KINDS or any(not isinstance(n, int) or n < 0 for n in (entry["at"], *entry["shape"])):
            raise ValueError(f"{path.name}: {name} is of no known kind")
        count = 1
        for n in entry["shape"]:
            count *= n
        if entry["at"] + count * kind.itemsize > at:
            raise ValueError(f"{path.name}: {name} reaches past the end")
    return Arrays(path, header["meta"], entries)


def amend(path: Path, meta: Mapping[str, Any]) -> None:
    """Say something else of the same arrays; its checksum is another then."""
    open_arrays(path)
    with path.open("r+b") as file:
        at = int.from_bytes(file.read(16)[8:], "little")
        file.seek(at)
        header = json.loads(file.read())
        file.seek(at)
        file.truncate()
        file.write(json.dumps({**header, "meta": dict(meta)}, ensure_ascii=False).encode())


def sha256_of(path: Path) -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _little(kind: DTypeLike) -> np.dtype[Any]:
    return np.dtype(kind).newbyteorder("<")
