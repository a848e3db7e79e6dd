"""Named views, camera paths and videos by command."""

from __future__ import annotations

import json

import blocks
import pytest
from PIL import Image

from vidbudova.cli import main


@pytest.fixture
def city(tmp_path):
    session = blocks.new(tmp_path / "City.vbp.gpkg")
    blocks.add_layer(session, tmp_path, "buildings", blocks.row_of_houses(), "houses")
    x0, y0, x1, y1 = session.bounds("buildings")
    session.close()
    return tmp_path / "City.vbp.gpkg", ((x0 + x1) / 2, (y0 + y1) / 2)


@pytest.fixture
def run(capsys):
    def run(*words):
        code = main([str(w) for w in (*words, "--json")])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_that_views_make_a_path_and_the_path_a_video(city, run, tmp_path):
    project, (x, y) = city
    numbers = ("--at", x, y, 0, "--distance", 120, "--pitch", 30)
    for name, turn in (("From the south", 0), ("From the east", 270)):
        code, _body = run("view", "add", project, "--name", name, *numbers, "--heading", turn)
        assert code == 0
    code, body = run("view", "set", project, "--name", "From the east", "--pitch", 12)
    assert (code, body["pitch_deg"], body["heading_deg"]) == (0, 12.0, 270.0)
    assert [v["name"] for v in run("view", "list", project)[1]["views"]] == ["From the south", "From the east"]
    code, body = run("path", "add", project, "--name", "Tour", "From the south:1:0.5", "From the east:0.5")
    assert code == 0
    (path,) = run("path", "list", project)[1]["paths"]
    assert [(s["view"], s["seconds"], s["hold_s"]) for s in path["stops"]] == [
        ("From the south", 1.0, 0.5), ("From the east", 0.5, 0.0),
    ]  # fmt: skip
    code, body = run("video", project, "Tour", "--out", tmp_path / "tour.mp4", "--size", "160x90", "--fps", 10)
    assert (code, body["frames"], body["seconds"]) == (0, 11, 1.1)
    assert (tmp_path / "tour.mp4").read_bytes()[4:8] == b"ftyp"


def test_that_a_picture_is_rendered_from_a_named_view(city, run, tmp_path):
    project, (x, y) = city
    run("view", "add", project, "--name", "Down", "--at", x, y, 0, "--distance", 200, "--heading", 0, "--pitch", 90)
    assert run("render", project, "--out", tmp_path / "a.png", "--size", "160x90", "--view", "Down")[0] == 0
    assert run("render", project, "--out", tmp_path / "b.png", "--size", "160x90")[0] == 0
    assert Image.open(tmp_path / "a.png").tobytes() != Image.open(tmp_path / "b.png").tobytes()


def test_that_what_is_not_there_is_said(city, run, tmp_path):
    project, _middle = city
    assert run("video", project, "Nowhere", "--out", tmp_path / "a.mp4")[1]["error"]["key"] == "no-such-thing"
    assert run("path", "add", project, "--name", "Tour", "Nowhere")[1]["error"]["key"] == "no-such-thing"
    assert run("view", "remove", project, "--name", "Nowhere")[1]["error"]["key"] == "no-such-thing"
    assert not (tmp_path / "a.mp4").exists()


def test_that_a_path_whose_views_are_gone_says_so(city, run, tmp_path):
    project, (x, y) = city
    run("view", "add", project, "--name", "A", "--at", x, y, 0, "--distance", 200, "--heading", 0, "--pitch", 90)
    run("path", "add", project, "--name", "Tour", "A")
    run("view", "remove", project, "--name", "A")
    assert run("video", project, "Tour", "--out", tmp_path / "a.mp4")[1]["error"]["key"] == "path-empty"


def test_that_a_picture_is_rendered_from_numbers_and_odd_numbers_are_refused(city, run, tmp_path):
    project, (x, y) = city
    numbers = [x, y, 0, 200, 0, 90, 35]
    assert run("render", project, "--out", tmp_path / "a.png", "--size", "160x90", "--camera", *numbers)[0] == 0
    run("view", "add", project, "--name", "Down", "--at", x, y, 0, "--distance", 200, "--heading", 0, "--pitch", 90)
    assert run("render", project, "--out", tmp_path / "b.png", "--size", "160x90", "--view", "Down")[0] == 0
    assert Image.open(tmp_path / "a.png").tobytes() == Image.open(tmp_path / "b.png").tobytes()
    numbers[3] = 0
    _code, body = run("render", project, "--out", tmp_path / "c.png", "--size", "160x90", "--camera", *numbers)
    assert body["error"]["key"] == "value-wrong" and not (tmp_path / "c.png").exists()
