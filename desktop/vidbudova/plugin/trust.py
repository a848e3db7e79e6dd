"""Which plugins may run: ours, by the checksums the program was built with, and those a person approved.

Approval is of what the folder holds: one changed byte, and the plugin waits to be approved again. It is no wall. A
plugin that runs can do all that the person who runs it can do; approval only makes sure that it is the one they meant.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vidbudova import paths

APPROVED = "approved-plugins.json"
SHIPPED = "plugins.sha256.json"
MOST_FILES = 20_000
NOT_COUNTED = "__pycache__"


class UnfitFolder(ValueError):
    """A folder that cannot be a plugin: links lead out of it, or it holds more than any plugin does."""


def folder_sha256(folder: Path) -> str:
    """The checksum of everything in a folder, names included; compiled leftovers of Python do not count.

    Raises
    ------
    UnfitFolder, OSError
    """
    digest = hashlib.sha256()
    for name, path in sorted(_files(folder)):
        with path.open("rb") as file:
            inside = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{name}\0{inside}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != NOT_COUNTED]
        for name in (*folders, *names):
            mode = (Path(place) / name).lstat().st_mode
            count += 1
            if count > MOST_FILES or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise UnfitFolder(name)
        for name in names:
            path = Path(place) / name
            yield path.relative_to(folder).as_posix(), path


def is_ours(folder: Path, sha256: str) -> bool:
    """Whether it is a plugin that came with the program, unchanged.

    A build knows the checksums of its plugins. Run from its sources, the program takes those beside them as they are:
    whoever can change one can change the program, too.
    """
    if folder.parent != paths.root() / "plugins":
        return False
    return shipped().get(folder.name) == sha256 if paths.is_frozen() else True


def shipped() -> dict[str, str]:
    """Checksum by name of the folder, as written when the program was built."""
    return _read(paths.root() / SHIPPED)


def checksums(folder: Path) -> dict[str, str]:
    """What a build writes into `SHIPPED`: of every plugin in a folder of plugins."""
    return {one.name: folder_sha256(one) for one in sorted(folder.iterdir()) if (one / "plugin.toml").is_file()}


def is_approved(sha256: str) -> bool:
    """Whether a person approved just this."""
    return sha256 in _approved()


def approve(id: str, sha256: str) -> None:
    """Remember that a person wants to run what has this checksum."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    _write(_approved() | {sha256: {"id": id, "at": at}})


def withdraw(sha256: str) -> None:
    """Forget an approval."""
    _write({known: about for known, about in _approved().items() if known != sha256})


def _approved() -> dict[str, Any]:
    return _read(paths.settings_folder() / APPROVED)


def _read(path: Path) -> dict[str, Any]:
    """A damaged or missing list approves nothing."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(approved: dict[str, Any]) -> None:
    folder = paths.settings_folder()
    folder.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=APPROVED, dir=folder)
    with open(number, "w", encoding="utf-8") as file:
        json.dump(approved, file, indent=1)
    Path(name).replace(folder / APPROVED)
