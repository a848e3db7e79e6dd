"""Pictures of a moment: the sun of a time, the damage of a day."""

import json

import blocks
import pytest
from PIL import Image

from vidbudova.cli import main


@pytest.fixture
def city(tmp_path):
    path = tmp_path / "City.vbp.gpkg"
    session = blocks.new(path)
    blocks.add_layer(session, tmp_path, "buildings", blocks.row_of_houses(), "houses")
    blocks.add_layer(session, tmp_path, "observations", [blocks.roof_mark("o0", 5, 5, "Destroyed", "5")], "satellite")
    session.close()
    return path


@pytest.fixture
def run(capsys):
    def run(*words):
        code = main([str(w) for w in (*words, "--json")])
        said = capsys.readouterr()
        return code, json.loads(said.out), said.err

    return run


def test_that_a_picture_takes_the_sun_of_a_moment_and_says_where_it_stood(run, city, tmp_path):
    small, out = ("--size", "160x90", "--view", "b0"), tmp_path / "p.png"
    assert run("render", city, "--out", out, *small)[0] == 0
    plain = Image.open(out).convert("RGB").tobytes()
    code, body, _said = run("render", city, "--out", out, *small, "--sun", "2026-06-21T19:30")
    assert code == 0
    assert Image.open(out).convert("RGB").tobytes() != plain
    assert body["sun"]["time"].startswith("2026-06-21T19:30:00+0")
    assert 0 < body["sun"]["elevation_deg"] < 15
    assert 290 < body["sun"]["azimuth_deg"] < 315
    assert [run("render", city, "--out", out, *wrong)[0] for wrong in (("--sun", "noon"), ("--at", "noon"))] == [31, 31]


def test_that_a_picture_before_the_damage_shows_none(run, city, tmp_path):
    small, out = ("--size", "160x90", "--view", "top"), tmp_path / "p.png"
    assert run("damage", "match", city, "--within", "0")[0] == 0

    def drawn(*words):
        assert run("render", city, "--out", out, *small, *words)[0] == 0
        return Image.open(out).convert("RGB").tobytes()

    now, before = drawn(), drawn("--at", "before")
    assert drawn("--at", "2022-05-12") == now != before
    assert drawn("--at", "2022-05-11") == before
