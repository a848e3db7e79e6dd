"""Bringing a plugin's files together from a folder or a zip: plain files only, under names that every system has."""

from __future__ import annotations

import lzma
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from vidbudova.plugin import trust
from vidbudova.text import _, number

MOST_BYTES = 1 << 30
LONGEST_NAME, LONGEST_PATH = 100, 160
BLOCK = 1 << 20
ENCRYPTED = 0x1
LEFT_OUT = frozenset({trust.NOT_COUNTED, "__MACOSX"})
"""Leftovers of Python and of a Mac's archiver; what begins with a dot is left out, too."""

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"|?*\\/]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_DAMAGED = (
    zipfile.BadZipFile, RuntimeError, EOFError, zlib.error, lzma.LZMAError, struct.error, ValueError, OverflowError,
)  # fmt: skip


class Unfit(ValueError):
    """Why it cannot be a plugin, as the end of a sentence."""


def bring(source: Path, target: Path) -> None:
    """Copy a plugin's folder, or unpack its zip, into a new folder.

    Raises
    ------
    Unfit
        If something in it must not be there.
    OSError
        If it cannot be read or written.
    """
    if source.is_dir():
        _copy(source, target)
    elif zipfile.is_zipfile(source):
        _unpack(source, target)
    else:
        raise Unfit(_("it is neither a folder nor a zip"))


def top(folder: Path, name: str) -> Path:
    """The folder that holds a file: this one, or the only one in it.

    Raises
    ------
    Unfit
        If there is none, or several do.
    """
    if (folder / name).is_file():
        return folder
    found = [one for one in folder.iterdir() if one.is_dir() and (one / name).is_file()]
    if len(found) > 1:
        raise Unfit(_("it holds several plugins; install them one by one"))
    if not found:
        raise Unfit(_("there is no {name} in it").format(name=name))
    return found[0]


class _Budget:
    """What may still come in, and which names there are already."""

    def __init__(self) -> None:
        self._bytes, self._files = MOST_BYTES, trust.MOST_FILES
        self._names: dict[str, str] = {}

    def place(self, target: Path, parts: Iterable[str]) -> Path:
        """Where a file of that path goes."""
        self._files -= 1
        if self._files < 0:
            raise Unfit(_("it holds more than {n} files").format(n=number(trust.MOST_FILES)))
        for part in (parts := list(parts)):
            _look_at(part)
        path = "/".join(parts)
        if len(path) > LONGEST_PATH:
            raise Unfit(_("the path {path} is too long").format(path=_short(path)))
        self._once(parts)
        return target.joinpath(*parts)

    def _once(self, parts: list[str]) -> None:
        """Names that differ only in capitals are one file on Windows and macOS; a file is no folder, too."""
        for n in range(1, len(parts) + 1):
            path = "/".join(parts[:n])
            kind = path if n < len(parts) else f"{path}\0"
            known = self._names.setdefault(unicodedata.normalize("NFC", path).casefold(), kind)
            if known != kind or n == len(parts) and not self._fresh(path):
                raise Unfit(_("there are two files of the name {path}").format(path=_short(path)))

    def _fresh(self, path: str) -> bool:
        key = "\0" + path
        known = key in self._names
        self._names[key] = ""
        return not known

    def spend(self, amount: int) -> None:
        """Count bytes that were read."""
        self._bytes -= amount
        if self._bytes < 0:
            raise Unfit(_("it is larger than {mb} MB").format(mb=number(MOST_BYTES >> 20)))


def _look_at(part: str) -> None:
    """Refuse a name that leads elsewhere, or that some system cannot have."""
    wrong = part in ("", ".", "..") or _NOT_IN_NAMES.search(part) or part[-1] in ". " or _DEVICES.fullmatch(part)
    if wrong or len(part) > LONGEST_NAME or not part.isprintable():
        raise Unfit(_("a file cannot be called {name}").format(name=_short(part)))


def _short(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= 80 else shown[:79] + "…"


def _left_out(parts: Iterable[str]) -> bool:
    """What begins with a dot, but not what leads up."""
    return any(part in LEFT_OUT or (part[:1] == "." and part not in (".", "..")) for part in parts)


def _copy(source: Path, target: Path) -> None:
    budget = _Budget()
    target.mkdir()
    for path, parts in _files(source):
        place = budget.place(target, parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as inside:
            _pour(inside, place, budget)


def _files(source: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Every file below a folder; a link or a device is refused, not followed."""
    for folder, folders, names in os.walk(source, onerror=_raise):
        folders[:] = sorted(name for name in folders if not _left_out([name]))
        here = Path(folder)
        for name in (*folders, *sorted(names)):
            mode = (here / name).lstat().st_mode
            if _left_out([name]) or stat.S_ISDIR(mode):
                continue
            if not stat.S_ISREG(mode):
                raise Unfit(_("{name} is a link").format(name=_short(name)))
            yield here / name, (here / name).relative_to(source).parts


def _raise(error: OSError) -> None:
    raise error


def _unpack(source: Path, target: Path) -> None:
    if source.stat().st_size > MOST_BYTES:
        raise Unfit(_("it is larger than {mb} MB").format(mb=number(MOST_BYTES >> 20)))
    budget = _Budget()
    target.mkdir()
    try:
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                _member(archive, info, target, budget)
    except Unfit:
        raise
    except _DAMAGED as error:
        raise Unfit(
            _("the zip is damaged: {reason}").format(reason=_short(str(error) or type(error).__name__))
        ) from None


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, budget: _Budget) -> None:
    """One member; its name counts as it is written, for Python's own reader mends what a liar wrote."""
    name = info.orig_filename.rstrip("/") if info.is_dir() else info.orig_filename
    parts = name.split("/")
    if info.flag_bits & ENCRYPTED:
        raise Unfit(_("it is locked with a password"))
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
        raise Unfit(_("{name} is a link").format(name=_short(name)))
    if ".." in parts or not _left_out(parts):
        place = budget.place(target, parts) if not info.is_dir() else None
        if place is None:
            _checked_folder(parts)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as inside:
            _pour(inside, place, budget)


def _checked_folder(parts: list[str]) -> None:
    for part in parts:
        _look_at(part)


def _pour(inside: IO[bytes], place: Path, budget: _Budget) -> None:
    with place.open("xb") as out:
        while block := inside.read(BLOCK):
            budget.spend(len(block))
            out.write(block)
