"""Videos: twice the same frames and bytes, whole or not there, and what a player finds in them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scene.district import AT, district

from vidbudova.errors import UserError
from vidbudova.scene import encoder
from vidbudova.scene.camera import Camera
from vidbudova.scene.encoder import Encoder
from vidbudova.scene.journey import Journey, Stop
from vidbudova.scene.scene import Scene
from vidbudova.scene.video import camera_of, frames, moments, numbers_of

SIZE = (192, 108)
A = Camera((AT[0], AT[1], 0.0), 700.0, 25.0, 35.0)
B = Camera((AT[0] + 60.0, AT[1], 0.0), 200.0, 60.0, 15.0)


@pytest.fixture
def scene() -> Iterator[Scene]:
    found = Scene(SIZE)
    found.set_city(district())
    yield found
    found.finalize()


def test_that_a_journey_drawn_twice_gives_the_same_frames_also_after_other_pictures(scene: Scene) -> None:
    journey = Journey([Stop(A), Stop(B, 0.5)])
    first = [f.copy() for f in frames(scene, journey, 10)]
    scene.set_camera(B)
    scene.pace = 0.3
    scene.render("moving")
    second = list(frames(scene, journey, 10))
    assert len(first) == 6 and all((a == b).all() for a, b in zip(first, second, strict=True))
    assert not (first[0] == first[-1]).all()


def test_that_averaged_frames_are_the_same_twice_and_smoother(scene: Scene) -> None:
    journey = Journey([Stop(A)])
    plain, soft, again = (next(frames(scene, journey, 10, n)).copy() for n in (1, 4, 4))
    assert (soft == again).all() and not (plain == soft).all()


def test_that_the_file_is_the_same_twice_and_holds_every_frame(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    shots = [np.kron(rng.integers(0, 255, (9, 16, 4)), np.ones((12, 12, 1))).astype(np.uint8) for _ in range(12)]
    for name in ("a.mp4", "b.mp4"):
        with Encoder(tmp_path / name, SIZE, 24) as made:
            for shot in shots:
                made.add(shot)
            made.close()
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    read = subprocess.run(
        [encoder.ffmpeg(), "-v", "error", "-i", str(tmp_path / "a.mp4"), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    seen = np.frombuffer(read, np.uint8).reshape(-1, 108, 192, 3)
    assert len(seen) == 12
    assert max(np.abs(a[::-1].astype(int) - b[..., :3]).mean() for a, b in zip(seen, shots, strict=True)) < 12


def test_that_a_video_that_is_abandoned_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Encoder(tmp_path / "a.mp4", SIZE, 24) as made:
        made.add(np.zeros((108, 192, 4), np.uint8))
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_that_an_encoder_that_fails_is_a_sentence_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "none"))
    with pytest.raises(UserError) as wrong:
        Encoder(tmp_path / "a.mp4", SIZE, 24)
    assert wrong.value.key == "export-failed" and not list(tmp_path.iterdir())
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE")
    with pytest.raises(UserError) as wrong, Encoder(tmp_path / "gone" / "a.mp4", SIZE, 24) as made:
        for _ in range(500):
            made.add(np.zeros((108, 192, 4), np.uint8))
        made.close()
    assert wrong.value.key == "export-failed" and not list(tmp_path.iterdir())


def test_that_an_odd_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        Encoder(tmp_path / "a.mp4", (191, 108), 24)


def test_that_a_view_and_its_numbers_are_the_same_camera() -> None:
    assert camera_of(numbers_of(B)) == B


def test_that_frames_come_at_even_moments_from_beginning_to_end() -> None:
    assert list(moments(Journey([Stop(A), Stop(B, 1.0)]), 4)) == [0.0, 0.25, 0.5, 0.75, 1.0]
    with pytest.raises(UserError):
        moments(Journey([Stop(A), Stop(B, 3600.0)]), 120)
