"""The pages of a report: what they say, and where they begin and end."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPdfWriter

from vidbudova.plugin import Chart, Figure, Result, ResultTable, Series, Style
from vidbudova.ui import report_pages, report_pdf

LONG = "Найдовшоназваневидуробітзрозчищеннявулицьтапроїздівпісляобстрілу" * 2


def result(figures=3, rows=40):
    frame = pd.DataFrame(
        {"id": [str(n) for n in range(rows)], "street": [f"{LONG} {n}" for n in range(rows)], "min": range(rows)}
    )
    table = ResultTable(
        "t", "Streets", frame, {"min": "min"}, {"street": "Street", "min": "Time"}, "", Style("graduated", "min", "min")
    )
    made = tuple(
        Figure(f"f{n}", f"Figure <{n}>", n, "km", "a & b " * 30, "inputs " * 30, "source", "2024")
        for n in range(figures)
    )
    chart = Chart("c", "Curve", "line", "x", "y", (Series("a", [1, 2], [3.0, 4.0]),))
    return Result({}, made, (table,), (chart,), (), "# Heading\nWords.", ("Beware.",))


def entry(**changes):
    return {
        "id": "r1", "title": "Flow & more", "plugin": "guest", "plugin_version": "1.0", "scenario": "now",
        "ran_at": "2026-05-04T10:00:00+00:00", "seconds": 1.5, "stale": False, "inputs_sha256": "abc123",
        "given": [["Gap", "0.5"]], "note": "", "since": [], "table": "t", "warnings": [], "file": "", "picture": "",
    } | changes  # fmt: skip


def job(*entries, **changes):
    return {
        "language": "en", "title": "", "city": "Harbour", "made_at": "2026-05-05T10:00:00+00:00", "by": "Olena",
        "version": "0.1.0", "attributions": ["© Someone"], "entries": list(entries),
    } | changes  # fmt: skip


def test_that_pages_say_whose_city_when_by_whom_and_with_what():
    html = report_pages.pages(job(entry()), [result()], [2])
    for words in ("Harbour", "Olena", "Vidbudova 0.1.0", "© Someone", "1. Flow &amp; more", "05 May 2026", "abc123"):
        assert words in html, words
    assert "what is true now" in html and "Gap" in html and "Beware." in html and "Stale" not in html
    assert "Figure &lt;0&gt;" in html and "Formula: a &amp; b" in html and "Source: source" in html
    assert "… and 28 more rows" in html and "Time, min" in html and "over" in html, "a table with its first rows"


def test_that_a_title_notes_and_what_changed_since_are_told():
    stale = entry(stale=True, since=[["Mark damage", 3], ["Draw", 1]], note="Look <here>\nand there")
    html = report_pages.pages(job(stale, entry(), title="For the council"), [result(), result()])
    assert "For the council" in html and "Analyses of" not in html
    assert "Since then: Mark damage (3); Draw<" in html and "Look &lt;here&gt;<br/>and there" in html
    assert "1 result is stale" in html
    unknown = report_pages.pages(job(entry(stale=True)), [result()])
    assert "another now" in unknown, "not what is in the city changed, but the analysis"


@pytest.fixture
def writer(qapp, tmp_path):
    made = QPdfWriter(str(tmp_path / "a.pdf"))
    made.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    made.setPageMargins(report_pdf.MARGINS, QPageLayout.Unit.Millimeter)
    made.setResolution(report_pdf.DPI)
    return made


@pytest.mark.parametrize("figures", range(5, 12))
def test_that_no_heading_stands_alone_and_no_figure_is_parted(writer, figures):
    document = report_pdf.laid_out(job(entry(), entry()), [result(figures), result(figures)], writer)
    blocks = list(report_pdf._blocks(document))
    heads = [n for n, block in enumerate(blocks) if block.blockFormat().headingLevel()]
    assert len(heads) > 8
    for n in heads:
        assert report_pdf._page(document, blocks[n]) == report_pdf._page(document, blocks[n + 1]), blocks[n].text()
    tables = list(report_pdf._figures(document))
    assert len(tables) >= figures and not any(report_pdf._is_parted(document, one) for one in tables)


def test_that_the_contents_name_the_pages_on_which_results_begin(writer):
    document = report_pdf.laid_out(job(entry(), entry()), [result(), result()], writer)
    first, second = report_pdf.first_pages(document)
    assert first == 2 < second <= document.pageCount()
    words = [block.text() for block in report_pdf._blocks(document)][:60]
    assert str(first) in words and str(second) in words


def test_that_long_words_stay_between_the_margins(writer):
    document = report_pdf.laid_out(job(entry(title=LONG, note=LONG)), [result()], writer)
    room = document.pageSize().width() + 1
    for block in report_pdf._blocks(document):
        lines = block.layout()
        for n in range(lines.lineCount()):
            box = document.documentLayout().blockBoundingRect(block)
            assert box.left() + lines.lineAt(n).naturalTextRect().right() <= room, block.text()[:40]


def test_that_columns_are_as_wide_as_what_they_hold_needs():
    found = report_pages.widths([["a", "b"], ["a very long text indeed", "x"], ["Завантаження"]])
    assert sum(found) == 100 and found[0] < found[2] < found[1]


def test_that_the_file_has_a_number_on_every_page_and_can_be_empty_of_tables(qapp, tmp_path):
    bare = replace(result(0), tables=(), charts=(), report="", warnings=())
    picture = QImage(80, 40, QImage.Format.Format_RGB32)
    picture.fill(0xFF336699)
    assert picture.save(str(tmp_path / "p.png"))
    count = report_pdf.write(tmp_path / "a.pdf", job(entry(picture=str(tmp_path / "p.png"), table="")), [bare])
    assert count == 2 and (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(OSError, match="could not be written"):
        report_pdf.write(tmp_path / "none" / "a.pdf", job(entry()), [bare])
