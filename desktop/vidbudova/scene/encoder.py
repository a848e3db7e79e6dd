"""Frames to an MP4 file through ffmpeg, a program of its own: imageio-ffmpeg's, or the computer's."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

from vidbudova.errors import UserError
from vidbudova.scene.camera import Size
from vidbudova.text import _

CRF = 18
"""x264's quality: visually lossless for flat, clear pictures such as ours."""
FINISH_S = 120.0
WAITING = 3
"""So many frames may wait for the encoder while others are drawn."""


def ffmpeg() -> str:
    """The encoder's program.

    Raises
    ------
    UserError
        ``no-video-encoder`` where there is none.
    """
    if named := os.environ.get("IMAGEIO_FFMPEG_EXE"):
        return named
    beside = Path(sys.executable).with_name("ffmpeg.exe" if sys.platform == "win32" else "ffmpeg")
    if beside.is_file():
        return str(beside)
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        found = shutil.which("ffmpeg")
        if found is None:
            raise UserError("no-video-encoder") from None
        return found


class Encoder:
    """Takes frames (h, w, 4), as a window reads them, and makes a file of them; without `close` no file is left.

    The same frames give the same bytes: no time stamp and no threads that change the result. A thread hands the frames
    on, so that the next one is drawn meanwhile.
    """

    def __init__(self, out: Path, size: Size, fps: int) -> None:
        if any(side % 2 for side in size):
            raise UserError("value-wrong", value=f"{size[0]}x{size[1]}", field=_("a size"), reason=_("it must be even"))
        self.out, self.size = out, size
        self._part = out.with_name(f"{out.stem}.part.mp4")
        # a file, not a pipe: nobody reads it until the end, and a full pipe would stop the encoder
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the encoder
        try:
            self._process: subprocess.Popen[bytes] | None = subprocess.Popen(
                [ffmpeg(), *_arguments(size, fps), str(self._part)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
            )
        except OSError as error:
            self._said.close()
            raise UserError("export-failed", file=out, reason=error.strerror or str(error)) from error
        self._frames: queue.Queue[NDArray[np.uint8] | None] = queue.Queue(WAITING)
        self._broken: OSError | None = None
        self._hand = threading.Thread(target=self._hand_on, args=(self._process.stdin,), name="frames to the encoder")
        self._hand.start()

    def add(self, frame: NDArray[np.uint8]) -> None:
        """One more frame, bottom row first; it may not be written to any more."""
        width, height = self.size
        if frame.shape != (height, width, 4):
            raise ValueError(f"a frame of {frame.shape} for a video of {self.size}")
        if self._broken is not None:
            raise self._failed() from self._broken
        self._frames.put(np.ascontiguousarray(frame))

    def _hand_on(self, encoder: IO[bytes]) -> None:
        """Give the encoder what waits for it; after an error frames are taken and let go, so that nobody waits."""
        while (frame := self._frames.get()) is not None:
            if self._broken is None:
                try:
                    encoder.write(frame.data)
                except OSError as error:
                    self._broken = error

    def close(self) -> None:
        """Finish the file; it appears under its name whole."""
        process = self._process
        assert process is not None and process.stdin is not None
        self._frames.put(None)
        self._hand.join()
        if self._broken is not None:
            raise self._failed() from self._broken
        with contextlib.suppress(OSError):
            process.stdin.close()
        if process.wait(FINISH_S) != 0:
            raise self._failed()
        self._process = None
        self._said.close()
        self._part.replace(self.out)

    def _failed(self) -> UserError:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return UserError("export-failed", file=self.out, reason=(lines or [_("the encoder ended early")])[-1][:200])

    def abandon(self) -> None:
        """End without a file; nothing to do after `close`."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            self._frames.put(None)
            self._hand.join()
            if process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
            self._said.close()
            self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()


def _arguments(size: Size, fps: int) -> list[str]:
    return [
        "-y", "-hide_banner", "-loglevel", "error",
        "-f", "rawvideo", "-pix_fmt", "rgb0", "-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "-",
        "-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", str(CRF), "-threads", "2",
        "-vf", "vflip,scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p",
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-movflags", "+faststart",
    ]  # fmt: skip
