"""A result as a page to print: what was run on what, figures with their sources, the view, charts and short tables."""

from __future__ import annotations

import html
from pathlib import Path

from PySide6.QtCore import QMarginsF, QUrl
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from vidbudova.errors import UserError
from vidbudova.plugin import Chart, Result, ResultTable
from vidbudova.session.analyses import Kept
from vidbudova.text import _, number
from vidbudova.ui.analysis_chart import chart_widget
from vidbudova.ui.analysis_figures import said
from vidbudova.ui.analysis_rows import HIDDEN, words

MOST_ROWS, MOST_COLUMNS = 15, 7
WIDE_PX = 680
CHART = (680, 260)
STYLE = (
    "body { font-size: 9.5pt; } h1 { font-size: 17pt; } h2 { font-size: 12pt; margin-top: 14px; }"
    " th { text-align: left; background: #EBE8E2; } td, th { padding: 3px 6px; } .muted { color: #5C636A; }"
)


def write(path: Path, kept: Kept, result: Result, picture: QImage) -> Path:
    """Write the page as PDF; it is whole, or not there.

    Raises
    ------
    UserError
        export-failed.
    """
    document = QTextDocument()
    document.setDefaultStyleSheet(STYLE)
    _add(document, "view", picture.scaledToWidth(2 * WIDE_PX) if picture.width() > 2 * WIDE_PX else picture)
    for chart in result.charts:
        _add(document, chart.name, drawn(chart))
    document.setHtml(page(kept, result))
    part = path.with_name(path.name + ".part")
    writer = QPdfWriter(str(part))
    writer.setTitle(kept.title)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(18, 16, 18, 16), QPageLayout.Unit.Millimeter)
    writer.setResolution(96)
    document.setPageSize(writer.pageLayout().paintRectPixels(96).size().toSizeF())
    document.print_(writer)
    del writer
    try:
        part.replace(path)
    except OSError as error:
        raise UserError("export-failed", file=path.name, reason=error.strerror or str(error)) from error
    return path


def page(kept: Kept, result: Result) -> str:
    """The page as HTML; pictures are named "view" and as the charts."""
    given = {name: value for name, value in kept.parameters.items() if value not in ("", [], None)}
    parameters = ", ".join(f"{name} = {value}" for name, value in given.items())
    parts = [
        f"<h1>{_safe(kept.title)}</h1>",
        f"<p class='muted'>{_safe(kept.ran_at)} · {_safe(kept.plugin)} {_safe(kept.version)} · "
        f"{_safe(kept.scenario)} · {_safe(parameters)}<br/>sha256 {kept.inputs_sha256}</p>",
        *([f"<p><b>{_safe(_('Stale: what it rests on has changed since.'))}</b></p>"] if kept.stale else []),
        f"<p><img src='view' width='{WIDE_PX}'/></p>",
        *(_paragraph(line) for line in result.report.split("\n") if line.strip()),
        _figures(result),
        *map(_chart, result.charts),
        *(_table(table) for table in result.tables),
        *(f"<p class='muted'>{_safe(warning)}</p>" for warning in result.warnings),
    ]
    return "".join(parts)


def drawn(chart: Chart) -> QImage:
    """A chart as a picture for paper."""
    widget = chart_widget(chart, "light")
    widget.setFixedSize(*CHART)
    widget.setStyleSheet("background: white;")
    widget.ensurePolished()
    picture = QImage(CHART[0] * 2, CHART[1] * 2, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(2.0)
    picture.fill(0xFFFFFFFF)
    widget.render(picture)
    widget.deleteLater()
    return picture


def _add(document: QTextDocument, name: str, picture: QImage) -> None:
    document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), picture)


def _chart(chart: Chart) -> str:
    return f"<h2>{_safe(chart.title)}</h2><p><img src='{_safe(chart.name)}' width='{WIDE_PX}'/></p>"


def _paragraph(line: str) -> str:
    return f"<h2>{_safe(line[2:])}</h2>" if line.startswith("# ") else f"<p>{_safe(line)}</p>"


def _figures(result: Result) -> str:
    rows = "".join(
        f"<tr><td>{_safe(one.title)}</td><td align='right'>{_safe(said(one))}</td>"
        f"<td class='muted'>{_safe(one.formula)}<br/>{_safe(one.inputs)}<br/>"
        f"{_safe(one.source)} {_safe(one.date)}</td></tr>"
        for one in result.figures
    )
    return f"<h2>{_safe(_('Figures'))}</h2><table width='100%' border='0'>{rows}</table>" if rows else ""


def _table(table: ResultTable) -> str:
    """The first rows of a table; the whole is in the project and can be written out."""
    place = getattr(table.frame, "_geometry_column_name", None)
    left_out = HIDDEN | {"id", str(place)}
    names = [str(name) for name in table.frame.columns if str(name) not in left_out][:MOST_COLUMNS]
    some = table.frame[names].head(MOST_ROWS)
    head = "".join(f"<th>{_safe(table.titles.get(name, name))}</th>" for name in names)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_safe(words(value))}</td>" for value in row) + "</tr>"
        for row in some.itertuples(index=False, name=None)
    )
    more = len(table.frame) - len(some)
    rest = f"<p class='muted'>{_safe(_('… and {n} more rows').format(n=number(more)))}</p>" if more else ""
    return f"<h2>{_safe(table.title)}</h2><table width='100%'><tr>{head}</tr>{rows}</table>{rest}"


def _safe(text: object) -> str:
    return html.escape(str(text))
