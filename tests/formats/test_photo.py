"""Photos: what the camera wrote is read, what is broken is left out, and no picture can eat the machine."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from vidbudova.errors import UserError
from vidbudova.formats.photo import read_photo

FOREIGN = Path(__file__).resolve().parents[3] / "shared" / "data"


def picture(path, size=(640, 480), format="JPEG", **exif_values):
    exif = Image.Exif()
    for tag, value in exif_values.pop("exif", {}).items():
        exif[tag] = value
    exif.get_ifd(0x8769).update(exif_values.pop("detail", {}))
    exif.get_ifd(0x8825).update(exif_values.pop("gps", {}))
    Image.new("RGB", size, "tomato").save(path, format, exif=exif)
    return path


def test_that_time_place_and_direction_are_read_as_the_camera_wrote_them(tmp_path):
    photo = read_photo(
        picture(
            tmp_path / "a.jpg",
            detail={0x9003: "2026:05:01 10:20:30", 0x9011: "+03:00"},
            gps={1: "N", 2: (47.0, 6.0, 30.0), 3: "E", 4: (37.0, 33.0, 36.0), 16: "T", 17: 271.5},
        )
    )
    assert photo.fields["taken_at"] == "2026-05-01T10:20:30+03:00"
    assert (photo.fields["lat"], photo.fields["lon"]) == pytest.approx((47 + 6.5 / 60, 37 + 33.6 / 60))
    assert photo.fields["bearing_deg"] == pytest.approx(271.5)


def test_that_no_time_zone_is_made_up(tmp_path):
    photo = read_photo(picture(tmp_path / "a.jpg", detail={0x9003: "2026:05:01 10:20:30"}))
    assert photo.fields["taken_at"] == "2026-05-01T10:20:30"


def test_that_south_and_west_are_negative(tmp_path):
    photo = read_photo(picture(tmp_path / "a.jpg", gps={1: "S", 2: (1.0, 30.0, 0.0), 3: "W", 4: (2.0, 0.0, 0.0)}))
    assert (photo.fields["lat"], photo.fields["lon"]) == (-1.5, -2.0)


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: (97.0, 0.0, 0.0), 3: "E", 4: (37.0, 0.0, 0.0)},
        {1: "N", 2: (47.0, 0.0, 0.0)},
        {17: 400.0},
    ],
    ids=["no fix", "past the pole", "half a place", "past north"],
)
def test_that_a_place_that_cannot_be_is_left_out(tmp_path, gps):
    fields = read_photo(picture(tmp_path / "a.jpg", gps=gps)).fields
    assert not {"lat", "lon", "bearing_deg"} & set(fields)


def test_that_a_turned_picture_stands_upright_and_the_thumbnail_is_small(tmp_path):
    photo = read_photo(picture(tmp_path / "a.jpg", (800, 400), exif={0x0112: 6}))
    assert (photo.fields["width_px"], photo.fields["height_px"]) == (400, 800)
    with Image.open(io.BytesIO(photo.fields["thumbnail"])) as thumbnail:
        assert thumbnail.size == (128, 256)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_that_the_ending_follows_what_the_file_is_and_not_its_name(tmp_path, format):
    photo = read_photo(picture(tmp_path / "scan.dat", format=format))
    assert photo.ending in (".jpg", ".png", ".webp", ".tif")
    assert photo.ending[1] == format[0].lower()
    assert photo.fields["file_name"] == "scan.dat"


def test_that_the_same_bytes_under_two_names_have_one_checksum(tmp_path):
    a = picture(tmp_path / "a.jpg")
    b = tmp_path / "b.jpg"
    b.write_bytes(a.read_bytes())
    assert read_photo(a).sha256 == read_photo(b).sha256


def bomb(width, height):
    """A PNG of a few hundred bytes that claims any size."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [12_000, 60_000, 2_000_000])
def test_that_a_picture_that_claims_to_be_huge_is_refused_before_it_is_unpacked(tmp_path, side):
    (tmp_path / "bomb.png").write_bytes(bomb(side, side))
    with pytest.raises(UserError) as refused:
        read_photo(tmp_path / "bomb.png")
    assert refused.value.key == "photo-unreadable"
    assert "pixels" in str(refused.value)


def test_that_a_cut_off_picture_and_a_text_are_refused_with_a_sentence(tmp_path):
    whole = picture(tmp_path / "a.jpg", (1000, 1000)).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.jpg").write_text("not a picture")
    for name in ("cut.jpg", "text.jpg"):
        with pytest.raises(UserError, match=name):
            read_photo(tmp_path / name)
    with pytest.raises(UserError) as missing:
        read_photo(tmp_path / "none.jpg")
    assert missing.value.key == "file-missing"


def test_that_broken_notes_of_the_camera_do_not_lose_the_picture(tmp_path):
    data = bytearray(picture(tmp_path / "a.jpg", detail={0x9003: "2026:05:01 10:20:30"}).read_bytes())
    at = data.index(b"Exif\0\0") + 6
    data[at + 4 : at + 8] = b"\xff\xff\xff\x7f"
    (tmp_path / "b.jpg").write_bytes(data)
    assert read_photo(tmp_path / "b.jpg").fields["width_px"] == 640


@pytest.mark.skipif(not FOREIGN.is_dir(), reason="the shared test data are not on this machine")
def test_that_real_cameras_and_broken_files_give_a_photo_or_a_sentence():
    """Photos must not vanish for odd metadata: https://github.com/opengisch/QField/issues/3922."""
    read, refused = 0, 0
    for path in [*FOREIGN.glob("field_survey/photos_gps/*"), *FOREIGN.glob("bad_inputs/photo_exif/*")]:
        try:
            fields = read_photo(path).fields
        except UserError:
            refused += 1
            continue
        assert fields["thumbnail"] and fields["width_px"] > 0
        read += 1
    assert (read, refused) == (21, 2)
    placed = read_photo(FOREIGN / "field_survey/photos_gps/DSCN0010.jpg").fields
    assert (placed["lat"], placed["lon"]) == pytest.approx((43.467448, 11.885127), abs=1e-5)
