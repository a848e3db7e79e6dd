"""The six workspaces and what each shows: to add a panel or a tool, add one line here.

A panel is a QWidget subclass made as ``Class(desk)`` when it is first shown. A tool is an object made as
``Class(desk)`` when its button is pressed (see `vidbudova.ui.desk`). Both are named "module:Class" and imported only
then.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from vidbudova.text import mark

Area = Literal["right", "left", "bottom"]


@dataclass(frozen=True, slots=True)
class Panel:
    """A dock: its key, title (translated where shown), icon, "module:Class", and where it docks at first."""

    key: str
    title: str
    icon: str
    made_by: str
    area: Area = "right"
    shown: bool = True
    """Whether it is open when its workspace is first entered."""


@dataclass(frozen=True, slots=True)
class ToolButton:
    """A button of the tool strip on the view; `keys` is its shortcut while the view has the focus."""

    key: str
    title: str
    icon: str
    made_by: str
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One entry of the rail."""

    key: str
    title: str
    icon: str
    panels: tuple[Panel, ...] = ()
    tools: tuple[ToolButton, ...] = ()


INSPECTOR = Panel("inspector", mark("Properties"), "inspector", "vidbudova.ui.inspector:Inspector")
LAYERS = Panel("layers", mark("Layers"), "layers", "vidbudova.ui.layers_panel:LayersPanel")
TABLE = Panel("table", mark("Table"), "table", "vidbudova.ui.table_panel:TablePanel", "bottom", shown=False)
HISTORY = Panel("history", mark("History"), "history", "vidbudova.ui.history_panel:HistoryPanel", shown=False)
CONFLICTS = Panel(
    "conflicts", mark("Conflicts"), "conflicts", "vidbudova.ui.conflicts_panel:ConflictsPanel", shown=False
)
IMPORT = Panel("import", mark("Bring in files"), "import", "vidbudova.ui.import_panel:ImportPanel", shown=False)
DAMAGE = Panel("damage", mark("Damage"), "damage", "vidbudova.ui.damage_panel:DamagePanel")
ZONES = Panel("zones", mark("Zones"), "zones", "vidbudova.ui.zone_panel:ZonePanel")
MEASURES = Panel("measures", mark("Measure"), "measure", "vidbudova.ui.measure_panel:MeasurePanel", shown=False)
VIEWS = Panel("views", mark("Views"), "bookmark", "vidbudova.ui.views_panel:ViewsPanel", shown=False)
LIGHT = Panel("light", mark("Light and time"), "daylight", "vidbudova.ui.light_panel:LightPanel", shown=False)
ANALYSIS = Panel("analysis", mark("Analysis"), "analysis", "vidbudova.ui.analysis_panel:AnalysisPanel")
FIELD = Panel("field", mark("Field"), "field", "vidbudova.ui.empty_pages:FieldPage")

SELECTING = (
    ToolButton(
        "rectangle", mark("Select in a rectangle"), "select-rectangle", "vidbudova.ui.tool_select:RectangleTool", "R"
    ),
    ToolButton(
        "polygon", mark("Select inside an outline"), "select-polygon", "vidbudova.ui.tool_select:PolygonTool", "P"
    ),
)
MEASURING = (
    ToolButton("distance", mark("Measure a distance"), "measure", "vidbudova.ui.measure:DistanceTool", "M"),
    ToolButton("area", mark("Measure an area"), "area", "vidbudova.ui.measure:AreaTool", "Shift+M"),
    ToolButton("height", mark("Measure heights"), "height", "vidbudova.ui.measure:HeightTool", "Ctrl+M"),
)
DRAWING = (ToolButton("draw-zone", mark("Draw a zone"), "draw", "vidbudova.ui.tool_zone:DrawZoneTool", "Q"),)
TOOLS = (*SELECTING, *MEASURING)

WORKSPACES = (
    Workspace("city", mark("City"), "city", (LAYERS, INSPECTOR, VIEWS, LIGHT, IMPORT, HISTORY, TABLE), TOOLS),
    Workspace("damage", mark("Damage"), "damage", (DAMAGE, INSPECTOR, HISTORY, TABLE), TOOLS),
    Workspace("zones", mark("Zones"), "zones", (ZONES, INSPECTOR, HISTORY, TABLE), (*DRAWING, *TOOLS)),
    Workspace("analysis", mark("Analysis"), "analysis", (ANALYSIS, INSPECTOR, TABLE), SELECTING),
    Workspace("field", mark("Field"), "field", (FIELD, HISTORY, CONFLICTS), SELECTING),
    Workspace("present", mark("Present"), "present"),
)


def workspace(key: str) -> Workspace:
    """The workspace of that key."""
    return next(w for w in WORKSPACES if w.key == key)


def made(made_by: str, *arguments: Any) -> Any:
    """Import "module:Class" and make one."""
    module, _, name = made_by.partition(":")
    return getattr(import_module(module), name)(*arguments)
