import contextlib
import random
import shutil
import sqlite3

import shapely
from disks import RecordingDisk, after_power_failure

from vidbudova.model.change import Delta, edit
from vidbudova.store.project import Draft, create, open_project

POINTS = 2000
CRS = "EPSG:32637"


def a_working_day(disk, path, staged):
    """Edits of every kind, a checkpoint, undo and an import; each is noted when the person is told that it is done."""
    project = create(path, CRS, disk.connect)
    disk.acknowledged(0)
    done = 0

    def told(change):
        nonlocal done
        if change is not None:
            done += 1
            disk.acknowledged(done)

    outline = shapely.to_wkb(shapely.MultiPolygon([shapely.box(0, 0, 50, 50)]))
    for i in range(60):
        mark = Delta("damage_marks", f"b{i % 20}", None, {"grade": i % 6, "note": "x" * (i * 37 % 900)})
        told(project.commit(Draft("Mark", [mark], "Olha", 1_000 + i)))
        if i % 10 == 3:
            told(project.commit(Draft("Zone", [Delta("zones", f"z{i}", None, {"geom": outline})], "Olha", 2_000 + i)))
        if i % 10 == 7:
            told(project.take_back("undo", "Olha", 3_000 + i))
        if i == 25:
            told(project.add_layer(staged, {"source": "houses.gpkg", "sha256": "ab"}, "Olha", 4_000))
        if i == 40:
            project.checkpoint()
    told(project.commit(Draft("Name", [edit("zones", "z3", {"name": None}, name="North")], "Olha", 9_000)))
    project.close()
    return done


def test_that_a_power_failure_at_2000_moments_loses_nothing_acknowledged(tmp_path, staged):
    """An end in the middle of saving deletes the project elsewhere: this does not happen here.

    https://github.com/qgis/QGIS/issues/39372
    """
    disk = RecordingDisk("power")
    path = tmp_path / "live" / "City.vbp.gpkg"
    path.parent.mkdir()
    total = a_working_day(disk, path, staged)
    assert total > 60
    chance = random.Random(9)
    first = next(i for i, e in enumerate(disk.events) if e == ("acknowledge", 0))
    seen = set()
    for point in range(POINTS):
        at = chance.randrange(first + 1, len(disk.events) + 1)
        folder = tmp_path / "after"
        folder.mkdir()
        acknowledged = after_power_failure(disk.events, at, chance, folder)
        seen.add(acknowledged)
        assert changes_in(folder / path.name) >= acknowledged, f"point {point}: an acknowledged edit is gone"
        if point % 100 == 0:
            project = open_project(folder / path.name)
            assert project.check() == []
            assert project.count("buildings") in (0, 30)
            project.close()
        shutil.rmtree(folder)
    assert len(seen) > 40, "the moments must be spread over the day"


def changes_in(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return db.execute("SELECT count(*) FROM vb_change").fetchone()[0]


def test_that_the_simulation_sees_a_project_that_does_not_wait_for_the_disk(tmp_path, staged):
    class Careless(RecordingDisk):
        def synced(self, name):
            """What a disk does that only says that it has written."""

    disk = Careless("careless")
    path = tmp_path / "live" / "City.vbp.gpkg"
    path.parent.mkdir()
    a_working_day(disk, path, staged)
    chance, bad = random.Random(9), 0
    for _ in range(40):
        folder = tmp_path / "after"
        folder.mkdir()
        acknowledged = after_power_failure(disk.events, chance.randrange(len(disk.events)), chance, folder)
        try:
            bad += changes_in(folder / path.name) < acknowledged
        except (sqlite3.DatabaseError, AssertionError):
            bad += 1
        shutil.rmtree(folder)
    assert bad > 0
