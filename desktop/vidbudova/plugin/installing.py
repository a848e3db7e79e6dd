"""Plugins come and go: from a folder or a zip into the person's own folder of plugins, whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.plugin import finding, manifest, trust, unpacking
from vidbudova.plugin.finding import Plugin
from vidbudova.text import _

STAGING = ".installing-"
OLD = "old"
LEFT_S, DEAD_S = 60.0, 86_400.0
"""From when on a folder of an installation was left by a program that died: its old plugin comes back, then it goes."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation brought.

    Attributes
    ----------
    plugin : as it is now; a plugin that nobody approved waits for that.
    before : version of the one that it replaced, "" where there was none.
    """

    plugin: Plugin
    before: str


def install(source: Path) -> Installed:
    """Install a plugin from its folder or a zip, without a network.

    Until everything is in place nothing is changed; an older one of the same id goes when the new one is whole.

    Raises
    ------
    UserError
        plugin-not-installed with the reason, file-missing.
    """
    if not source.exists():
        raise UserError("file-missing", path=source)
    try:
        return _install(source)
    except unpacking.Unfit as error:
        raise _refused(source, str(error)) from None
    except OSError as error:
        raise _refused(source, error.strerror or str(error)) from error


def remove(id: str) -> Plugin:
    """Take an installed plugin away; approval goes with it, its results stay in the projects.

    Raises
    ------
    UserError
        plugin-unknown, plugin-ours, plugin-not-removed.
    """
    there = _installed(id)
    if there is None:
        raise UserError("plugin-ours" if finding.find(id) else "plugin-unknown", id=id)
    try:
        with _staging() as staging:
            there.folder.rename(staging / "gone")
    except OSError as error:
        raise UserError("plugin-not-removed", id=id, reason=error.strerror or str(error)) from error
    trust.withdraw(there.sha256)
    return there


def _install(source: Path) -> Installed:
    if source.is_dir():
        source = unpacking.top(source, manifest.FILE)
    with _staging() as staging:
        unpacking.bring(source, staging / "new")
        folder = unpacking.top(staging / "new", manifest.FILE)
        fresh = finding.at(folder)
        if fresh.manifest is None:
            raise unpacking.Unfit(fresh.reason.rstrip("."))
        unpacking.look_at(fresh.id)
        before = _installed(fresh.id)
        if before is None and finding.find(fresh.id):
            raise unpacking.Unfit(_("“{id}” is the name of a plugin that came with the program").format(id=fresh.id))
        _put(folder, finding.own_folder() / fresh.id, before, staging / OLD)
    if before and before.sha256 != fresh.sha256:
        trust.withdraw(before.sha256)
    return Installed(finding.at(finding.own_folder() / fresh.id), before.version if before else "")


def _put(fresh: Path, target: Path, before: Plugin | None, aside: Path) -> None:
    """Move the new one to its place and the old one out of it; the old one comes back where that fails."""
    old = before.folder if before else target
    if not old.exists():
        fresh.rename(target)
        return
    aside.mkdir()
    old.rename(aside / old.name)
    try:
        fresh.rename(target)
    except OSError:
        (aside / old.name).rename(old)
        raise


def _installed(id: str) -> Plugin | None:
    """The plugin of that id, or in a folder of that name, that a person installed."""
    own = finding.own_folder()
    here = [plugin for plugin in finding.listed() if plugin.folder.parent == own]
    return next((plugin for plugin in here if id in (plugin.id, plugin.folder.name)), None)


@contextlib.contextmanager
def _staging() -> Iterator[Path]:
    """A folder on the same disk as the plugins; it goes with all that is in it."""
    own = finding.own_folder()
    own.mkdir(parents=True, exist_ok=True)
    _tidy(own)
    place = Path(tempfile.mkdtemp(prefix=STAGING, dir=own))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _tidy(own: Path) -> None:
    """Put back what an installation that was killed had taken out of its place, and clear away what it left."""
    for left in own.glob(f"{STAGING}*"):
        with contextlib.suppress(OSError):
            age = time.time() - left.stat().st_mtime
            for old in (left / OLD).iterdir() if age > LEFT_S and (left / OLD).is_dir() else ():
                if not (own / old.name).exists():
                    old.rename(own / old.name)
            if age > DEAD_S:
                shutil.rmtree(left, ignore_errors=True)


def _refused(source: Path, reason: str) -> UserError:
    return UserError("plugin-not-installed", file=source.name or source, reason=reason)
