"""Panels docked, floated, tabbed, closed and shown at random in the real window."""

from __future__ import annotations

import random

import pytest
from pytestqt.qtbot import QtBot

from vidbudova.ui.docks import AREAS
from vidbudova.ui.window import MainWindow
from vidbudova.ui.workspaces import WORKSPACES

STEPS = 250


def shake(window: MainWindow, chance: random.Random) -> None:
    """One thing that a hand may do with panels."""
    key = chance.choice(sorted(window.docks.known()))
    window.desk.show_panel(key)
    dock = window.docks.docks[key]
    what = chance.randrange(7)
    if what == 0:
        dock.setFloating(not dock.isFloating())
    elif what == 1:
        dock.close()
    elif what == 2:
        dock.setFloating(False)
        window.addDockWidget(chance.choice(list(AREAS.values())), dock)
    elif what == 3:
        other = chance.choice(list(window.docks.docks.values()))
        if other is not dock:
            window.tabifyDockWidget(other, dock)
    elif what == 4:
        window.enter(chance.choice([w.key for w in WORKSPACES if w.key != "present"]))
    elif what == 5:
        window.resize(chance.randrange(700, 1500), chance.randrange(500, 1000))
    else:
        window.pages.setVisible(not window.pages.isVisible())


@pytest.mark.parametrize("seed", [1, 2])
def test_that_panels_and_view_bear_any_docking(opened: MainWindow, qtbot: QtBot, seed: int) -> None:
    """Hiding, showing and docking 3D views crashes elsewhere: this does not happen here.

    https://github.com/qgis/QGIS/issues/46904 and https://github.com/qgis/QGIS/issues/59101.
    """
    chance = random.Random(seed)
    for _step in range(STEPS):
        shake(opened, chance)
        qtbot.wait(1)
    opened.pages.show()
    opened.resize(1200, 760)
    opened.enter("damage")
    qtbot.waitUntil(lambda: not opened.desk.viewport.grab().toImage().isNull(), timeout=10_000)
    view = opened.desk.viewport
    assert view.isVisible() and view.scene is not None
    assert tuple(view.scene.size) == view.pixels()
    colours = view.picture(overlay=False).scaled(32, 32)
    assert len({colours.pixel(x, y) for x in range(32) for y in range(32)}) > 20
    opened.desk.show_panel("damage")  # a hand may have closed it
    assert opened.docks.docks["damage"].isVisible()
    assert opened.notices.notes == []
