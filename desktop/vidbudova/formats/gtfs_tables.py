"""The tables of a timetable: text with a header, whatever its letters and line ends."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.formats import encodings
from vidbudova.formats.intake import Intake

SAMPLE = 1 << 18


class Tables:
    """Rows of each table as they are asked for; none for a table that is not there."""

    def __init__(self, files: Mapping[str, Path], intake: Intake) -> None:
        self.files = files
        self.intake = intake
        self.letters: dict[str, str] = {}

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """The rows of a table, cells stripped of blanks around them."""
        path = self.files.get(name)
        if path is None:
            return
        encoding = self._encoding(name, path)
        with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, errors="replace", newline="") as text:
            reader = csv.reader(line.replace("\0", "") for line in text)
            try:
                header = [cell.strip().lstrip("\ufeff") for cell in next(reader, [])]
                for row in reader:
                    if any(row):
                        yield dict(zip(header, (cell.strip() for cell in row), strict=False))
            except csv.Error as error:
                raise UserError("file-unreadable", file=self.intake.job.name, reason=f"{name}: {error}") from None

    def _encoding(self, name: str, path: Path) -> str:
        if name not in self.letters:
            with path.open("rb") as opened:
                sample = opened.read(SAMPLE)
            found, guessed = encodings.of_text(sample)
            if guessed:
                self.intake.note_letters(found, sample)
            self.letters[name] = self.intake.letters(found)
        return self.letters[name]
