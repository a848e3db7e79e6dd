"""Small plugins for tests, each a folder with its manifest, that behave well or badly."""

from __future__ import annotations

import textwrap
from pathlib import Path

MANIFEST = """
id = "{id}"
api = 1
version = "1.0"
entry = "{entry}"
reads = [{reads}]
writes = [{writes}]
needs = []
files = []
explore = {explore}
[title]
en = "{title}"
[about]
en = "For tests"
[[parameters]]
name = "gap"
type = "number"
unit = ""
default = 0.5
minimum = 0.0
maximum = 10.0
[parameters.title]
en = "Gap"
[[parameters]]
name = "mode"
type = "choice"
default = "well"
choices = ["well", "badly"]
[parameters.title]
en = "Mode"
"""

WELL = """
    import pandas as pd
    from vidbudova.plugin import Chart, Figure, Result, ResultTable, Series

    def run(city, parameters, progress):
        progress(0.5, "halfway")
        n = city.count("buildings") if city.has("buildings") else 0
        frame = pd.DataFrame({"id": [f"b{i}" for i in range(n)], "minutes": [float(i) for i in range(n)]})
        return Result(
            {"buildings_count": n, "gap": parameters["gap"]},
            figures=(Figure("buildings_count", "Buildings", n, "", "counted", "buildings"),),
            tables=(ResultTable("minutes", "Minutes", frame, {"minutes": "min"}),),
            charts=(Chart("c", "Curve", "line", "x", "y", (Series("a", [1, 2], [3.0, 4.0]),)),),
            warnings=("Only a test.",),
        )
"""


def write(
    folder: Path, code: str = WELL, *, id: str = "", reads: tuple[str, ...] = ("buildings",),
    writes: tuple[str, ...] = (), explore: bool = False,
) -> Path:  # fmt: skip
    """A plugin folder with that code as its module."""
    folder.mkdir(parents=True)
    name = id or folder.name.replace("_", "-")
    quoted = [", ".join(f'"{table}"' for table in tables) for tables in (reads, writes)]
    text = MANIFEST.format(
        id=name, entry=folder.name, reads=quoted[0], writes=quoted[1], explore=str(explore).lower(),
        title=name.replace("-", " ").title(),
    )  # fmt: skip
    (folder / "plugin.toml").write_text(text, encoding="utf-8")
    (folder / "__init__.py").write_text(textwrap.dedent(code), encoding="utf-8")
    return folder


def body(lines: str) -> str:
    """The code of a plugin whose `run` is these lines and then an empty result."""
    head = (
        "import os, sys, time, shutil\nfrom pathlib import Path\n"
        "from vidbudova.plugin import PluginError, Proposal, ProposedDelta, Result\n\n"
        "def run(city, parameters, progress):\n"
    )
    return head + textwrap.indent(textwrap.dedent(lines), "    ") + "    return Result({'done_count': 1})\n"


EXPLORER = """
    import os, re, time
    from vidbudova.plugin import Result

    class Explorer:
        def __init__(self):
            self.result = Result({"base_count": 1})
            self.asked = 0

        def ask(self, question, progress):
            self.asked += 1
            if question.get("slow"):
                for step in range(1000):
                    time.sleep(0.01)
                    progress(step / 1000, "slowly")
            if question.get("stuck"):
                re.match(r"(a+)+$", "a" * 60 + "b")
            if question.get("crash"):
                os._exit(9)
            if question.get("error"):
                raise ValueError("no such street")
            print("garbage", flush=True)
            return Result({"twice": 2 * question["number"], "asked": self.asked})

    def run(city, parameters, progress):
        return Result({})

    def explore(city, parameters, progress):
        progress(0.5, "base")
        return Explorer()
"""
