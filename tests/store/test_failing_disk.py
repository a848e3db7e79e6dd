import contextlib
import shutil
import sqlite3

import pytest
from disks import FailingDisk
from dump import dump
from houses import CRS, FIELDS

from vidbudova.errors import UserError
from vidbudova.model.change import Delta
from vidbudova.store import drives
from vidbudova.store.project import Draft, create, open_project


def mark(id, grade=3):
    return Draft("Mark", [Delta("damage_marks", id, None, {"grade": grade, "note": "n" * 300})], "Olha", 1)


_failing = FailingDisk("failing")


@pytest.fixture
def disk():
    yield _failing
    _failing.heal()


KEYS = {
    sqlite3.SQLITE_FULL: "disk-full",
    sqlite3.SQLITE_IOERR: "disk-error",
    sqlite3.SQLITE_READONLY: "project-read-only",
}


@pytest.mark.parametrize(("code", "key"), list(KEYS.items()))
@pytest.mark.parametrize("for_good", [False, True])
def test_that_an_error_at_any_write_of_an_edit_gives_a_sentence_and_an_intact_living_project(
    tmp_path, disk, code, key, for_good
):
    project = create(tmp_path / "City.vbp.gpkg", CRS, disk.connect)
    project.commit(mark("first"))
    failures = 0
    for k in range(12):
        before = project.count_changes()
        disk.fail(k, code, for_good)
        try:
            project.commit(mark(f"b{k}"))
        except UserError as told:
            failures += 1
            assert told.key == key
            assert str(told)
            assert project.count_changes() == before
            assert project.row("damage_marks", f"b{k}") is None
        disk.heal()
        assert project.row("damage_marks", "first")["grade"] == 3
        project.commit(mark(f"after{k}"))
    assert failures >= 3
    assert project.check() == []
    rows = project.rows("damage_marks")
    project.close()
    again = open_project(project.path)
    assert again.rows("damage_marks") == rows
    again.close()


def test_that_an_error_during_an_import_leaves_nothing_of_it(tmp_path, disk, staged):
    project = create(tmp_path / "City.vbp.gpkg", CRS, disk.connect)
    project.commit(mark("first"))
    before = dump_by_copy(project.path, tmp_path)
    failures = 0
    for k in range(0, 40, 3):
        disk.fail(k, sqlite3.SQLITE_FULL, True)
        try:
            project.add_layer(staged, FIELDS, "Olha", 2)
        except UserError as told:
            failures += 1
            assert told.key == "disk-full"
        else:
            break
        finally:
            disk.heal()
        assert (project.count("buildings"), project.count("layers")) == (0, 0)
        assert dump_by_copy(project.path, tmp_path) == before
    assert failures >= 3
    disk.heal()
    project.add_layer(staged, FIELDS, "Olha", 3)
    assert project.count("buildings") == 30
    assert project.check() == []
    project.close()


def dump_by_copy(path, folder):
    """The project as it lies on the disk, looked at without touching its locks."""
    copy = folder / "copy.gpkg"
    for ending in ("", "-wal"):
        shutil.copy(str(path) + ending, str(copy) + ending)
    found = dump(copy)
    for file in folder.glob("copy.gpkg*"):
        file.unlink()
    return found


def test_that_a_project_that_cannot_grow_says_that_the_disk_is_full(session):
    session.do("Mark", mark("first").deltas)
    with session.project._mutex:
        pages = session.project._writer.execute("PRAGMA page_count").fetchone()[0]
        session.project._writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(UserError) as told:
        for i in range(200):
            session.do("Mark", mark(f"b{i}").deltas)
    assert told.value.key == "disk-full"
    kept = session.count("damage_marks")
    session.project._writer.execute("PRAGMA max_page_count = 1000000")
    session.do("Mark", mark("after").deltas)
    assert session.count("damage_marks") == kept + 1
    assert session.project.check() == []


def test_that_a_write_protected_project_is_opened_to_look_only_with_a_notice(session, monkeypatch):
    session.do("Mark", mark("first").deltas)
    session.close()
    monkeypatch.setattr(drives, "is_protected", lambda path: True)
    project = open_project(session.project.path)
    assert project.read_only
    assert "write-protected" in project.notices[0]
    assert project.row("damage_marks", "first")["grade"] == 3
    with pytest.raises(UserError) as told:
        project.commit(mark("second"))
    assert told.value.key == "project-read-only"
    project.set_view_state("camera", 1)
    project.save_copy(session.project.path.with_name("Copy.vbp.gpkg"))
    project.close()


@pytest.mark.parametrize("kind", ["network", "removable"])
def test_that_a_project_on_a_network_or_removable_drive_is_opened_to_look_only(session, monkeypatch, kind):
    session.close()
    monkeypatch.setattr(drives, "drive_kind", lambda path: kind)
    project = open_project(session.project.path)
    assert project.read_only
    assert kind in project.notices[0]
    project.close()


def test_that_the_drive_of_a_path_is_told_from_the_mounts():
    mounts = "/dev/sda1 / ext4 rw 0 0\nserver:/x /mnt/share nfs4 rw 0 0\n//s/y /mnt/with\\040space cifs rw 0 0\n"
    from pathlib import Path

    assert drives.mount_of(Path("/srv/City.vbp.gpkg"), mounts) == ("/dev/sda1", "ext4")
    assert drives.mount_of(Path("/mnt/share/City.vbp.gpkg"), mounts)[1] in drives.NETWORK_TYPES
    assert drives.mount_of(Path("/mnt/with space/City.vbp.gpkg"), mounts)[1] == "cifs"


def test_that_a_project_that_cannot_be_made_leaves_no_half_file(tmp_path, disk):
    disk.fail(20, sqlite3.SQLITE_FULL, True)
    with pytest.raises(UserError) as told:
        create(tmp_path / "City.vbp.gpkg", CRS, disk.connect)
    disk.heal()
    assert told.value.key == "disk-full"
    assert list(tmp_path.glob("City.vbp*")) == []


def test_that_a_full_disk_leaves_no_half_snapshot_or_copy(session, monkeypatch, tmp_path):
    session.do("Mark", mark("first").deltas)

    def full(*args):
        raise sqlite3_full()

    monkeypatch.setattr("vidbudova.store.snapshots._copy", full)
    with pytest.raises(UserError) as told:
        session.project.save_copy(tmp_path / "Copy.vbp.gpkg")
    assert told.value.key == "disk-full"
    with contextlib.suppress(UserError):
        session.project.snapshot()
    assert session.project.snapshots() == []
    assert list(tmp_path.glob("Copy*")) == []


def sqlite3_full():
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def test_that_an_edit_that_is_durable_counts_as_done_even_if_the_note_beside_it_cannot_be_written(session, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vidbudova.store.lock.os.write", full)
    assert session.do("Mark", mark("b1").deltas) is not None
    assert session.count("damage_marks") == 1
