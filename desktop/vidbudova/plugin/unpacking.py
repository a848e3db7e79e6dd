"""Bringing a plugin's files together from a folder or a zip: plain files only, under names that every system has."""

from __future__ import annotations

import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
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
_DAMAGED = (zipfile.BadZipFile, RuntimeError, EOFError, zlib.error, struct.error, ValueError, OverflowError)


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
        self._bytes, self._left = MOST_BYTES, trust.MOST_FILES
        self._files: set[str] = set()
        self._folders: dict[str, str] = {}

    def place(self, target: Path, parts: Sequence[str]) -> Path:
        """Where a file of that path goes."""
        self._left -= 1
        if self._left < 0:
            raise Unfit(_("it holds more than {n} files").format(n=number(trust.MOST_FILES)))
        for part in parts:
            look_at(part)
        path = "/".join(parts)
        if len(path) > LONGEST_PATH:
            raise Unfit(_("the path {path} is too long").format(path=_short(path)))
        if not self._is_new(parts):
            raise Unfit(_("there are two files of the name {path}").format(path=_short(path)))
        return target.joinpath(*parts)

    def _is_new(self, parts: Sequence[str]) -> bool:
        """Names that differ only in capitals are one on Windows and macOS, and a file is no folder."""
        for n in range(1, len(parts)):
            folder = "/".join(parts[:n])
            if _one(folder) in self._files or self._folders.setdefault(_one(folder), folder) != folder:
                return False
        file = _one("/".join(parts))
        new = file not in self._files and file not in self._folders
        self._files.add(file)
        return new

    def spend(self, amount: int) -> None:
        """Count bytes that were read."""
        self._bytes -= amount
        if self._bytes < 0:
            raise Unfit(_("it is larger than {mb} MB").format(mb=number(MOST_BYTES >> 20)))


def _one(path: str) -> str:
    """What a path is called where capitals and the way of writing accents do not count."""
    return unicodedata.normalize("NFC", path).casefold()


def look_at(part: str) -> None:
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
    """One member; its name counts as it is written, not as Python's reader would mend it."""
    parts = info.orig_filename.removesuffix("/").split("/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Unfit(_("{name} is a link").format(name=_short(info.orig_filename)))
    if info.flag_bits & ENCRYPTED:
        raise Unfit(_("it is locked with a password"))
    if _left_out(parts):
        return
    if info.is_dir():
        for part in parts:
            look_at(part)
        return
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unfit(_("it is packed in a way that is not read here"))
    place = budget.place(target, parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as inside:
        _pour(inside, place, budget)


def _pour(inside: IO[bytes], place: Path, budget: _Budget) -> None:
    with place.open("xb") as out:
        while block := inside.read(BLOCK):
            budget.spend(len(block))
            out.write(block)
