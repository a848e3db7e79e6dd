"""Files that were made to harm: each costs a sentence that names it, never the program and never another file."""

from __future__ import annotations

import os
import sqlite3
import sys
import zipfile
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.formats import registry
from vidbudova.formats.report import Limits

SECRET = "37.5,47.1,the secret of another file"


@pytest.fixture
def vrt(tmp_path: Path) -> str:
    """A GDAL virtual dataset that points to another file on this computer."""
    secret = tmp_path / "secret.csv"
    secret.write_text("lon,lat,said\n" + SECRET + "\n")
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
        '<GeometryField encoding="PointFromColumns" x="lon" y="lat"/></OGRVRTLayer></OGRVRTDataSource>'
    )


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "kml", "gpx", "csv", "shp", "osm"])
@pytest.mark.parametrize("before", ["", " " * 5000, "<!-- <osm> -->"])
def test_that_a_virtual_dataset_under_another_name_reads_no_other_file(take, tmp_path, vrt, ending, before):
    path = tmp_path / f"innocent.{ending}"
    path.write_text(before + vrt)
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key in ("file-unknown-format", "file-unreadable", "import-empty")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", registry.MODULES)
def test_that_no_driver_of_gdal_is_there_but_those_that_a_format_asks_for(name):
    import subprocess

    wanted = getattr(import_module(f"vidbudova.formats.{name}"), "DRIVERS", ())
    assert len(wanted) < 5
    code = (f"import os; from vidbudova.formats import gdal; os.environ.update(gdal.environment({wanted!r}));"
            f"import pyogrio; print(sorted(pyogrio.list_drivers()) == sorted({wanted!r}))")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "True", done.stderr


def test_that_the_bar_never_goes_back(take, tmp_path):
    import pyogrio
    import shapely

    path = tmp_path / "layers.gpkg"
    points = shapely.to_wkb([shapely.Point(n, n) for n in range(30_000)])
    for layer in ("a", "b", "c"):
        pyogrio.raw.write(
            path, geometry=points, field_data=[], fields=[], layer=layer, driver="GPKG", geometry_type="Point",
            crs="EPSG:32637", append=path.exists(),
        )  # fmt: skip
    shares: list[float] = []
    take(path, progress=lambda share, what: shares.append(share))
    assert len(shares) > 2 and shares == sorted(shares) and shares[-1] <= 1.0


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A GeoPackage whose layer is a view that never ends."""
    path = tmp_path / "endless.gpkg"
    import pyogrio
    import shapely

    pyogrio.raw.write(path, geometry=shapely.to_wkb([shapely.Point(1, 2)]), field_data=[], fields=[], layer="seed",
                      driver="GPKG", geometry_type="Point", crs="EPSG:32637")  # fmt: skip
    with closing(sqlite3.connect(path)) as db:
        db.executescript("""
            CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
              SELECT i AS fid, (SELECT geom FROM seed LIMIT 1) AS geom FROM n WHERE i < 0;
            INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('endless', 'features',
                'e', 32637);
            INSERT INTO gpkg_geometry_columns VALUES ('endless', 'geom', 'POINT', 32637, 0, 0);
        """)
    return path


def test_that_a_view_without_end_is_killed_by_the_time_limit(take, endless, tmp_path):
    with pytest.raises(UserError) as caught:
        take(endless, limits=Limits(seconds=3, quiet_seconds=2), staging=tmp_path / "s.sqlite")
    assert caught.value.key == "file-too-big"
    assert "endless.gpkg" in str(caught.value)
    assert not (tmp_path / "s.sqlite").exists()


def test_that_a_cancelled_reading_ends_at_once_and_leaves_nothing(take, endless, tmp_path):
    asked = iter([False] * 12 + [True] * 1000)
    with pytest.raises(UserError) as caught:
        take(endless, cancelled=lambda: next(asked), staging=tmp_path / "s.sqlite")
    assert caught.value.key == "import-cancelled"
    assert not (tmp_path / "s.sqlite").exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the resident size is read from /proc")
def test_that_a_file_that_needs_too_much_memory_is_refused(take, tmp_path):
    path = tmp_path / "large.geojson"
    path.write_text('{"type":"FeatureCollection","features":[' + "[0.1]," * 6_000_000 + "0]}")
    with pytest.raises(UserError) as caught:
        take(path, limits=Limits(memory_mb=250))
    assert caught.value.key == "file-too-big"
    assert "large.geojson" in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "kill"), reason="needs signals")
@pytest.mark.parametrize("how", ["os.abort()", "os._exit(139)", "os.kill(os.getpid(), 9)"])
def test_that_a_child_that_dies_is_a_sentence(take, tmp_path, monkeypatch, how):
    path = tmp_path / "deadly.geojson"
    path.write_text("{}")
    monkeypatch.setattr(paths, "child_command", lambda module: [sys.executable, "-c", f"import os; {how}"])
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key == "file-unreadable"
    assert "deadly.geojson" in str(caught.value)


def test_that_a_zip_bomb_is_refused(take, tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\0" * (40 << 20))
    with pytest.raises(UserError) as caught:
        take(path, limits=Limits(unpacked_mb=64))
    assert caught.value.key == "file-too-big"


def test_that_an_archive_cannot_write_outside_of_its_folder(take, tmp_path):
    path = tmp_path / "climbing.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../../climbed.shp", b"\x00\x00\x27\x0a" + b"\0" * 96)
        archive.writestr("/tmp/climbed-absolute.dbf", b"x")
    with pytest.raises(UserError):
        take(path)
    assert not list(tmp_path.parent.rglob("climbed*"))


def test_that_a_torn_shapefile_is_refused(take, tmp_path):
    path = tmp_path / "torn.shp"
    path.write_bytes(b"\x00\x00\x27\x0a" + b"\0" * 20 + (10_000).to_bytes(4, "big") + b"\xe8\x03\0\0" + b"\0" * 68)
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.key == "file-unreadable"


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 1000, b"SQLite format 3\0" + b"\xff" * 200, b"PK\x03\x04 torn", b"\x1f\x8b\x08 torn"]
)
@pytest.mark.parametrize("ending", ["gpkg", "zip", "osm.gz", "csv"])
def test_that_rubbish_is_a_sentence(take, tmp_path, content, ending):
    path = tmp_path / f"rubbish.{ending}"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        take(path)
    assert "rubbish" in str(caught.value)


def test_that_a_folder_is_no_file(take, tmp_path):
    with pytest.raises(UserError) as caught:
        take(tmp_path)
    assert caught.value.key == "file-missing"


def test_that_the_child_has_no_secrets_of_the_environment(monkeypatch, tmp_path):
    from vidbudova.formats import reading

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    assert not {"AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY"} & reading.environment(str(tmp_path)).keys()


def test_that_the_child_speaks_the_language_of_the_window(take, tmp_path, monkeypatch):
    from vidbudova import text

    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    monkeypatch.setattr(text, "_language", "uk")
    with pytest.raises(UserError) as caught:
        take(path)
    assert caught.value.values["reason"] == "він порожній"
