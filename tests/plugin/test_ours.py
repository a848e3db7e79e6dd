"""The plugins that ship keep their word as those of others have to, and speak three languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from vidbudova import paths
from vidbudova.plugin import finding, manifest, promises, testing
from vidbudova.plugin.toml_forms import LANGUAGES

PLUGINS = paths.root() / "plugins"
OURS = sorted(one.parent for one in PLUGINS.glob("*/plugin.toml"))


def words_of(told: manifest.Manifest) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every text of a manifest, and what it is of."""
    yield "title", told.title
    yield "about", told.about
    for parameter in told.parameters:
        yield parameter.name, parameter.title
        if parameter.about:
            yield f"about {parameter.name}", parameter.about
        yield from (
            (f"{parameter.name}: {choice}", parameter.choice_titles.get(choice, {})) for choice in parameter.choices
        )
    for result in told.results:
        yield f"{result.kind} {result.name}", result.title


@pytest.mark.parametrize("folder", OURS, ids=lambda folder: folder.name)
def test_that_every_text_of_the_manifest_is_there_in_every_language(folder: Path) -> None:
    told = manifest.read(folder)
    assert [name for name, words in words_of(told) if set(words) != set(LANGUAGES)] == []


@pytest.mark.parametrize("folder", OURS, ids=lambda folder: folder.name)
def test_that_it_is_ready_and_reaches_into_nothing_but_the_interface(folder: Path) -> None:
    plugin = finding.at(folder)
    assert (plugin.ours, plugin.state, plugin.reason) == (True, "ready", "")
    assert promises.of_folder(folder) == []


@pytest.mark.parametrize("folder", OURS, ids=lambda folder: folder.name)
def test_that_it_keeps_its_word(folder: Path) -> None:
    testing.check_contract(folder)


def test_that_every_folder_of_python_is_a_plugin() -> None:
    folders = {one.parent for one in PLUGINS.glob("*/*.py")}
    assert folders <= set(OURS)
