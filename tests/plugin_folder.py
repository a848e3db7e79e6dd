"""A small plugin in a folder, for tests that break it."""

from __future__ import annotations

import textwrap
from pathlib import Path

MANIFEST = """
id = "{id}"
api = 1
version = "1.0"
entry = "{entry}"
reads = ["buildings", "damage_marks"]
optional = ["damage_marks"]
writes = ["damage_marks"]

[title]
en = "Good one"
uk = "Добрий"

[[parameters]]
name = "share"
type = "number"
default = 0.5
minimum = 0
maximum = 1

[[results]]
name = "houses"
kind = "table"

[[results]]
name = "count_n"
kind = "figure"
unit = "1"

[[results]]
name = "line"
kind = "chart"
"""

HEAD = """
import math
from vidbudova.plugin import (
    Chart, Figure, PluginError, Proposal, ProposedDelta, Result, ResultTable, Series, Style
)

def table(city, **words):
    frame = city.table("buildings", ["geometry", "height_m"]).head(5)
    return ResultTable(**({"name": "houses", "title": "Houses", "frame": frame, "about": "buildings"} | words))

def figure(**words):
    return Figure(**({"name": "count_n", "title": "n", "value": 1, "unit": "1", "formula": "f", "inputs": "i"} | words))

"""

WELL = """
def run(city, parameters, progress):
    if not city.has("buildings"):
        raise PluginError("Import buildings first.")
    progress(0.5, "half")
    chart = Chart("line", "Line", "line", "x", "y", (Series("a", [1, 2], [3.0, 4.0]),))
    proposal = Proposal("p", "r", (ProposedDelta("damage_marks", "x", "grade", 3),))
    return Result(
        {"count_n": city.count("buildings")}, figures=(figure(),), tables=(table(city),), charts=(chart,),
        proposals=(proposal,),
    )
"""


def write(folder: Path, code: str = WELL, id: str = "good-one", more: str = "") -> Path:
    """A plugin folder; `more` goes before the first table of the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    text = MANIFEST.format(id=id, entry=folder.name).replace("\n[title]", f"{more}\n[title]", 1)
    (folder / "plugin.toml").write_text(text, encoding="utf-8")
    (folder / "__init__.py").write_text(HEAD + textwrap.dedent(code), encoding="utf-8")
    return folder


def returning(result: str) -> str:
    """The code of a plugin that gives this, where there are buildings."""
    lines = ['if not city.has("buildings"):', '    raise PluginError("Import buildings first.")', f"return {result}"]
    return "def run(city, parameters, progress):\n" + textwrap.indent("\n".join(lines), "    ") + "\n"
