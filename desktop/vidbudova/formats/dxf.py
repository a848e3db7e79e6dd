"""DXF drawings as underlays: every thing keeps the name of its layer. A drawing never says where on earth it lies."""

from __future__ import annotations

import re
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.formats import encodings, gdal, values
from vidbudova.formats.features import Features
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "dxf"
TITLE = "DXF"
ENDINGS = (".dxf",)
DRIVERS = ("DXF",)

_START = re.compile(rb"^\s*(?:999\s*?\n[^\n]*\n\s*)*0\s*?\n\s*SECTION\s", re.M)
_UNIT = re.compile(rb"\$INSUNITS\s+70\s+(\d+)")
_VERSION = re.compile(rb"\$ACADVER\s+1\s+AC(\d{4})")
_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+ANSI_(\d{3,4})", re.I)
UTF8_SINCE = 1021
BINARY = b"AutoCAD Binary DXF"
UNITS = {1: "inches", 2: "feet", 4: "millimetres", 5: "centimetres", 21: "us-feet"}
"""What the drawing says its unit is, where that is not the metre -> the mend that makes metres of it."""
HEADER = 1 << 20


def sniff(path: Path, head: bytes) -> bool:
    """A first section, after comments; or the binary kind, which is then refused by name."""
    return _START.match(head.lstrip(b"\xef\xbb\xbf")) is not None or head.startswith(BINARY)


def read(path: Path, intake: Intake, layer: str = "") -> None:
    """Everything in the model; what is drawn on sheets of paper is set aside."""
    with path.open("rb") as opened:
        head = opened.read(HEADER)
    if head.startswith(BINARY):
        raise UserError("file-unreadable", file=intake.job.name, reason=_("it is a binary DXF; save it as text"))
    _say_letters(head)
    unit = UNITS.get(int(said[1])) if (said := _UNIT.search(head)) else None
    if unit is not None:
        intake.see_unit(unit)
    for name, _kind in gdal.layers(path):
        gdal.read_layer(path, name, intake, name=layer or Path(intake.job.name).stem, each=_underlay)


def _say_letters(head: bytes) -> None:
    """Since 2007 the text is UTF-8; before, on the page that the header names; without a word, as it looks."""
    import pyogrio

    version, page = _VERSION.search(head), _PAGE.search(head)
    if version and int(version[1]) >= UTF8_SINCE:
        letters = "UTF-8"
    else:
        letters = f"CP{page[1].decode()}" if page else encodings.of_text(head)[0].upper()
    pyogrio.set_gdal_config_options({"DXF_ENCODING": letters})


def _underlay(batch: Features) -> None:
    """Name things as a drawing does: by their layer, and by the text that they are."""
    for at, said in enumerate(batch.attributes):
        if values.truth(said.get("PaperSpace")):
            batch.faults[at] = ("paper-space", "")
        if drawn := said.get("Layer"):
            said["kind"] = drawn
        if text := said.get("Text"):
            said["name"] = text
    batch.columns = (*batch.columns, "kind", "name")
