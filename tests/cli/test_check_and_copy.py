"""`check --rebuild` on damaged files, and `copy`."""

import hashlib
import json
import sqlite3

import pytest

from vidbudova.cli import main
from vidbudova.session import Session
from vidbudova.session.sample import make_sample
from vidbudova.store.project import open_project


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict]:
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return make_sample(tmp_path_factory.mktemp("check") / "city.vbp.gpkg", 300)


@pytest.fixture
def city(sample, tmp_path, capsys):
    target = tmp_path / "city.vbp.gpkg"
    assert answer(capsys, "copy", str(sample), "--to", str(target))[0] == 0
    return target


def marks(path):
    session = Session(open_project(path), "somebody")
    try:
        return session.rows("damage_marks")
    finally:
        session.close()


def test_that_a_copy_is_whole_and_does_not_write_over_anything(sample, city, capsys):
    code, body = answer(capsys, "check", str(city))
    assert (code, body["ok"]) == (0, True)
    assert marks(city) == marks(sample) != {}
    code, body = answer(capsys, "copy", str(sample), "--to", str(city))
    assert (code, body["error"]["key"]) == (11, "project-exists")


def test_that_a_derived_row_that_was_taken_away_is_made_anew(city, capsys):
    before = marks(city)
    with sqlite3.connect(city) as db:
        db.execute("DELETE FROM damage_marks WHERE fid = (SELECT min(fid) FROM damage_marks)")
    db.close()
    assert answer(capsys, "check", str(city))[0] == 16
    code, body = answer(capsys, "check", str(city), "--rebuild")
    assert (code, body["ok"]) == (0, True)
    assert marks(city) == before


@pytest.mark.parametrize("share", [0.15, 0.45, 0.8])
def test_that_a_file_with_broken_pages_is_never_touched_and_what_can_be_read_is_kept(city, capsys, share):
    size = city.stat().st_size
    with open(city, "r+b") as file:
        file.seek(int(size * share) // 4096 * 4096)
        file.write(b"\xa5" * 4096 * 3)
    broken = hashlib.sha256(city.read_bytes()).hexdigest()
    code, body = answer(capsys, "check", str(city), "--rebuild")
    assert code == 0
    assert hashlib.sha256(city.read_bytes()).hexdigest() == broken
    kept = Session(open_project(body["rescued_to"]), "somebody")
    assert kept.count("buildings") + kept.count("trees") > 0
    assert body["lost"] or not kept.project.check()
    kept.close()
    assert answer(capsys, "check", str(city), "--rebuild")[1]["rescued_to"] != body["rescued_to"]
