import itertools

import pytest
from houses import CRS, stage

from vidbudova.session import Session
from vidbudova.store.project import create


@pytest.fixture
def staged(tmp_path):
    return stage(tmp_path / "houses.staging")


@pytest.fixture
def session(tmp_path):
    """An empty project whose clock ticks a second an edit."""
    ticks = itertools.count(1_780_000_000_000, 1000)
    made = Session(create(tmp_path / "City.vbp.gpkg", CRS), "Olha", clock=lambda: next(ticks))
    yield made
    made.close()
