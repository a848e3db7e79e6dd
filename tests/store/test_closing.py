"""Closing while others read: nothing crashes, waits or is lost."""

import threading

from vidbudova.model.change import Delta
from vidbudova.store.project import open_project


def mark(id):
    return Delta("damage_marks", id, None, {"grade": 3, "evidence": "walk_round"})


def test_that_closing_waits_for_nobody_and_takes_no_connection_from_under_a_query(session):
    """SQLite crashes where a connection is closed while another thread reads with it."""
    session.do("Mark", [mark(f"b{i}") for i in range(2_000)])
    path, errors = session.project.path, []
    session.close()
    for _ in range(15):
        project = open_project(path)
        begun = threading.Barrier(4)

        def look(project=project, begun=begun):
            project.count("damage_marks")
            begun.wait()
            try:
                while not project._closed:
                    assert len(project.rows("damage_marks")) == 2_000
            except Exception as error:  # noqa: BLE001 - told to the test
                errors.append(error)

        threads = [threading.Thread(target=look) for _ in range(3)]
        for thread in threads:
            thread.start()
        begun.wait()
        project.close()
        for thread in threads:
            thread.join()
        assert project._readers == {}, "each thread gave its own back"
    assert errors == []
    assert project.count("damage_marks") == 2_000 and project._readers == {}, "nothing is held that closing would miss"


def test_that_what_is_closed_while_it_is_read_is_whole(session, tmp_path):
    session.do("Mark", [mark("b1")])
    with session.project.looking() as db:
        db.execute("SELECT * FROM damage_marks").fetchone()
        session.do("Mark", [mark("b2")])
        session.close()
        alone = tmp_path / "Copied.vbp.gpkg"
        alone.write_bytes(session.project.path.read_bytes())
    copied = open_project(alone)
    assert copied.count("damage_marks") == 2
    copied.close()
