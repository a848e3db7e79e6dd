"""Marking damage in the real window."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from vidbudova.scene.colouring import grade_rgb
from vidbudova.session import damage
from vidbudova.session.places import buildings


def a_house(hands):
    """An unmarked house that stands alone enough to be clicked on its roof: (id, x, y, height)."""
    stock = buildings(hands.session)
    rows = hands.session.rows("buildings")
    marks = hands.session.rows("damage_marks")
    free = [i for i, id in enumerate(stock.ids) if id not in marks and rows[id]["use"] == "house"]
    row = free[len(free) // 2]
    id = str(stock.ids[row])
    x, y = map(float, stock.xy[row])
    return id, x, y, float(rows[id]["height_m"])


def select_a_house(hands):
    id, x, y, _height = a_house(hands)
    hands.look(x, y, 160, pitch=89)
    hands.click(x, y)
    assert hands.desk.selection.ids == (id,)
    return id, x, y


def test_that_a_click_and_a_key_mark_a_building_and_its_pixels_change(hands):
    panel = hands.panel("damage")
    id, x, y = select_a_house(hands)
    hands.desk.selection.clear()
    before = hands.pixel(hands.at(x, y))
    hands.click(x, y)
    hands.key(Qt.Key.Key_3)
    row = hands.session.row("damage_marks", id)
    assert row["grade"] == 3 and row["evidence"] == "walk_round" and row["inspector"] == hands.session.author
    hands.desk.selection.clear()
    after = hands.pixel(hands.at(x, y))
    wanted, plain = np.array(grade_rgb("3"), float), np.array(grade_rgb("none"), float)
    assert np.abs(after - before).max() > 25
    assert after[0] - after[2] > (wanted[0] - wanted[2]) / 3 > before[0] - before[2]
    assert (plain != wanted).any()
    hands.desk.undo()
    assert hands.session.row("damage_marks", id) is None
    assert np.abs(hands.pixel(hands.at(x, y)) - before).max() < 12
    assert not panel.empty.isVisibleTo(panel)


def test_that_only_the_marked_building_changes_its_colour(hands):
    hands.panel("damage")
    id, _x, _y = select_a_house(hands)
    painting = hands.desk.painting
    before = painting.colouring.of.copy()
    hands.key(Qt.Key.Key_2)
    changed = np.flatnonzero(before != painting.colouring.of)
    assert set(painting.ids[changed]) == {id}
    assert painting.colouring.entries[painting.colouring.of[changed[0]]].key == "2"


def test_that_a_structural_grade_from_afar_is_refused_with_a_way_out(hands):
    panel = hands.panel("damage")
    id, _x, _y = select_a_house(hands)
    panel.marking.say(evidence="satellite")
    hands.key(Qt.Key.Key_4)
    assert hands.session.row("damage_marks", id) is None
    sentence, action, button = hands.said[-1]
    assert "4" in sentence and button
    action()
    assert hands.session.row("damage_marks", id)["evidence"] == "walk_round"


def test_that_a_mark_from_afar_shows_hatched(hands):
    panel = hands.panel("damage")
    id, _x, _y = select_a_house(hands)
    panel.marking.say(evidence="drone")
    hands.key(Qt.Key.Key_5)
    painting = hands.desk.painting
    rows = painting.rows([id])
    assert painting.colouring.hatched[rows].all() and (painting.colouring.broken[rows] == 5).all()


def test_that_after_a_mark_the_nearest_unassessed_is_offered_and_enter_goes_there(hands):
    panel = hands.panel("damage")
    id, _x, _y = select_a_house(hands)
    hands.key(Qt.Key.Key_1)
    expected = damage.next_unassessed(hands.session, id)
    assert panel.marking.offer == expected and panel.offer.isVisibleTo(panel)
    hands.key(Qt.Key.Key_Return)
    assert hands.desk.selection.ids == (expected,) and hands.view.motion.flying
    hands.view.motion.stop()


def test_that_the_grade_buttons_do_what_the_keys_do(hands, qtbot):
    panel = hands.panel("damage")
    id, _x, _y = select_a_house(hands)
    qtbot.mouseClick(panel.grades.buttons[2], Qt.MouseButton.LeftButton)
    assert hands.session.row("damage_marks", id)["grade"] == 2
    assert [b.isChecked() for b in panel.grades.buttons] == [False, False, True, False, False, False]


def test_that_note_and_hazards_of_an_unmarked_building_go_with_its_first_grade(hands):
    panel = hands.panel("damage")
    id, _x, _y = select_a_house(hands)
    panel.details.hazards["uxo"].click()
    panel.details.note_said.emit("Stairs gone")
    assert hands.session.row("damage_marks", id) is None
    hands.key(Qt.Key.Key_3)
    row = hands.session.row("damage_marks", id)
    assert row["hazards"] == frozenset({"uxo"}) and row["note"] == "Stairs gone"
    panel.details.hazards["fire"].click()
    assert hands.session.row("damage_marks", id)["hazards"] == frozenset({"uxo", "fire"})


def test_that_a_dropped_photo_is_kept_by_its_checksum_and_shown_small(hands, tmp_path):
    from PIL import Image

    Image.new("RGB", (640, 480), (180, 90, 40)).save(tmp_path / "facade.jpg")
    panel = hands.panel("damage")
    id, _x, _y = select_a_house(hands)
    hands.key(Qt.Key.Key_3)
    panel.details.photos.given.emit([tmp_path / "facade.jpg"])
    (sha256,) = hands.session.row("damage_marks", id)["photos"]
    assert len(sha256) == 64 and hands.session.row("photos", sha256)["file_name"] == "facade.jpg"
    assert panel.details.photos.list.count() == 1
    panel.details.photos.removed.emit(sha256)
    assert not hands.session.row("damage_marks", id)["photos"]


def test_that_the_history_says_who_and_what_and_undo_is_in_it(hands):
    panel = hands.panel("damage")
    id, _x, _y = select_a_house(hands)
    hands.key(Qt.Key.Key_1)
    hands.key(Qt.Key.Key_3)
    hands.desk.undo()
    words = [panel.history.item(n).text() for n in range(panel.history.count())]
    assert len(words) == 3 and "1" in words[-1] and hands.session.author in words[0]
    assert len(hands.session.history("damage_marks", id)) == 3


def test_that_a_click_on_the_legend_pales_the_others_of_that_line(hands, qtbot):
    panel = hands.panel("damage")
    line = next(one for one in panel.legend.lines if one.entry.key == "none")
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert hands.desk.painting.hidden == {"none"} and panel.legend.all_button.isVisibleTo(panel)
    assert len(panel.legend.lines) == 8
    panel.legend.leave_out.click()
    assert hands.view.scene.picker.hidden.sum() == line.count
    panel.legend.all_button.click()
    assert hands.desk.painting.hidden == set() and not hands.view.scene.picker.hidden.any()


def test_that_buildings_can_be_coloured_by_height_and_by_use(hands):
    panel = hands.panel("damage")
    for mode in ("height_m", "use"):
        panel.legend.mode_chosen.emit(mode)
        assert hands.desk.painting.mode == mode
        assert sum(line.count for line in panel.legend.lines) == len(hands.desk.painting.ids)
    panel.legend.mode_chosen.emit("damage")
    assert hands.desk.painting.colouring.entries[0].key == "0"


def test_that_many_are_marked_by_rule_as_one_step(hands):
    panel = hands.panel("damage")
    panel.many.use.setCurrentIndex(panel.many.use.findData("house"))
    panel.many.rule_button.click()
    ids = hands.desk.selection.ids
    assert len(ids) > 5
    hands.view.setFocus()
    hands.key(Qt.Key.Key_0)
    assert all(row["grade"] == 0 for row in hands.session.rows("damage_marks", ids).values())
    hands.desk.undo()
    assert not hands.session.rows("damage_marks", ids)


def test_that_observations_are_matched_within_the_tolerance_that_is_shown(hands, qtbot):
    panel = hands.panel("damage")
    panel.match.within.setValue(9.0)
    panel.match.start()
    qtbot.waitUntil(lambda: not hands.desk.jobs.running, timeout=30_000)
    rows = hands.session.rows("matches").values()
    assert rows and {row["within_m"] for row in rows} == {9.0}
    assert all(row["distance_m"] <= 9.0 for row in rows)
    assert "9" in hands.said[-1][0]
    colouring = hands.desk.painting.colouring
    assert sum(line.above for line in panel.legend.lines) == colouring.hatched.sum() > 0


def test_that_the_panel_works_at_320_pixels(hands):
    panel = hands.panel("damage")
    select_a_house(hands)
    assert panel.widget().minimumSizeHint().width() <= 320


def test_that_the_keys_grade_also_while_the_rectangle_is_in_hand(hands):
    from vidbudova.ui.tool_select import RectangleTool

    hands.panel("damage")
    id, _x, _y = select_a_house(hands)
    hands.view.set_tool(RectangleTool(hands.desk))
    hands.key(Qt.Key.Key_2)
    assert hands.session.row("damage_marks", id)["grade"] == 2


def test_that_a_right_click_offers_the_grades_of_a_building(hands):
    panel = hands.panel("damage")
    id, x, y = select_a_house(hands)
    pick = hands.view.navigator.pick(hands.at(x, y).toPointF())
    offered = [command for offer in hands.desk.offers for command in offer(pick)]
    next(c for c in offered if c.key == "mark-3").run()
    assert hands.session.row("damage_marks", id)["grade"] == 3 and panel.grades.buttons[3].isChecked()


def test_that_an_area_drawn_on_the_ground_selects_what_stands_in_it(hands):
    panel = hands.panel("damage")
    panel.many.open_only.setChecked(False)
    stock = buildings(hands.session)
    x, y = map(float, np.median(stock.xy, axis=0))
    hands.look(x, y, 500, pitch=90)
    panel.many.area_button.click()
    hands.view.tool.snaps.enabled = False
    corners = [(x - 90, y - 60), (x + 90, y - 60), (x + 90, y + 60), (x - 90, y + 60)]
    for corner in corners:
        hands.click(*corner)
    drawn = np.array(hands.view.tool.outline.corners)
    hands.key(Qt.Key.Key_Return)
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    inside = ((stock.xy > low + 2) & (stock.xy < high - 2)).all(axis=1)
    assert {str(i) for i in stock.ids[inside]} <= set(hands.desk.selection.ids) and inside.any()
    assert len(hands.desk.selection.ids) < len(stock.ids)
