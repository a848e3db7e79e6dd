"""The plugins there are, each with what it says of itself and why it can or cannot run; none of their code is run."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from pathlib import Path
from typing import Literal

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.plugin import API, manifest, trust
from vidbudova.plugin.loading import VENDOR
from vidbudova.plugin.manifest import Manifest, ManifestError, Parameter
from vidbudova.plugin.words import translate
from vidbudova.text import _, language

State = Literal["ready", "unapproved", "broken", "newer", "lacks-library"]
FOLDER = "plugins"
IMPORTED = (*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES)
"""Endings of modules that this Python can import; one compiled for another is not there."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """One plugin that was found.

    Attributes
    ----------
    folder : where it is; manifest : None where it is broken or newer.
    sha256 : of the folder; "" where it is broken.
    ours : whether it came with the program.
    state : "ready", or why it cannot run; reason : the same as a sentence, "" where it is ready.
    """

    folder: Path
    manifest: Manifest | None
    sha256: str
    ours: bool
    state: State
    reason: str = ""

    @property
    def said(self) -> Manifest:
        """The manifest of a plugin that has one."""
        if self.manifest is None:
            raise UserError("plugin-not-ready", plugin=self.id, reason=self.reason)
        return self.manifest

    @property
    def id(self) -> str:
        """As the manifest says, or the folder's name."""
        return self.manifest.id if self.manifest else self.folder.name

    @property
    def name(self) -> str:
        """What a person calls it, in their language."""
        return translate(self.title, language()) or self.id

    @property
    def title(self) -> Mapping[str, str]:
        """By language."""
        return self.manifest.title if self.manifest else {"en": self.id}

    @property
    def about(self) -> Mapping[str, str]:
        """By language."""
        return self.manifest.about if self.manifest else {}

    @property
    def version(self) -> str:
        """As the maker counts; "" where it is not known."""
        return self.manifest.version if self.manifest else ""

    @property
    def entry(self) -> str:
        """The module with `run`."""
        return self.said.entry

    @property
    def reads(self) -> tuple[str, ...]:
        """Tables it may ask for."""
        return self.manifest.reads if self.manifest else ()

    @property
    def optional(self) -> tuple[str, ...]:
        """Those of them that it does without."""
        return self.manifest.optional if self.manifest else ()

    @property
    def writes(self) -> tuple[str, ...]:
        """Tables that its proposals may touch."""
        return self.manifest.writes if self.manifest else ()

    @property
    def files(self) -> tuple[str, ...]:
        """Its parameters that are files."""
        return self.manifest.files if self.manifest else ()

    @property
    def explore(self) -> bool:
        """Whether it answers questions while it stays open."""
        return self.manifest is not None and self.manifest.explore

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What a person may set."""
        return self.manifest.parameters if self.manifest else ()


def own_folder() -> Path:
    """Where plugins that a person installs are."""
    return paths.settings_folder() / FOLDER


def listed() -> list[Plugin]:
    """Every plugin: ours first, then those that a person installed; by id."""
    found: dict[str, Plugin] = {}
    for folder in (paths.root() / FOLDER, own_folder()):
        for plugin in sorted(_inside(folder), key=lambda one: one.id):
            taken = plugin.id in found
            found[f"{plugin.id}\0{plugin.folder}" if taken else plugin.id] = _second(plugin) if taken else plugin
    return list(found.values())


def find(id: str) -> Plugin | None:
    """The plugin of that id, whatever its state; None if there is none."""
    return next((plugin for plugin in listed() if plugin.id == id), None)


def ready(id: str) -> Plugin:
    """The plugin of that id, to be run.

    Raises
    ------
    UserError
        plugin-unknown, or plugin-not-ready with the reason.
    """
    plugin = find(id)
    if plugin is None:
        raise UserError("plugin-unknown", id=id)
    if plugin.state != "ready":
        raise UserError("plugin-not-ready", plugin=plugin.name, reason=plugin.reason)
    return plugin


def at(folder: Path) -> Plugin:
    """The plugin in one folder."""
    try:
        sha256 = trust.folder_sha256(folder)
        ours = trust.is_ours(folder, sha256)
        said = manifest.document(folder)
        if (api := manifest.api_of(said)) > API:
            return Plugin(folder, None, sha256, ours, "newer", _newer(api))
        told = manifest.manifest_of(said)
    except trust.UnfitFolder as error:
        return _broken(folder, _("“{name}” is a link, or there is too much in it.").format(name=error))
    except OSError as error:
        return _broken(folder, error.strerror or str(error))
    except ManifestError as error:
        return _broken(folder, str(error))
    if missing := [name for name in told.needs if not _is_there(name, folder)]:
        return Plugin(folder, told, sha256, ours, "lacks-library", _lacks(missing))
    if not (ours or trust.is_approved(sha256)):
        return Plugin(folder, told, sha256, ours, "unapproved", _("Nobody has approved it on this computer yet."))
    return Plugin(folder, told, sha256, ours, "ready")


def approve(plugin: Plugin) -> Plugin:
    """Let a plugin run from now on, as it is now."""
    if plugin.state == "unapproved":
        trust.approve(plugin.id, plugin.sha256)
    return at(plugin.folder)


def _inside(folder: Path) -> Iterator[Plugin]:
    """Folders that mean to be plugins; a leading dot or underscore is none."""
    try:
        names = sorted(folder.iterdir())
    except OSError:
        return
    for one in names:
        if one.name[0] not in "._" and (one / manifest.FILE).is_file():
            yield at(one)


def _second(plugin: Plugin) -> Plugin:
    return _broken(plugin.folder, _("There is another plugin “{id}” already.").format(id=plugin.id))


def _broken(folder: Path, reason: str) -> Plugin:
    return Plugin(folder, None, "", False, "broken", reason)


def _newer(api: int) -> str:
    return _("It was made for a newer version of this program (interface {api}; here it is {ours}).").format(
        api=api, ours=API
    )


def _lacks(names: list[str]) -> str:
    return _("It needs libraries that are not here: {names}.").format(names=", ".join(names))


def _is_there(name: str, folder: Path) -> bool:
    """Whether a library is here, or comes with the plugin; nothing of it is run."""
    first = name.partition(".")[0]
    vendor = folder / VENDOR
    if (vendor / first).is_dir() or any((vendor / f"{first}{ending}").is_file() for ending in IMPORTED):
        return True
    try:
        return importlib.util.find_spec(first) is not None
    except (ImportError, ValueError):
        return False
