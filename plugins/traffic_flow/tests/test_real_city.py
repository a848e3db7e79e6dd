"""The whole plugin on a real city: Krems, with its busiest bridge closed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from traffic_flow import explore
from traffic_flow.tests.test_real_roads import OSM, vidbudova_does

from vidbudova.plugin import manifest, parameters
from vidbudova.plugin.tables import open_city

KREMS = "krems.osm.gz"
DANUBE = ("way/25150846", "way/59543413")
"""The two carriageways of the St. Pöltner Brücke; nobody lives beyond it in this extract."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Krems as a person imports it."""
    found = OSM / KREMS
    if not found.exists():
        pytest.skip(f"no ../shared/data/osm/{KREMS}")
    path = tmp_path_factory.mktemp("krems") / "Krems.vbp.gpkg"
    vidbudova_does("new", path, "--crs", "EPSG:32633")
    vidbudova_does("import", path, found)
    return path


def test_that_closing_the_busiest_bridge_of_krems_costs_time_and_sends_people_elsewhere(
    project: Path, tmp_path: Path
) -> None:
    said = manifest.read(Path(__file__).parents[1])
    city = open_city(project, said, scenario="now", language="en", folder=tmp_path)
    try:
        open_ = explore(city, parameters.checked(said.parameters, {"gap": 1e-6}), lambda share, what="": None)
        whole = open_.result.summary
        assert float(whole["trips_veh_h"]) > 100 and whole["unserved_trips_veh_h"] == 0
        assert any("homes" in told for told in open_.result.warnings), "most buildings do not say their use"
        roads = city.table("roads", ["bridge", "source_id"])
        assert set(DANUBE) <= set(roads.source_id)
        flows = next(one.frame for one in open_.result.tables if one.name == "links").groupby("id").flow_veh_h.max()
        busiest = flows[flows.index.isin(roads.id[roads.bridge])].idxmax()
        cut = open_.ask({"close": [busiest]}, lambda share, what="": None)
    finally:
        city.close()
    assert float(cut.summary["relative_gap"]) <= 1e-6 and cut.summary["max_node_imbalance_veh"] <= 1e-6
    assert float(cut.summary["loss_veh_h"]) > 0.01 or float(cut.summary["unserved_trips_veh_h"]) > 1
    difference = next(one.frame for one in cut.tables if one.name == "difference").set_index("id").difference_veh_h
    assert np.min(difference[busiest]) == pytest.approx(-flows[busiest], abs=1.0) and difference.max() > 0
