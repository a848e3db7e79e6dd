"""Only what lies within a box comes in: the same features with the same ids as the whole file gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from formats.places import square

from vidbudova.formats import osm
from vidbudova.formats.clipping import box_of, inside
from vidbudova.formats.features import Features
from vidbudova.formats.intake import Intake
from vidbudova.formats.report import Job
from vidbudova.formats.staging import Staging

BOX = (37.5, 47.09, 37.6, 47.12)


def _line(*places: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": places}


def test_that_what_meets_the_box_comes_in_and_the_rest_is_counted(take, geojson):
    path = geojson(
        (square(), {"building": "yes", "name": "in"}),
        (_line((37.4, 47.1), (37.7, 47.1)), {"highway": "primary", "name": "through"}),
        (_line((37.4, 47.0), (37.4, 47.2)), {"highway": "primary", "name": "beside"}),
        (_line((37.45, 47.08), (37.45, 47.2), (37.55, 47.2)), {"highway": "primary", "name": "round the corner"}),
        (None, {"name": "nowhere"}),
    )
    part, whole = take(path, within=BOX), take(path)
    assert part.problems()["outside"] == 2
    assert (part.report["read"], part.report["kept"]) == (3, 2)
    for table in ("buildings", "roads", "quarantine"):
        ids = {row["id"] for row in part.rows(table)}
        assert len(ids) == 1 and ids <= {row["id"] for row in whole.rows(table)}


def test_that_faults_stay_with_their_features():
    shapes = np.array([shapely.Point(0, 0), None, shapely.Point(37.55, 47.1)], object)
    batch = Features("", "EPSG:4326", shapes, [{"n": n} for n in range(3)], list("abc"), {1: ("x", ""), 2: ("y", "")})
    found = inside(batch, "EPSG:4326", BOX)
    assert found.ids == ["b", "c"] and found.attributes == [{"n": 1}, {"n": 2}]
    assert found.faults == {0: ("x", ""), 1: ("y", "")}


def test_that_the_box_is_bent_into_the_system_of_the_file():
    shapes = np.array([shapely.Point(406_000, 5_217_000), shapely.Point(406_000, 5_317_000)], object)
    batch = Features("", "EPSG:32637", shapes, [{}, {}], ["a", "b"])
    assert inside(batch, "EPSG:32637", (37.0, 47.0, 38.0, 47.5)).ids == ["a"]


def _extract(path: Path) -> Path:
    nodes = [(1, 37.55, 47.10), (2, 37.551, 47.10), (3, 37.551, 47.101), (4, 38.0, 47.5), (5, 38.001, 47.5)]
    lines = [f'<node id="{n}" lon="{x}" lat="{y}"/>' for n, x, y in nodes]
    for n, refs in ((1, (1, 2, 3)), (2, (4, 5)), (3, (3, 4))):
        places = "".join(f'<nd ref="{k}"/>' for k in refs)
        lines.append(f'<way id="{n}">{places}<tag k="highway" v="primary"/></way>')
    path.write_text(f"<osm version='0.6'>{''.join(lines)}</osm>")
    return path


def test_that_an_extract_is_cut(take, tmp_path):
    path = _extract(tmp_path / "some.osm")
    assert {row["source_id"] for row in take(path, within=BOX).rows("roads")} == {"way/1", "way/3"}
    assert len(take(path).rows("roads")) == 3


def test_that_the_places_of_a_large_extract_may_lie_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(osm, "LARGE_BYTES", 0)
    path, staged = _extract(tmp_path / "some.osm"), tmp_path / "staging"
    job = Job(str(path), path.name, "0" * 64, "EPSG:32637", str(staged), str(tmp_path), within=BOX)
    staging = Staging(staged)
    osm.read(path, Intake(job, staging, lambda share, what: None))
    assert staging.counts == {"roads": 2}
    assert (tmp_path / "places").stat().st_size > 0
    staging.close({})


@pytest.mark.parametrize("text", ["", "1,2,3", "3,2,1,4", "1,4,2,3", "a,b,c,d", "0,0,200,1"])
def test_that_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        box_of(text)
