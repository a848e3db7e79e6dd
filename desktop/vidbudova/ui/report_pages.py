"""The report in HTML: first page, contents, and for each result its picture, figures with sources, charts, tables."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from vidbudova.plugin import Figure, Result, ResultTable
from vidbudova.text import _, day, moment, ngettext, number, with_unit
from vidbudova.ui.analysis_figures import said
from vidbudova.ui.analysis_rows import HIDDEN, heading, words

MOST_ROWS, MOST_COLUMNS = 12, 6
MOST_SINCE = 8
ABOVE = 5
"""Empty lines above the title."""
LONG = 22
"""Letters beyond which a cell rather takes a second line."""
WIDE_PX = 648
"""What fits between the margins of A4 at 96 dots an inch."""
STYLE = (
    "body { font-size: 9.5pt; color: #1B1F23; } h1 { font-size: 17pt; }"
    " h2 { font-size: 11.5pt; margin-top: 14px; margin-bottom: 4px; }"
    " th { text-align: left; background: #EBE8E2; font-weight: 600; } td, th { padding: 3px 5px; }"
    " .rows td, .rows th { font-size: 8.5pt; }"
    " .muted { color: #5C636A; font-size: 8.5pt; } .warn { color: #8A3B12; } .note { font-style: italic; }"
)
STALE = "#FBEBDD"


def pages(job: Mapping[str, Any], results: Sequence[Result], at: Sequence[int] = ()) -> str:
    """The whole; `at` says on which page each result begins, once that is known."""
    entries: list[dict[str, Any]] = job["entries"]
    parts = [_first(job, entries), _contents(entries, at)]
    for n, (entry, result) in enumerate(zip(entries, results, strict=True)):
        parts += _result(n, entry, result)
    return f"<html><body>{''.join(parts)}</body></html>"


def title_of(job: Mapping[str, Any]) -> str:
    """What the report is called."""
    return str(job["title"] or _("Analyses of {city}").format(city=job["city"]))


def picture_name(n: int) -> str:
    """The name of the picture of the city with a result."""
    return f"city-{n}"


def chart_name(n: int, k: int) -> str:
    """The name of the picture of a chart."""
    return f"chart-{n}-{k}"


def _first(job: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> str:
    scenarios = ", ".join(dict.fromkeys(_scenario(str(one["scenario"])) for one in entries))
    made = datetime.fromisoformat(str(job["made_at"]))
    lines = [
        (_("City"), job["city"]), (_("Date"), day(made.astimezone())), (_("Scenario"), scenarios),
        (_("Made by"), job["by"]), (_("Program"), f"Vidbudova {job['version']}"),
        (_("Data"), "; ".join(job["attributions"])),
    ]  # fmt: skip
    rows = "".join(
        f"<tr><td width='26%' class='muted'>{_safe(title)}</td><td width='74%'>{_safe(what)}</td></tr>"
        for title, what in lines
        if what
    )
    stale = sum(bool(one["stale"]) for one in entries)
    note = ngettext("{count} result is stale: its inputs have changed since.",
                    "{count} results are stale: their inputs have changed since.", stale)  # fmt: skip
    return (
        f"{'<p>&nbsp;</p>' * ABOVE}<p><span style='font-size: 26pt; font-weight: 600'>{_safe(title_of(job))}</span></p>"
        "<p>&nbsp;</p>"
        f"<table width='100%' cellspacing='0'>{rows}</table>" + (f"<p class='warn'>{_safe(note)}</p>" if stale else "")
    )


def _contents(entries: Sequence[Mapping[str, Any]], at: Sequence[int]) -> str:
    title, stale = _safe(_("Contents")), _safe(_("stale"))
    rows = "".join(
        f"<tr><td width='60%'>{n + 1}. {_safe(one['title'])}"
        + (f" <span class='warn'>({stale})</span>" if one["stale"] else "")
        + f"</td><td width='30%' class='muted'>{_safe(_when(one))}</td>"
        f"<td width='10%' align='right'>{at[n] if n < len(at) else '&nbsp;'}</td></tr>"
        for n, one in enumerate(entries)
    )
    return (
        f"<p>&nbsp;</p><p><span style='font-size: 14pt; font-weight: 600'>{title}</span></p>"
        f"<table width='100%' cellspacing='0'>{rows}</table>"
    )


def _result(n: int, entry: Mapping[str, Any], result: Result) -> list[str]:
    table = next((one for one in result.tables if one.name == entry["table"]), None)
    return [
        f"<h1 style='page-break-before: always'>{n + 1}. {_safe(entry['title'])}</h1>",
        f"<p class='muted'>{_safe(_when(entry))} · {_safe(_scenario(str(entry['scenario'])))} · "
        f"{_safe(entry['plugin'])} {_safe(entry['plugin_version'])} · "
        f"{_safe(with_unit(number(float(entry['seconds']), 1), 's'))}</p>",
        _stale(entry),
        f"<p class='note'>{_lines(str(entry['note']))}</p>" if entry["note"] else "",
        f"<p><img src='{picture_name(n)}' width='{WIDE_PX}'/></p>" if entry["picture"] else "",
        _legend(table),
        *(f"<p class='warn'>{_safe(warning)}</p>" for warning in dict.fromkeys((*result.warnings, *entry["warnings"]))),
        *(_paragraph(line) for line in result.report.split("\n") if line.strip()),
        _figures(result.figures),
        *(
            f"<h2>{_safe(chart.title)}</h2><p><img src='{chart_name(n, k)}' width='{WIDE_PX}'/></p>"
            for k, chart in enumerate(result.charts)
        ),
        *map(_table, result.tables),
        _given(entry),
    ]


def _stale(entry: Mapping[str, Any]) -> str:
    """That a result no longer holds, and what was done since."""
    if not entry["stale"]:
        return ""
    since = [f"{title} ({number(count)})" if count > 1 else title for title, count in entry["since"]]
    more = f" … +{number(len(since) - MOST_SINCE)}" if len(since) > MOST_SINCE else ""
    what = _("Since then: {what}").format(what="; ".join(since[:MOST_SINCE]) + more)
    what = what if since else _("The analysis, or a file that it read, is another now.")
    stale = _("Stale: what it rests on has changed since.")
    told = f"<b>{_safe(stale)}</b><br/>{_safe(what)}"
    return f"<table width='100%' cellpadding='6'><tr><td bgcolor='{STALE}'>{told}</td></tr></table>"


def _legend(table: ResultTable | None) -> str:
    if table is None:
        return ""
    from vidbudova.scene.result_legend import classed

    found = classed(table, "light")
    rows = "".join(
        f"<tr><td width='4%' bgcolor='#{r:02X}{g:02X}{b:02X}'></td><td width='66%'>{_safe(line.title)}</td>"
        f"<td width='30%' align='right' class='muted'>{number(int(count))}</td></tr>"
        for line, count in zip(found.legend.lines, found.counts.tolist(), strict=True)
        for r, g, b in [line.rgb]
    )
    title = with_unit(found.legend.title, found.legend.unit, ", ")
    title = title if title.startswith(table.title) else f"{table.title}: {title}"
    return f"<h2>{_safe(title)}</h2><table width='60%' cellspacing='1'>{rows}</table>"


def _paragraph(line: str) -> str:
    return f"<h2>{_safe(line[2:])}</h2>" if line.startswith("# ") else f"<p>{_safe(line)}</p>"


def _figures(figures: Sequence[Figure]) -> str:
    # a table each, so that each can be kept whole on a page
    rows = "".join(
        f"<table width='100%' cellspacing='0'><tr><td width='30%'>{_safe(one.title)}</td>"
        f"<td width='18%' align='right'><b>{_safe(said(one))}</b></td>"
        f"<td width='52%' class='muted'>{_origin(one)}</td></tr></table>"
        for one in figures
    )
    return _head(_("Figures")) + rows if rows else ""


def _origin(figure: Figure) -> str:
    parts = (
        (_("Formula"), figure.formula), (_("Inputs"), figure.inputs), (_("Source"), figure.source),
        (_("Date"), figure.date),
    )  # fmt: skip
    return "<br/>".join(f"{_safe(title)}: {_safe(what)}" for title, what in parts if what)


def _table(table: ResultTable) -> str:
    """The first rows of a table; the whole is in the project and can be written out."""
    place = getattr(table.frame, "_geometry_column_name", None)
    left_out = HIDDEN | {"id", str(place)}
    names = [str(name) for name in table.frame.columns if str(name) not in left_out][:MOST_COLUMNS]
    if not names or not len(table.frame):
        return ""
    some = table.frame[names].head(MOST_ROWS)
    cells = [[words(value) for value in row] for row in some.itertuples(index=False, name=None)]
    heads = [heading(table, name) for name in names]
    sides = ["left" if some[name].dtype == object else "right" for name in names]
    sizes = widths([list(column) for column in zip(heads, *cells, strict=True)])
    head = "".join(f"<th width='{w}%' align='{s}'>{_safe(h)}</th>" for w, s, h in zip(sizes, sides, heads, strict=True))
    rows = "".join(
        "<tr>" + "".join(f"<td align='{s}'>{_safe(cell)}</td>" for s, cell in zip(sides, row, strict=True)) + "</tr>"
        for row in cells
    )
    more = len(table.frame) - len(some)
    rest = ngettext("… and {count} more row", "… and {count} more rows", more)
    whole = f"<table width='100%' cellspacing='0' class='rows'><thead><tr>{head}</tr></thead>{rows}</table>"
    return f"<h2>{_safe(table.title)}</h2>{whole}" + (f"<p class='muted'>{_safe(rest)}</p>" if more else "")


def widths(columns: Sequence[Sequence[str]]) -> list[int]:
    """Widths in hundredths: room for the longest word of each column, and more for what is long."""
    wanted = [
        max(max((len(word) for cell in column for word in cell.split()), default=0), min(max(map(len, column)), LONG))
        + 3
        for column in columns
    ]
    found = [max(100 * one // sum(wanted), 1) for one in wanted]
    return [found[0] + 100 - sum(found), *found[1:]]


def _given(entry: Mapping[str, Any]) -> str:
    """With what it was run, and of what it was made."""
    rows = "".join(
        f"<tr><td width='50%' class='muted'>{_safe(title)}</td><td width='50%' class='muted'>{_safe(value)}</td></tr>"
        for title, value in entry["given"]
    )
    made = _("Checksum of everything it rests on (SHA-256): {sum}").format(sum=entry["inputs_sha256"])
    table = f"<table width='100%' cellspacing='0'>{rows}</table>" if rows else ""
    return _head(_("Settings")) + f"{table}<p class='muted'>{_safe(made)}</p>"


def _scenario(name: str) -> str:
    return _("what is true now") if name == "now" else name


def _when(entry: Mapping[str, Any]) -> str:
    return moment(datetime.fromisoformat(str(entry["ran_at"])))


def _lines(text: str) -> str:
    return "<br/>".join(map(_safe, text.split("\n")))


def _head(words: str) -> str:
    return f"<h2>{_safe(words)}</h2>"


def _safe(text: object) -> str:
    return html.escape(str(text))
