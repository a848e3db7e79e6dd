"""GeoJSON read a piece at a time: what comes is what the whole text says, wherever the pieces end."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from vidbudova.errors import UserError
from vidbudova.formats import json_stream
from vidbudova.formats.geojson_document import Document
from vidbudova.formats.json_stream import Stream

POINT = {
    "type": "Feature",
    "id": 1,
    "properties": {"name": 'Мир\n\\"}],'},
    "geometry": {"type": "Point", "coordinates": [1.25, -2e3]},
}
MERCATOR = {"type": "name", "properties": {"name": "EPSG:3857"}}


class Letters:
    """As much of an intake as the document asks for."""

    class job:
        name = "test.geojson"

    def letters(self, usual: str) -> str:
        return usual


def document(path: Path, text: str) -> Document:
    file = path / "test.geojson"
    file.write_text(text, encoding="utf-8")
    return Document(file, Letters())  # type: ignore[arg-type]


@pytest.fixture(params=[1, 2, 7, 64, 1 << 20], autouse=True)
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", request.param)


def test_that_elements_come_as_the_whole_text_has_them() -> None:
    values: list[Any] = [1, 12345, -1.5e10, "ї", [], {}, None, True, [[1, 2], {"a": "]"}], POINT]
    for indent in (None, 2):
        data = json.dumps(values, ensure_ascii=False, indent=indent).encode()
        assert list(Stream(io.BytesIO(data), "utf-8-sig", json.JSONDecoder()).elements()) == values


@pytest.mark.parametrize(
    "text", ['{"type": "Feature"', '{"a" 1}', "[1, 2", "[1,\n 2,]", "[1 2]", '["a\n', "[1]x", "", "{,}"]
)
def test_that_a_fault_is_named_with_its_place_in_the_whole(tmp_path: Path, text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as whole:
        json.loads(text)
    with pytest.raises(UserError) as told:
        list(document(tmp_path, text).features())
    if "delimiter" in str(whole.value) or text == "{,}":
        assert str(whole.value).split(": ")[-1] in str(told.value)
    assert told.value.key in ("file-unreadable", "file-unknown-format")


@pytest.mark.parametrize(
    "order", [("type", "crs", "features"), ("features", "crs", "type"), ("crs", "features", "type")]
)
def test_that_members_may_come_in_any_order(tmp_path: Path, order: tuple[str, ...]) -> None:
    whole = {"type": "FeatureCollection", "crs": MERCATOR, "features": [POINT, POINT]}
    found = document(tmp_path, json.dumps({name: whole[name] for name in order}))
    assert found.crs == "EPSG:3857"
    assert list(found.features()) == [POINT, POINT]


def test_that_features_may_come_one_a_line(tmp_path: Path) -> None:
    assert list(document(tmp_path, f"{json.dumps(POINT)}\n\n{json.dumps(POINT)}\n").features()) == [POINT, POINT]
    assert list(document(tmp_path, f"\x1e{json.dumps(POINT)}\n").features()) == [POINT]
    with pytest.raises(UserError, match="3"):
        list(document(tmp_path, f'{json.dumps(POINT)}\n\n{{"type": "Point"}}\n').features())


def test_that_a_lone_feature_or_geometry_is_one_feature(tmp_path: Path) -> None:
    assert list(document(tmp_path, json.dumps(POINT)).features()) == [POINT]
    (found,) = document(tmp_path, json.dumps(POINT["geometry"])).features()
    assert found["geometry"] == POINT["geometry"]


@pytest.mark.parametrize("text", ['{"type": "FeatureCollection"}', '{"type": "FeatureCollection", "features": {}}'])
def test_that_features_must_be_a_list(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError) as told:
        list(document(tmp_path, text).features())
    assert told.value.key == "file-unreadable"


def test_that_names_said_twice_are_noted(tmp_path: Path) -> None:
    text = '{"type": "FeatureCollection", "a": 1, "a": 2, "features": [{"type": "Feature", "b": 1, "b": 2}]}'
    found = document(tmp_path, text)
    assert len(list(found.features())) == 1
    assert sorted(found.repeated) == ["a", "b"]


def test_that_a_byte_that_is_no_letter_is_named_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "bad.geojson"
    file.write_bytes(b'{"type": "FeatureCollection", "features": ["\xff\xfe"]}')
    with pytest.raises(UserError, match="byte 44"):
        list(Document(file, Letters()).features())  # type: ignore[arg-type]
