"""Tabs of panels: words where they fit, icons where they do not, and rest once they are dressed."""

from __future__ import annotations

from vidbudova.ui.dock_tabs import CROWDED, DockTabs


def bar_of(hands, panels):
    """The tab bar that holds the panels."""
    tabs = hands.window.docks.tabs
    hands.qtbot.waitUntil(lambda: any(bar.count() == panels for bar in tabs.bars()), timeout=5000)
    return next(bar for bar in tabs.bars() if bar.count() == panels)


def test_that_tabs_are_words_until_there_are_too_many_for_their_place(hands, monkeypatch):
    hands.desk.enter("analysis")
    bar = bar_of(hands, 2)
    assert bar.styleSheet() == "" and bar.tabText(0) == "Analysis" and bar.tabIcon(0).isNull()
    for key in ("views", "light", "import", "history", "conflicts"):
        hands.desk.show_panel(key)
    bar = bar_of(hands, 7)
    hands.qtbot.waitUntil(lambda: bar.styleSheet() == CROWDED, timeout=5000)
    assert not any(bar.tabIcon(at).isNull() for at in range(7))
    assert bar.tabToolTip(3) == bar.tabText(3) == "Light and time", "the words are still there to be read out"
    assert bar.tabRect(6).right() <= bar.width(), "all can be clicked without scrolling"
    hands.qtbot.wait(100)
    dressed = []
    monkeypatch.setattr(DockTabs, "dress", lambda self: dressed.append(1))
    hands.qtbot.wait(200)
    assert len(dressed) < 3, "it comes to rest"
    monkeypatch.undo()
    for key in ("views", "light", "import", "history", "conflicts"):
        hands.window.docks.docks[key].close()
    bar = bar_of(hands, 2)
    hands.qtbot.waitUntil(lambda: bar.styleSheet() == "" and bar.tabIcon(0).isNull(), timeout=5000)
