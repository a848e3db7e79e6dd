"""The report on A4: what the pages show as pictures, where pages begin and end, their numbers, and the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMarginsF, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
    QTextTable,
)

from vidbudova.plugin import Chart, Result
from vidbudova.text import _, number
from vidbudova.ui.analysis_chart import chart_widget
from vidbudova.ui.report_pages import STYLE, WIDE_PX, chart_name, pages, picture_name, title_of

DPI = 96
MARGINS = QMarginsF(19, 16, 19, 14)
FOOT_PX = 34
CHART = (WIDE_PX, 250)
MOST_PULLED = 200
"""Headings and figures that go to the next page; a report of a thousand pages stays as it falls."""


def write(path: Path, job: Mapping[str, Any], results: Sequence[Result]) -> int:
    """Write the report; gives how many pages it has.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    writer = QPdfWriter(str(path))
    writer.setTitle(title_of(job))
    writer.setCreator("Vidbudova")
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(MARGINS, QPageLayout.Unit.Millimeter)
    writer.setResolution(DPI)
    document = laid_out(job, results, writer)
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(_("the file could not be written"))
    _paint(document, painter, writer, title_of(job))
    painter.end()
    return document.pageCount()


def laid_out(job: Mapping[str, Any], results: Sequence[Result], writer: QPdfWriter) -> QTextDocument:
    """The pages as they will be printed, with their numbers in the contents."""
    document = QTextDocument()
    document.setDefaultStyleSheet(STYLE)
    document.setDocumentMargin(0)
    document.setDefaultTextOption(_anywhere())
    document.documentLayout().setPaintDevice(writer)
    for name, picture in _pictures(job, results):
        document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), picture)
    room = QRectF(writer.pageLayout().paintRectPixels(DPI))
    document.setPageSize(room.adjusted(0, 0, 0, -FOOT_PX).size())
    document.setHtml(pages(job, results))
    keep_together(document)
    # the numbers are as wide as the room that was left for them, so that nothing moves
    document.setHtml(pages(job, results, first_pages(document)))
    keep_together(document)
    return document


def _anywhere() -> QTextOption:
    """Words that are longer than a column are parted rather than cut off."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option


def _pictures(job: Mapping[str, Any], results: Sequence[Result]) -> Iterator[tuple[str, QImage]]:
    for n, (entry, result) in enumerate(zip(job["entries"], results, strict=True)):
        yield picture_name(n), QImage(str(entry["picture"]))
        for k, chart in enumerate(result.charts):
            yield chart_name(n, k), drawn(chart)


def drawn(chart: Chart) -> QImage:
    """A chart as a picture for paper."""
    widget = chart_widget(chart, "light")
    widget.setFixedSize(*CHART)
    palette = widget.palette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#1B1F23"))
    palette.setColor(QPalette.ColorRole.Window, QColor("white"))
    widget.setPalette(palette)
    widget.ensurePolished()
    picture = QImage(CHART[0] * 2, CHART[1] * 2, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(2.0)
    picture.fill(0xFFFFFFFF)
    widget.render(picture)
    widget.deleteLater()
    return picture


def first_pages(document: QTextDocument) -> list[int]:
    """The page on which each result begins."""
    return [_page(document, block) + 1 for block in _blocks(document) if block.blockFormat().headingLevel() == 1]


def keep_together(document: QTextDocument) -> None:
    """Begin a page before a heading that would stand alone at the foot of one, and before a figure that would part."""
    for _n in range(MOST_PULLED):
        document.markContentsDirty(0, document.characterCount())
        lonely = next((block for block in _blocks(document) if _is_lonely(document, block)), None)
        if lonely is not None:
            form = lonely.blockFormat()
            form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            QTextCursor(lonely).setBlockFormat(form)
            continue
        parted = next((one for one in _figures(document) if _is_parted(document, one)), None)
        if parted is None:
            return
        shape = parted.format()
        shape.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        parted.setFormat(shape)


def _is_lonely(document: QTextDocument, block: QTextBlock) -> bool:
    form, after = block.blockFormat(), block.next()
    if not form.headingLevel() or form.pageBreakPolicy() & QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore:
        return False
    return after.isValid() and _page(document, after) > _page(document, block)


def _figures(document: QTextDocument) -> Iterator[QTextTable]:
    """Tables of one row, but for those right below a heading, which would stand alone then."""
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable) and frame.rows() == 1:
            before = frame.firstCursorPosition().block().previous()
            if not before.blockFormat().headingLevel():
                yield frame


def _is_parted(document: QTextDocument, table: QTextTable) -> bool:
    if table.format().pageBreakPolicy() & QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore:
        return False
    last = table.cellAt(0, table.columns() - 1).lastCursorPosition().block()
    bottom = document.documentLayout().blockBoundingRect(last).bottom() - 1.0
    return int(bottom // document.pageSize().height()) > _page(document, table.firstCursorPosition().block())


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _page(document: QTextDocument, block: QTextBlock) -> int:
    """The page of a block's first line, which stands lower than the block where it did not fit."""
    top = document.documentLayout().blockBoundingRect(block).top()
    lines = block.layout()
    if lines.lineCount():
        top += lines.lineAt(0).y() - min(lines.lineAt(0).y(), 0.0) + 1.0
    return int(top // document.pageSize().height())


def _paint(document: QTextDocument, painter: QPainter, writer: QPdfWriter, title: str) -> None:
    size, count = document.pageSize(), document.pageCount()
    context = QAbstractTextDocumentLayout.PaintContext()
    context.palette.setColor(QPalette.ColorRole.Text, QColor("#1B1F23"))
    for page in range(count):
        if page:
            writer.newPage()
        painter.save()
        painter.translate(0, -page * size.height())
        context.clip = QRectF(0, page * size.height(), size.width(), size.height())
        painter.setClipRect(context.clip)
        document.documentLayout().draw(painter, context)
        painter.restore()
        _foot(painter, QRectF(0, size.height() + 8, size.width(), FOOT_PX - 8), title, page + 1, count)


def _foot(painter: QPainter, box: QRectF, title: str, page: int, count: int) -> None:
    """The title at the left, the number of the page at the right."""
    font = QFont(painter.font())
    font.setPointSizeF(8.0)
    painter.save()
    painter.setFont(font)
    painter.setPen(QColor("#5C636A"))
    middle = Qt.AlignmentFlag.AlignVCenter
    words = _("{page} of {count}").format(page=number(page), count=number(count))
    room = box.width() - painter.fontMetrics().horizontalAdvance(words) - 24
    short = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(room))
    painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeft, short)
    painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, words)
    painter.restore()
