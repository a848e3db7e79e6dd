"""The analyses in the self-test: those that came with the program, and some from outside, as a person installs them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.jobs import run
from vidbudova.plugin import finding, installing, template
from vidbudova.plugin.finding import Plugin


class Failed(Exception):
    """A step did not give what it must."""


def ours(project: Path) -> str:
    """Every plugin that came with the program is ready, and runs."""
    found = [plugin for plugin in finding.listed() if plugin.ours]
    return ", ".join(_ran(plugin, project) for plugin in found) or "none ships"


def others(project: Path, folder: Path, given: Sequence[Path]) -> str:
    """Plugins from outside are installed from a zip, wait for approval, and run then."""
    return ", ".join(_installed(source, project) for source in _zips(folder, given))


def _zips(folder: Path, given: Sequence[Path]) -> Iterator[Path]:
    """What others would send: the template under a name of its own, and what the caller names."""
    for number, source in enumerate((template.make("Self test", folder), *given)):
        clean = shutil.copytree(
            source, folder / f"sent {number}" / source.name, ignore=shutil.ignore_patterns("__pycache__")
        )
        yield Path(shutil.make_archive(str(folder / f"sent {number}"), "zip", clean.parent))


def _installed(source: Path, project: Path) -> str:
    plugin = installing.install(source).plugin
    if plugin.state != "unapproved":
        raise Failed(f"{plugin.id} is {plugin.state} as it was installed: {plugin.reason}")
    return _ran(finding.approve(plugin), project)


def _ran(plugin: Plugin, project: Path) -> str:
    if plugin.state != "ready":
        raise Failed(f"{plugin.id} is {plugin.state}: {plugin.reason}")
    try:
        ran = run(plugin, project)
    except UserError as error:
        raise Failed(f"{error} {error.values.get('trace', '')}") from error
    if not ran.result.summary:
        raise Failed(f"{plugin.id} found nothing")
    return f"{plugin.id} in {ran.seconds:.1f} s"
