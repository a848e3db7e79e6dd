"""Heat that buildings lose over a heating season: an example of a plugin by somebody else."""

import csv
from statistics import median

import envelope
import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.stats import rankdata

from vidbudova.plugin import Chart, Figure, PluginError, Result, ResultTable, Series, Style, translate

from .heat import BUILT, U_VALUES, season_kwh, u_value

ABOUT = "0.024 · degree days · (U · outer area + 0.34 · 0.5 · volume)"
NOTHING = {
    "en": "There are no buildings to heat.",
    "uk": "Немає будівель, які опалювати.",
    "ko": "난방할 건물이 없습니다.",
}
AIR = "heat capacity of air, 0.34 Wh/(m³·K)"


def run(city, parameters, progress):
    """Find the heat demand of every building."""
    if not city.has("buildings"):
        raise PluginError(translate(NOTHING, city.language))
    progress(0.2, "…")
    found = city.table("buildings", ["geometry", "height_m", "built_year", "part_of"])
    found = found[found["part_of"].isna() & found["height_m"].notna()].reset_index(drop=True)
    found = found.merge(city.table("damage_marks", ["grade"]), on="id", how="left")
    u = u_value(found["built_year"].to_numpy(), parameters["insulation"] == "renovated", _table(parameters["u_values"]))
    shapes = found.geometry.to_numpy()
    progress(0.6, "…")
    found["heat_kwh"] = season_kwh(
        envelope.outer_area_m2(shapes, found["height_m"]), envelope.volume_m3(shapes, found["height_m"]), u,
        found["grade"].astype(float).to_numpy(), parameters["degree_days"],
    ).round(1)  # fmt: skip
    found["rank"] = rankdata(-found["heat_kwh"], method="ordinal")
    total = round(float(found["heat_kwh"].sum()) / 1000, 3)
    summary = {"heat_mwh": total, "median_kwh": float(median(found["heat_kwh"])) if len(found) else None}
    figure = Figure("heat_mwh", "Heat demand of a season", total, "MWh", ABOUT, "buildings, damage_marks", AIR, "2017")
    return Result(
        summary, figures=(figure,), tables=(_layer(found),), charts=(_by_age(found),),
        warnings=("Heights and storeys stand for heated rooms; cellars are left out.",),
    )  # fmt: skip


def _layer(found):
    frame = gpd.GeoDataFrame(found[["id", "geometry", "heat_kwh", "rank"]], crs=found.crs)
    return ResultTable(
        "demand", "Heat demand", frame, units={"heat_kwh": "kWh"}, titles={"heat_kwh": "Heat demand", "rank": "Rank"},
        about="buildings", style=Style("graduated", "heat_kwh", "kWh"),
    )  # fmt: skip


def _by_age(found):
    ages = pd.cut(found["built_year"], [-np.inf, *BUILT, np.inf], right=False)
    sums = (found.groupby(ages, observed=False)["heat_kwh"].sum() / 1000).round(3)
    series = Series("Heat demand", [str(age) for age in sums.index], sums.to_list())
    return Chart("by_age", "Heat demand by age", "bar", "Built", "MWh", (series,))


def _table(path):
    """U-values of a person's own file, one a line: first year without it, U."""
    if not path:
        return U_VALUES
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row]
    try:
        found = [float(row[1]) for row in rows]
    except (ValueError, IndexError):
        raise PluginError(f"{path}: each line has a year and a number.") from None
    if len(found) != len(U_VALUES):
        raise PluginError(f"{path}: {len(U_VALUES)} lines are needed.")
    return found
