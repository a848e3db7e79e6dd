"""A shown result as files: its tables and numbers into a folder, a chart as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QWidget

from vidbudova.errors import UserError
from vidbudova.plugin import Result
from vidbudova.text import _

if TYPE_CHECKING:
    from vidbudova.ui.desk import Desk

SHARP = 2
PICTURES = "*.png *.svg"


def save_result(desk: Desk, result: Result, parent: QWidget) -> None:
    """Ask for a folder and write everything there, in a thread."""
    folder = QFileDialog.getExistingDirectory(parent, _("Write the tables into a folder"))
    if folder:
        save_into(desk, result, Path(folder))


def save_into(desk: Desk, result: Result, folder: Path) -> None:
    """Write everything into a folder, in a thread."""
    from vidbudova.session.exporting_results import export_result

    session = desk.session
    if session is None:
        return
    crs = session.crs

    def work(progress: Any, cancelled: Any) -> list[Path]:
        return export_result(result, crs, folder)

    desk.jobs.start(_("Writing the tables"), work, lambda written: _said(desk, folder))


def save_chart(desk: Desk, chart: QWidget, name: str) -> None:
    """Ask for a file and write a chart there, as PNG or SVG by its ending."""
    suggested = str(Path(name).with_suffix(".png"))
    path, _kind = QFileDialog.getSaveFileName(chart, _("Save the picture of the chart"), suggested, PICTURES)
    if path:

        def draw() -> None:
            draw_into(chart, Path(path))
            _said(desk, Path(path))

        desk.attempt(draw)


def draw_into(chart: QWidget, path: Path) -> None:
    """Draw a chart into a PNG or SVG file.

    Raises
    ------
    UserError
        export-failed.
    """
    if path.suffix.lower() == ".svg":
        from PySide6.QtSvg import QSvgGenerator

        drawing = QSvgGenerator()
        drawing.setFileName(str(path))
        drawing.setSize(chart.size())
        drawing.setViewBox(chart.rect())
        drawing.setTitle(chart.accessibleName())
        painter = QPainter()
        written = painter.begin(drawing)
        if written:
            chart.render(painter, QPoint())
            painter.end()
    else:
        picture = QImage(chart.size() * SHARP, QImage.Format.Format_ARGB32)
        picture.setDevicePixelRatio(SHARP)
        picture.fill(chart.palette().window().color())
        chart.render(picture)
        written = picture.save(str(path))
    if not written:
        raise UserError("export-failed", file=path.name, reason=_("the file could not be written"))


def _said(desk: Desk, path: Path) -> None:
    desk.notify(_("Written: {file}").format(file=path.name))
