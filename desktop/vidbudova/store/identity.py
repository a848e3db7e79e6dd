"""A replica is one project file on one installation: how a copy made by hand is noticed."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import uuid
from pathlib import Path

from vidbudova import paths


def installation() -> str:
    """The id of this installation, made on first use; without a settings folder the machine's name must do."""
    file = paths.settings_folder() / "installation"
    with contextlib.suppress(OSError):
        if known := file.read_text(encoding="utf-8").strip():
            return known
    made = uuid.uuid4().hex
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(made)
    except FileExistsError:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return platform.node()
    return made


def fingerprint(path: Path) -> str:
    """Stays the same while a file is renamed or edited, and differs for a copy of it or another installation."""
    text = f"{installation()}\n{platform.node()}\n{path.stat().st_ino}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def new_replica() -> str:
    """The id of a new replica."""
    return uuid.uuid4().hex
