"""Classes, colours and words of results."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from vidbudova.plugin import ResultTable, Style
from vidbudova.scene.result_legend import building_colouring, classed, legend


def table(values: object, style: Style, **more: object) -> ResultTable:
    return ResultTable(
        "t", "A table", pd.DataFrame({"x": values, **more}), {"x": "veh/h"}, {"x": "Vehicles"}, "", style
    )


def lightness(rgb: tuple[int, int, int]) -> float:
    """CIE L* of an sRGB colour."""
    part = np.array(rgb) / 255.0
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    y = float(linear @ [0.2126, 0.7152, 0.0722])
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def test_that_breaks_are_upper_ends() -> None:
    found = classed(table([0.0, 10.0, 10.1, 20.0, 30.0], Style("graduated", "x", "", (10.0, 20.0))))
    assert found.of.tolist() == [0, 0, 1, 1, 2]
    assert found.counts.tolist() == [2, 2, 1]
    assert [line.title for line in found.legend.lines] == ["0 – 10 veh/h", "10 – 20 veh/h", "over 20 veh/h"]


def test_that_a_share_has_no_unit() -> None:
    found = legend(table([0.2, 1.4], Style("flow", "x", "1", (1.0,))))
    assert (found.unit, [line.title for line in found.lines]) == ("", ["0 – 1", "over 1"])


def test_that_no_class_is_named_for_what_no_row_has() -> None:
    assert len(classed(table([1.0, 9.0], Style("graduated", "x", "", (5.0, 10.0)))).legend.lines) == 2


def test_that_rows_without_a_number_are_said_to_have_none() -> None:
    found = classed(table([1.0, None, 7.0], Style("graduated", "x", "", (5.0,))))
    assert found.legend.lines[int(found.of[1])].key == "none"
    assert found.counts.sum() == 3


def test_that_classes_of_equal_count_hold_all_rows() -> None:
    values = np.random.default_rng(3).lognormal(4, 1, 600)
    found = classed(table(values, Style("graduated", "x")))
    assert len(found.legend.lines) == 6
    assert found.counts.min() > 60


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("kind", "unit"), [("flow", "veh/h"), ("graduated", "min")])
def test_that_a_sequence_is_ordered_in_lightness(theme: str, kind: str, unit: str) -> None:
    found = legend(table(np.arange(100.0), Style(kind, "x", unit)), theme)  # type: ignore[arg-type]
    steps = np.diff([lightness(line.rgb) for line in found.lines])
    assert len(steps) == 5
    assert (steps > 4).all() if theme == "dark" else (steps < -4).all()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_that_a_difference_is_even_about_zero(theme: str) -> None:
    found = classed(table(np.linspace(-50, 50, 101), Style("difference", "x")), theme)
    lines = found.legend.lines
    assert len(lines) % 2 == 1
    middle = lines[len(lines) // 2]
    assert found.of[50] == len(lines) // 2
    ends = [lightness(lines[0].rgb), lightness(lines[-1].rgb)]
    assert abs(ends[0] - ends[1]) < 18
    assert all(abs(end - lightness(middle.rgb)) > 25 for end in ends)


def test_that_less_and_more_are_told_apart_by_a_colour_blind_eye() -> None:
    # Viénot, Brettel and Mollon 1999: red and green fall together, blue against yellow stays
    lines = legend(table(np.linspace(-50, 50, 101), Style("difference", "x"))).lines
    less, more = np.array(lines[1].rgb, float), np.array(lines[-2].rgb, float)

    def seen(rgb: np.ndarray) -> np.ndarray:
        r, g, b = (rgb / 255.0) ** 2.2
        both = 0.11238 * r + 0.88762 * g
        return np.array([both, 0.00401 * r - 0.00401 * g + b]) ** (1 / 2.2) * 255

    assert np.abs(seen(less) - seen(more)).max() > 25


@pytest.mark.parametrize("kind", ["flow", "difference"])
def test_that_every_class_has_a_colour_of_its_own(kind: str) -> None:
    breaks = (-30.0, -20.0, -10.0, -5.0, 0.0, 5.0, 10.0, 20.0, 30.0)
    lines = legend(table(np.linspace(-50, 50, 101), Style(kind, "x", "", breaks))).lines  # type: ignore[arg-type]
    assert len({line.rgb for line in lines}) == len(lines) == 10


def test_that_large_borders_are_said_without_decimals() -> None:
    lines = legend(table([1.0, 900.0], Style("graduated", "x", "m", (9.5, 150.0)))).lines
    assert [line.title for line in lines] == ["0 – 9.5 m", "9.5 – 150 m", "over 150 m"]


def test_that_categories_keep_the_order_of_their_labels() -> None:
    style = Style("categories", "x", labels={"closed": "Closed", "open": "Open"})
    found = classed(table(["open", "closed", "other", None], style))
    assert [line.title for line in found.legend.lines][:3] == ["Closed", "Open", "other"]
    assert found.of.tolist() == [1, 0, 2, 3]


def test_that_labels_name_the_classes() -> None:
    style = Style("graduated", "x", "", (5.0,), labels={"a": "few", "b": "many"})
    assert [line.title for line in classed(table([1.0, 9.0], style)).legend.lines] == ["few", "many"]


def test_that_one_value_or_none_at_all_has_a_class() -> None:
    for values in ([4.0], [4.0, 4.0], [np.nan], []):
        found = classed(table(np.array(values, float), Style("graduated", "x")))
        assert len(found.rgb) == len(values)
        assert classed(table(np.array(values, float), Style("difference", "x"))).counts.sum() == len(values)


def test_that_buildings_without_a_row_have_no_value() -> None:
    made = table([1.0, 9.0], Style("graduated", "x", "", (5.0,)), id=["b", "a"])
    found = building_colouring(made, np.array(["a", "b", "c"], object))
    assert found.of.tolist() == [1, 0, 2]
    assert found.entries[2].key == "none"
