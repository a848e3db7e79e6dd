"""JSON text read a piece at a time: a long list comes as its elements, and only one of them is held in memory."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any

from vidbudova.text import _

CHUNK = 1 << 20
MOST_VALUE = 256 << 20
"""Characters of one value; what is larger is not read."""
_BLANK = " \t\r\n"


class Stream:
    """Values of a JSON text one after the other.

    Raises
    ------
    json.JSONDecodeError
        With the place in the whole text; also for text that ends too early, and for a value that is far too large.
    UnicodeDecodeError
        With the byte in the whole file.
    """

    def __init__(self, file: IO[bytes], encoding: str, decoder: json.JSONDecoder) -> None:
        self._file, self._decoder = file, decoder
        self._text, self._at, self._over = "", 0, False
        self._letters = codecs.getincrementaldecoder(encoding)()
        self._before, self._lines, self._line_at = 0, 0, -1
        self.bytes = 0

    def peek(self) -> str:
        """The next character that is not blank; "" at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _BLANK:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, wanted: str, said: str) -> None:
        """Pass one character; JSONDecodeError with what is said if it is another."""
        if self.peek() != wanted:
            raise self.error(said)
        self._at += 1

    def value(self) -> Any:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                found, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._more():
                    continue
                raise self.error(error.msg, error.pos) from None
            # a number may go on behind what has been read
            if end == len(self._text) and self._more():
                continue
            self._at = end
            return found

    def elements(self) -> Iterator[Any]:
        """The elements of the list that comes now."""
        self.take("[", "Expecting value")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            if self.peek() == "]":
                self._at += 1
                return
            self.take(",", "Expecting ',' delimiter")

    def error(self, said: str, at: int | None = None) -> json.JSONDecodeError:
        """What is wrong, with the place in the whole text."""
        at = self._at if at is None else at
        found = json.JSONDecodeError(said, self._text, min(at, len(self._text)))
        found.pos = self._before + at
        found.lineno += self._lines
        found.colno = found.pos - (self._line_at if found.lineno == self._lines + 1 else found.pos - found.colno)
        found.args = (f"{said}: line {found.lineno} column {found.colno} (char {found.pos})",)
        return found

    def _more(self) -> bool:
        """Read on, at least as much as is waiting, so that a long value is not begun too often."""
        if self._over:
            return False
        waiting = len(self._text) - self._at
        if waiting > MOST_VALUE:
            raise self.error(_("one value is far too large"))
        data = self._file.read(max(CHUNK, waiting))
        try:
            new = self._letters.decode(data, final=not data)
        except UnicodeDecodeError as error:
            pending = len(error.object) - len(data)
            error.start += self.bytes - pending
            raise
        self.bytes += len(data)
        self._over = not data
        gone = self._text[: self._at]
        if (lines := gone.count("\n")) > 0:
            self._lines += lines
            self._line_at = self._before + gone.rindex("\n")
        self._before += self._at
        self._text, self._at = self._text[self._at :] + new, 0
        return True
