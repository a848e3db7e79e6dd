"""Pictures and videos with a result on the city."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from vidbudova.errors import UserError
from vidbudova.plugin import Result, ResultTable, Style
from vidbudova.scene import still, video
from vidbudova.scene.camera import top
from vidbudova.scene.city import load
from vidbudova.scene.journey import Journey, Stop
from vidbudova.session import Session
from vidbudova.session.sample import make_sample
from vidbudova.store.project import open_project

SIZE = (320, 180)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    path: Path = tmp_path_factory.mktemp("results") / "sample.vbp.gpkg"
    make_sample(path, buildings=300, seed=3)
    found = Session(open_project(path), "Tester")
    yield found
    found.close()


@pytest.fixture(scope="module")
def flows(session: Session) -> ResultTable:
    roads = session.shapes("roads", ())
    rows = range(len(roads))
    spans = [roads.part_offsets[roads.feature_offsets[k] :][:2] for k in rows]
    shapes = [shapely.LineString(roads.xy[a:b]) for a, b in spans]
    frame = gpd.GeoDataFrame(
        {"id": roads.ids.astype(str), "flow": np.linspace(10, 2000, len(roads)), "speed": 12.0},
        geometry=shapes, crs=session.crs,
    )  # fmt: skip
    return ResultTable(
        "links", "Flows", frame, {"flow": "veh/h"}, {}, "roads", Style("flow", "flow", "", (), "flow", "speed")
    )


def test_that_a_picture_carries_the_result_and_is_the_same_each_time(session: Session, flows: ResultTable) -> None:
    view = top(still.overview(load(session), SIZE))
    bare = still.picture(session, SIZE, view)
    first, again = (still.picture(session, SIZE, view, result=flows) for _ in range(2))
    assert np.array_equal(first, again)
    assert (np.abs(first.astype(int) - bare).max(2) > 30).mean() > 0.01


def test_that_particles_move_in_a_video_while_the_view_holds(session: Session, flows: ResultTable) -> None:
    scene = still.dressed_scene(session, SIZE, result=flows)
    try:
        scene.results.play(True)
        view = top(still.overview(scene.city, SIZE))
        journey = Journey([Stop(view, 0.0, 0.2, "smooth")], False)
        first, second = ([frame.copy() for frame in video.frames(scene, journey, 10)] for _ in range(2))
    finally:
        scene.finalize()
    assert len(first) == 3
    assert not np.array_equal(first[0], first[1])
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_that_the_command_line_draws_a_kept_result(
    session: Session, flows: ResultTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vidbudova.cli import shown_result
    from vidbudova.session import analyses

    read = ResultTable("read_only", "Words", pd.DataFrame({"a": [1]}))
    monkeypatch.setattr(analyses, "result_of", lambda session, id: Result({}, tables=(read, flows)))

    def asked(**words: str | None) -> ResultTable | None:
        from argparse import Namespace

        return shown_result.table_of(session, Namespace(**({"result": None, "table": None} | words)))

    assert asked() is None
    assert asked(result="x") is flows
    assert asked(result="x", table="links") is flows
    for words in ({"result": "x", "table": "read_only"}, {"table": "links"}):
        with pytest.raises(UserError) as found:
            asked(**words)
        assert found.value.key == "no-such-thing"
    body = shown_result.said(flows, "x")
    assert (body["result"], body["table"], body["legend"]["unit"]) == ("x", "links", "veh/h")
    assert sum(line["rows"] for line in body["legend"]["lines"]) == len(flows.frame)
