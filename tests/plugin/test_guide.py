"""The guide for authors says what is so, and its examples work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from vidbudova import paths
from vidbudova.errors import TROUBLES
from vidbudova.jobs.order import Limits
from vidbudova.plugin import finding, manifest, result, testing, trust, unpacking

GUIDE = (paths.root() / "docs" / "plugins.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(?:toml|python)\n# (\w+)/([\w.]+)\n(.*?)```", re.DOTALL)


def written(folder: Path) -> dict[str, Path]:
    """The plugins of the guide, written into a folder."""
    for name, file, text in BLOCK.findall(GUIDE):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / file).write_text(text, encoding="utf-8")
    return {one.name: one for one in folder.iterdir()}


@pytest.mark.parametrize("name", ["trees_near_homes", "storeys_from_heights"])
def test_that_an_example_of_the_guide_keeps_its_word(tmp_path: Path, name: str) -> None:
    testing.check_contract(written(tmp_path)[name])


def test_that_the_first_example_counts_trees(tmp_path: Path) -> None:
    import geopandas as gpd
    from shapely import Point, box

    homes = gpd.GeoDataFrame(
        {"id": ["a", "b", "c"], "use": ["house", "house", "office"]},
        geometry=[box(0, 0, 10, 10), box(200, 0, 210, 10), box(400, 0, 410, 10)], crs="EPSG:32637",
    )  # fmt: skip
    trees = gpd.GeoDataFrame({"id": ["t"]}, geometry=[Point(30, 5)], crs="EPSG:32637")
    with testing.load(written(tmp_path)["trees_near_homes"]) as plugin:
        city = testing.city_of({"buildings": homes, "trees": trees})
        found = plugin.run(city, {"within_m": 50.0}, testing.no_progress)
    assert found.summary == {"without_tree_percent": 50.0, "homes_count": 2}


def test_that_the_second_example_proposes_and_answers(tmp_path: Path) -> None:
    import pandas as pd

    rows = pd.DataFrame({"id": ["a", "b"], "height_m": [9.1, 4.0], "levels": [float("nan"), 1.0]})
    with testing.load(written(tmp_path)["storeys_from_heights"]) as plugin:
        asked = plugin.explore(testing.city_of({"buildings": rows}), {"storey_m": 3.0}, testing.no_progress)
        (proposal,) = asked.result.proposals
        assert [(delta.id, delta.field, delta.value) for delta in proposal.deltas] == [("a", "levels", 3.0)]
        (other,) = asked.ask({"storey_m": 2.3}, testing.no_progress).proposals
    assert other.deltas[0].value == 4.0


def words_of(heading: str) -> set[str]:
    """The first column of the table below some words."""
    rows = GUIDE[GUIDE.index(heading) :].split("\n\n")[1].splitlines()[2:]
    return {word for row in rows for word in re.findall(r"`([\w\[\]-]+)`", row.split("|")[1])}


def test_that_the_guide_names_what_there_is() -> None:
    assert words_of("A parameter has") == set(get_args(manifest.ParameterType))
    assert words_of("as with any other program") == set(get_args(finding.State))
    keys = {*manifest.Manifest.__dataclass_fields__} - {"files"}
    assert {key.strip("[]") for key in words_of("which `en` has to be there")} == keys
    styles = GUIDE[GUIDE.index("- **Style**") :].splitlines()[0]
    assert all(f"`{kind}`" in styles for kind in get_args(result.StyleKind))
    assert all(name in GUIDE for name in testing.__all__ if name not in ("broken_promises", "sample_project"))


def test_that_the_limits_of_the_guide_are_those_of_the_program() -> None:
    assert f"{trust.MOST_FILES:,} files" in GUIDE and unpacking.MOST_BYTES == 1 << 30 and "1 GB" in GUIDE
    assert Limits().seconds == 3600 and "time (an hour)" in GUIDE
    assert "docs/plugins.md" in TROUBLES["plugin-breaks-word"].next


def test_that_the_libraries_of_the_guide_are_those_of_the_build() -> None:
    spec = (paths.root() / "build.spec").read_text(encoding="utf-8")
    promised = re.findall(r'"(\w+)"', spec[spec.index("FOR_PLUGINS = (") :].splitlines()[0])
    told = GUIDE[GUIDE.index("brings, whole: ") :].split(", and all")[0].removeprefix("brings, whole: ")
    assert told.replace("\n", " ").split(", ") == promised
