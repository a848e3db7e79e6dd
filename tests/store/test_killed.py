"""kill -9 at random moments: a child does the work and says over a pipe what it was told is done."""

import multiprocessing
import random
import shutil
import sys
import time
from pathlib import Path

import pytest
from houses import CRS, FIELDS, stage

from vidbudova.model.change import Delta
from vidbudova.store.project import Draft, create, open_project

OLD = Path(__file__).resolve().parents[1] / "data" / "old_format_1.vbp.gpkg"
CHILDREN = multiprocessing.get_context("spawn" if sys.platform == "win32" else "fork")
REOPENED_WITHIN_S = 2.0


def edit_for_ever(path, pipe):
    project = open_project(path)
    done = project.count_changes()
    while True:
        mark = Delta("damage_marks", f"b{done}", None, {"grade": done % 6, "note": "n" * (done % 700)})
        project.commit(Draft("Mark", [mark], "Olha", done))
        done += 1
        pipe.send(done)
        if done % 5 == 0:
            project.take_back("undo", "Olha", done)
            done += 1
            pipe.send(done)
        if done % 40 == 0:
            project.checkpoint()


def import_once(path, pipe, staging):
    project = open_project(path)
    pipe.send("open")
    project.add_layer(staging, FIELDS, "Olha", 1)
    pipe.send("imported")
    time.sleep(10)


def open_once(path, pipe):
    pipe.send("started")
    project = open_project(path)
    project.commit(Draft("Mark", [Delta("damage_marks", "new", None, {"grade": 1})], "Olha", 1))
    pipe.send("committed")
    time.sleep(10)


def killed(target, arguments, wait_s):
    """Start a child, kill it `wait_s` after its first word, and give everything it had said."""
    ours, theirs = CHILDREN.Pipe(duplex=False)
    child = CHILDREN.Process(target=target, args=(arguments[0], theirs, *arguments[1:]), daemon=True)
    child.start()
    theirs.close()
    assert ours.poll(30), "the child never began"
    said = [ours.recv()]
    time.sleep(wait_s)
    child.kill()
    child.join()
    try:
        while True:
            said.append(ours.recv())
    except (EOFError, OSError):
        ours.close()
    return said


def reopened(path):
    start = time.monotonic()
    project = open_project(path)
    took = time.monotonic() - start
    assert took < REOPENED_WITHIN_S
    return project


def test_that_no_acknowledged_edit_is_lost_when_killed_120_times_while_editing(tmp_path):
    """A crash loses hours of edits elsewhere (https://github.com/qgis/QGIS/issues/53572): this does not happen here."""
    path = tmp_path / "City.vbp.gpkg"
    create(path, CRS).close()
    chance = random.Random(1)
    total = 0
    for kill in range(120):
        said = killed(edit_for_ever, (path,), chance.random() * 0.03)
        project = reopened(path)
        assert project.notices == []
        total = project.count_changes()
        assert said[-1] <= total <= said[-1] + 1
        if kill % 20 == 0:
            assert project.check() == []
        project.close()
    assert total > 300


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    return stage(tmp_path_factory.mktemp("big") / "houses.staging", count=3000)


def test_that_no_import_is_there_in_part_when_killed_40_times_while_importing(tmp_path, big):
    chance = random.Random(2)
    outcomes = set()
    for kill in range(40):
        path = tmp_path / f"{kill}.vbp.gpkg"
        create(path, CRS).close()
        said = killed(import_once, (path, big), chance.random() * 0.25)
        project = reopened(path)
        found = (project.count("buildings"), project.count("layers"), project.count_changes())
        assert found in ((0, 0, 0), (3000, 1, 1))
        assert found[0] == 3000 or "imported" not in said
        outcomes.add(found)
        if kill % 10 == 0:
            assert project.check() == []
        project.close()
    assert len(outcomes) == 2, "some kills must come before the end and some after"


def test_that_an_old_project_killed_40_times_while_it_is_brought_up_is_whole(tmp_path):
    chance = random.Random(3)
    unfinished = 0
    for kill in range(40):
        path = Path(shutil.copy(OLD, tmp_path / f"{kill}.vbp.gpkg"))
        said = killed(open_once, (path,), chance.random() * 0.08)
        unfinished += "committed" not in said
        project = reopened(path)
        assert project.count("buildings") == 12
        assert project.count("damage_marks") in (2, 3)
        assert project.count("damage_marks") == 3 or "committed" not in said
        if kill % 10 == 0:
            assert project.check() == []
        project.close()
    assert unfinished > 0
