"""A small city and plugins at hand."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from houses import CRS, FIELDS, stage
from jobs import guests

from vidbudova.plugin import finding
from vidbudova.plugin.finding import Plugin
from vidbudova.session import Session
from vidbudova.store.project import create


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with thirty houses."""
    folder = tmp_path_factory.mktemp("city")
    made = Session(create(folder / "City.vbp.gpkg", CRS), "Olena")
    made.add_layer(stage(folder / "houses"), FIELDS)
    made.close()
    return folder / "City.vbp.gpkg"


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[..., Plugin]:
    """Makes a plugin of code that a person has approved."""

    def make(code: str, name: str = "guest", explore: bool = False) -> Plugin:
        folder = tmp_path / "plugins" / name
        if not folder.exists():
            guests.write(folder, code, explore=explore)
        else:
            (folder / "__init__.py").write_text(textwrap.dedent(code), encoding="utf-8")
        return finding.approve(finding.at(folder))

    return make
