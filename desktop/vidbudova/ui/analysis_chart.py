"""Charts of results in the colours of the theme."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from vidbudova.plugin import Chart
from vidbudova.text import number
from vidbudova.ui.damage_flow import FlowLayout
from vidbudova.ui.theme import tokens

HEIGHT = 230
SWATCH = 11
SERIES = {
    "light": ("#1F5FA8", "#C4572B", "#0B7A5E", "#8A3FA0", "#7A6A2A"),
    "dark": ("#62B2E2", "#F0935B", "#68BC93", "#C28BD8", "#D8C46A"),
}
"""Colours of series, apart from each other for all kinds of sight and from the grades of damage."""
BAR_ROOM = 0.8


def chart_widget(chart: Chart, theme: str) -> QWidget:
    """One chart: lines, steps, bars or points; above it the names of its series where there are several."""
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    if len(chart.series) > 1:
        column.addWidget(_names(chart, theme))
    column.addWidget(_plot(chart, theme))
    return body


def _names(chart: Chart, theme: str) -> QWidget:
    body = QWidget()
    flow = FlowLayout(body, gap=10)
    for k, series in enumerate(chart.series):
        picture = QPixmap(SWATCH, SWATCH)
        picture.fill(QColor(_colour(k, theme)))
        sign, one = QLabel(), QWidget()
        sign.setPixmap(picture)
        line = QHBoxLayout(one)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(sign)
        line.addWidget(QLabel(series.title))
        flow.addWidget(one)
    return body


def _colour(k: int, theme: str) -> str:
    return SERIES[theme][k % len(SERIES[theme])]


def _plot(chart: Chart, theme: str) -> QWidget:
    import pyqtgraph as pg

    pg.setConfigOptions(antialias=True)
    plot = pg.PlotWidget(background=None, axisItems={side: _axis(pg, side) for side in ("left", "bottom")})
    plot.setObjectName(f"chart-{chart.name}")
    plot.setAccessibleName(chart.title)
    plot.setFixedHeight(HEIGHT)
    plot.setFrameShape(QFrame.Shape.NoFrame)
    plot.setStyleSheet("background: transparent;")
    plot.setMenuEnabled(False)
    plot.setMouseEnabled(x=False, y=False)
    plot.hideButtons()
    ink = tokens(theme)["text"]
    for side, words in (("left", chart.y_title), ("bottom", chart.x_title)):
        axis = plot.getAxis(side)
        axis.enableAutoSIPrefix(False)
        axis.setPen(ink)
        axis.setTextPen(ink)
        plot.setLabel(side, words, color=ink)
    plot.showGrid(y=True, alpha=0.2)
    plot.setLogMode(y=chart.log_y)
    names = _words(chart)
    if names:
        plot.getAxis("bottom").setTicks([list(enumerate(names))])
    for k, series in enumerate(chart.series):
        x = np.array([names.index(str(one)) for one in series.x], float) if names else np.asarray(series.x, float)
        _draw(pg, plot, chart, k, x, np.asarray(series.y, float), series.title, _colour(k, theme))
    return plot  # type: ignore[no-any-return]


def _axis(pg: Any, side: str) -> Any:
    """An axis whose numbers are written as the language writes them."""

    class Axis(pg.AxisItem):  # type: ignore[misc]
        def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
            """Each number with as many decimals as the steps between them need."""
            if self.logMode:
                return [str(words) for words in super().tickStrings(values, scale, spacing)]
            size = spacing * scale
            decimals = max(0, math.ceil(-math.log10(size) - 1e-9)) if size > 0 else 0
            return [number(value * scale, decimals) for value in values]

    return Axis(side)


def _words(chart: Chart) -> list[str]:
    """What stands along the axis where it is words, in order; none where it is numbers."""
    if all(isinstance(one, int | float) and not isinstance(one, bool) for series in chart.series for one in series.x):
        return []
    return list(dict.fromkeys(str(one) for series in chart.series for one in series.x))


def _draw(pg: Any, plot: Any, chart: Chart, k: int, x: Any, y: Any, title: str, rgb: str) -> None:
    pen = pg.mkPen(rgb, width=2)
    if chart.kind == "bar":
        width = BAR_ROOM / len(chart.series)
        start = x - BAR_ROOM / 2 + width * k
        bars = pg.BarGraphItem(x0=start, width=width * 0.92, height=np.nan_to_num(y), brush=rgb, pen=None, name=title)
        plot.addItem(bars)
    elif chart.kind == "scatter":
        plot.plot(x, y, pen=None, symbol="o", symbolSize=6, symbolBrush=rgb, symbolPen=None, name=title)
    elif chart.kind == "step":
        ends = np.append(x, x[-1:]) if len(x) else x
        plot.plot(ends, y, pen=pen, stepMode="center" if len(ends) == len(y) + 1 else None, name=title)
    else:
        plot.plot(x, y, pen=pen, name=title, connect="finite")
