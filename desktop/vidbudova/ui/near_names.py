"""Names for near views: streets along their lines, and house numbers on the roofs.

Where a name may stand is worked out once, off the main thread, by square cells of the map; a frame looks only at the
cells around it. A name that was shown in the frame before comes first, so that names stay while the camera moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from vidbudova.text import _
from vidbudova.ui.viewport_labels import Label
from vidbudova.ui.viewport_plates import Ink, ink

if TYPE_CHECKING:
    from vidbudova.model.shapes import Shapes
    from vidbudova.scene.scene import Scene
    from vidbudova.session import Session
    from vidbudova.ui.desk import Desk

Floats = NDArray[np.float64]
CELL_M = 400.0
EVERY_M, LEAST_ROOM_M = 160.0, 25.0
STREETS_M, NUMBERS_M = 900.0, 170.0
"""How far streets and numbers are read from straight above; less on a slant, where houses hide what is behind them."""
MOST, MOST_TRIED = 30, 70
NAMED_AREAS = ("landuse", "water")
LEAST_AREA_M2, REACH_BY_SIZE = 4000.0, 9.0
APART_PX = 260.0
STREETS = 0
"""Between two names of one street."""
RANKS = {"motorway": 6, "trunk": 6, "primary": 5, "secondary": 4, "tertiary": 3, "pedestrian": 2, "residential": 1}


@dataclass(frozen=True, slots=True)
class Spots:
    """Where names may stand: xyz (n, 3) with heights above the ground, way (n, 2) along the street (0 for a number),
    room_m (n,) of straight street there, words, rank (n,), and the spots by cell."""

    xyz: Floats
    way: Floats
    room_m: Floats
    words: tuple[str, ...]
    rank: Floats
    cells: dict[tuple[int, int], NDArray[np.int64]] = field(default_factory=dict)


def streets_of(roads: Shapes, names: Sequence[object], classes: Sequence[object]) -> Spots:
    """Spots along every named road, where it runs straight enough for words."""
    spots: list[tuple[float, ...]] = []
    words: list[str] = []
    for row, name in enumerate(names):
        if not name:
            continue
        first, last = roads.feature_offsets[row : row + 2]
        for part in range(int(first), int(last)):
            line = roads.xy[roads.part_offsets[part] : roads.part_offsets[part + 1]]
            for x, y, dx, dy, room in along(line):
                spots.append((x, y, 0.5, dx, dy, room, float(RANKS.get(str(classes[row]), 0))))
                words.append(str(name))
    return gathered(spots, words)


def along(line: Floats) -> Iterable[tuple[float, float, float, float, float]]:
    """Places along a line with its direction and how far it is straight there."""
    step = np.linalg.norm(np.diff(line, axis=0), axis=1)
    total = float(step.sum())
    if total < LEAST_ROOM_M:
        return
    ends = np.r_[0.0, np.cumsum(step)]
    count = max(int(total // EVERY_M), 1)
    for middle in (np.arange(count) + 0.5) * total / count:
        room = min(total, 2 * (middle if middle < total / 2 else total - middle), EVERY_M)
        a, b = ([float(np.interp(s, ends, line[:, k])) for k in (0, 1)] for s in (middle - room / 2, middle + room / 2))
        chord = math.dist(a, b)
        if chord > 0.97 * room > 0:
            x, y = (float(np.interp(middle, ends, line[:, k])) for k in (0, 1))
            yield x, y, (b[0] - a[0]) / chord, (b[1] - a[1]) / chord, chord


def areas_of(session: Session, shapes: Shapes, table: str) -> list[Label]:
    """Names of large areas, read from as far as they are large."""
    from vidbudova.scene.solids import polygon_of

    found = session.columns(table, ["name"])
    name_of = dict(zip(found["id"].tolist(), found["name"].tolist(), strict=True))
    labels = []
    for row, key in enumerate(shapes.ids.tolist()):
        name = name_of.get(key)
        area = polygon_of(shapes, row) if name else None
        if area is None or area.area < LEAST_AREA_M2:
            continue
        at, size = area.representative_point(), math.sqrt(area.area)
        reach = min(max(REACH_BY_SIZE * size, 400.0), 12_000.0)
        labels.append(Label(str(name), (at.x, at.y, 2.0), min(1.5 + size / 400.0, 3.4), farthest_m=reach))
    return labels


def numbers_of(centres: Floats, tops: Floats, numbers: Sequence[object]) -> Spots:
    """A spot on the roof of every building that has a number."""
    rows = np.flatnonzero(np.array([bool(number) for number in numbers], bool))
    table = np.zeros((len(rows), 7))
    table[:, :2], table[:, 2], table[:, 5], table[:, 6] = centres[rows], tops[rows] + 1.0, 1e9, -1.0
    return gathered(table, [str(numbers[row]) for row in rows.tolist()])


def gathered(spots: Floats | Sequence[Sequence[float]], words: Sequence[str]) -> Spots:
    """Spots by cell, the more important first."""
    table = np.array(spots, np.float64).reshape(-1, 7)
    order = np.argsort(-table[:, 6], kind="stable")
    table = table[order]
    return Spots(
        table[:, :3],
        table[:, 3:5],
        table[:, 5],
        tuple(words[k] for k in order.tolist()),
        table[:, 6],
        by_cell(np.floor(table[:, :2] / CELL_M).astype(np.int64)),
    )


def by_cell(cell: NDArray[np.int64]) -> dict[tuple[int, int], NDArray[np.int64]]:
    """Which rows lie in each cell (n, 2), in their order."""
    if not len(cell):
        return {}
    low = cell.min(0)
    key = (cell[:, 0] - low[0]) * (np.ptp(cell[:, 1]) + 1) + cell[:, 1] - low[1]
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(key[order]) > 0])
    names = cell[order[first]].tolist()
    return {(i, j): rows for (i, j), rows in zip(names, np.split(order, first[1:]), strict=True)}


def around(spots: Spots, xy: Floats, reach_m: float) -> NDArray[np.int64]:
    """Spots in the cells around a place, the more important first."""
    (i0, j0), (i1, j1) = (np.floor((xy + s * reach_m) / CELL_M).astype(int).tolist() for s in (-1, 1))
    found = [spots.cells.get((i, j)) for i in range(i0, i1 + 1) for j in range(j0, j1 + 1)]
    there = [rows for rows in found if rows is not None]
    return np.sort(np.concatenate(there)) if there else np.zeros(0, np.int64)


class NearNames(QObject):
    """Reads the names of a city once and paints those of a view."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._spots: tuple[Spots, ...] = ()
        self._areas: list[Label] = []
        self._asked = False
        self._kept: set[tuple[int, int]] = set()
        self._pictures: dict[tuple[str, str, float, bool], QPixmap] = {}
        self._laid: list[tuple[QPixmap, QPointF, float]] = []
        self._state: object = None
        self.shown: list[tuple[str, QRectF]] = []
        desk.city_changed.connect(self.read_areas)
        desk.project_changed.connect(self.forget)
        desk.viewport.overlay.paint_also.insert(0, self.paint)
        desk.viewport.overlay.labels.providers.append(lambda: self._areas)

    def forget(self) -> None:
        """Another project: nothing of the old one."""
        self._spots, self._areas, self._kept, self._pictures, self._state = (), [], set(), {}, None
        self._asked = False

    def read_areas(self) -> None:
        """The names of large areas of a new city, in a worker."""
        session, city = self._desk.session, self._desk.city
        self.forget()
        if session is None or city is None:
            return

        def work(progress: Any, cancelled: Any) -> list[Label]:
            return [label for table in NAMED_AREAS for label in areas_of(session, city.table(table), table)]

        def done(found: list[Label]) -> None:
            if self._desk.city is city:
                self._areas = found
                self._desk.viewport.overlay.labels.stale()
                self._desk.viewport.update()

        self._desk.jobs.start(_("Reading names"), work, done, quiet=True)

    def read(self) -> None:
        """Work out where names may stand, in a worker; for the first view that is near enough to read them."""
        session, city, scene = self._desk.session, self._desk.city, self._desk.viewport.scene
        if self._asked or session is None or city is None or scene is None:
            return
        self._asked = True
        solids = scene.solids

        def work(progress: Any, cancelled: Any) -> tuple[Spots, ...]:
            roads = city.table("roads")
            found = session.columns("roads", ["name", "class"])
            at = {id: k for k, id in enumerate(found["id"].tolist())}
            rows = [at[id] for id in roads.ids.tolist()]
            numbers = session.columns("buildings", ["house_number"])
            of = dict(zip(numbers["id"].tolist(), numbers["house_number"].tolist(), strict=True))
            said = [of.get(id) for id in city.table("buildings").ids.tolist()]
            streets = streets_of(roads, found["name"][rows].tolist(), found["class"][rows].tolist())
            return streets, numbers_of(solids.centre, solids.top_m, said)

        def done(found: tuple[Spots, ...]) -> None:
            if self._desk.city is city:
                self._spots = found
                self._desk.viewport.update()

        self._desk.jobs.start(_("Reading names"), work, done, quiet=True)

    # -- painting -------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        """What fits beside the other names of the view."""
        view = self._desk.viewport
        if view.scene is not None and not self._asked and view.camera.eye()[2] - view.camera.focus[2] < STREETS_M:
            self.read()
        if view.scene is None or not self._spots or not view.scene.visible.get("places", True):
            self.shown, self._state = [], None
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        taken = [*view.overlay.taken(), *view.overlay.labels.boxes()]
        state = (view.camera, view.size(), self._desk.theme, view.resting, self._spots, taken)
        if state != self._state:
            self._lay(painter, view.scene, list(taken))
            self._state = state
        for picture, at, angle in self._laid:
            painter.save()
            painter.translate(at)
            painter.rotate(math.degrees(_readable(angle)))
            size = picture.deviceIndependentSize()
            painter.drawPixmap(QPointF(-size.width() / 2, -size.height() / 2), picture)
            painter.restore()

    def _lay(self, painter: QPainter, scene: Scene, taken: list[QRectF]) -> None:
        """Choose the names of this view."""
        self.shown, self._laid = [], []
        view = self._desk.viewport
        eye = view.camera.eye()
        slant = max(math.sin(math.radians(max(view.camera.pitch_deg, 0.0))), 0.12)
        kept, colours = set[tuple[int, int]](), ink(self._desk.theme)
        for kind, (spots, reach) in enumerate(zip(self._spots, (STREETS_M, NUMBERS_M), strict=True)):
            if eye[2] - view.camera.focus[2] > reach:
                continue
            rows = around(spots, eye[:2] + _ahead(view.camera.axes()[0]) * reach * slant * 0.5, reach * slant)
            if len(rows):
                self._place(painter, scene, kind, spots, rows, reach * max(slant, 0.35), taken, kept, colours)
        self._kept = kept

    def _place(
        self,
        painter: QPainter,
        scene: Scene,
        kind: int,
        spots: Spots,
        rows: NDArray[np.int64],
        reach_m: float,
        taken: list[QRectF],
        kept: set[tuple[int, int]],
        colours: Ink,
    ) -> None:
        """Try spots in their order, those of the frame before first."""
        view = self._desk.viewport
        ratio = view.devicePixelRatioF()
        xyz = spots.xyz[rows]
        xyz = np.c_[xyz[:, :2], xyz[:, 2] + scene.footing.ground(xyz[:, :2])]
        pixels, depth = scene.project(xyz)
        at = pixels / ratio
        inside = (depth > 1.0) & (depth < reach_m) & (at > 0).all(1) & (at < [view.width(), view.height()]).all(1)
        ends = xyz[:, :2] + spots.way[rows]
        along_px = (scene.project(np.c_[ends, xyz[:, 2]])[0] - pixels) / ratio
        tried = np.flatnonzero(inside)
        order = sorted(tried.tolist(), key=lambda n: (kind, int(rows[n])) not in self._kept)
        for n in order[:MOST_TRIED]:
            if len(kept) >= MOST * (kind + 1):
                break
            row = int(rows[n])
            place = QPointF(float(at[n, 0]), float(at[n, 1]))
            if kind == STREETS and self._behind(scene, pixels[n], float(depth[n]), (kind, row)):
                continue
            if self._one(painter, spots, row, place, along_px[n], taken, colours):
                kept.add((kind, row))

    def _behind(self, scene: Scene, pixel: Floats, depth: float, key: tuple[int, int]) -> bool:
        """Whether a building hides the street there; what was shown is asked again only once the view rests."""
        from vidbudova.scene.camera import ray

        if key in self._kept and not self._desk.viewport.resting:
            return False
        hit = scene.section.building(*ray(scene.camera, float(pixel[0]), float(pixel[1]), scene.size))
        return hit is not None and hit.distance < depth

    def _one(
        self, painter: QPainter, spots: Spots, row: int, at: QPointF, way: Floats, taken: list[QRectF], colours: Ink
    ) -> bool:
        """Lay one name unless it does not fit."""
        words, street = spots.words[row], spots.rank[row] >= 0
        font = painter.font()
        if not street:
            font = QFont(font)
            font.setPointSizeF(max(font.pointSizeF() - 1.5, 6.5))
        metrics = QFontMetricsF(font)
        width, height = metrics.horizontalAdvance(words) + 4, metrics.height()
        length = math.hypot(*way)
        if street and (length * spots.room_m[row] < 1.15 * width or self._near(words, at)):
            return False
        angle = math.atan2(way[1], way[0]) if street else 0.0
        boxes = covered(at, angle, width, height)
        if any(box.intersects(other) for box in boxes for other in taken):
            return False
        taken += boxes
        self.shown.append((words, boxes[len(boxes) // 2]))
        self._laid.append((self._picture(words, font, colours, street), at, angle))
        return True

    def _near(self, words: str, at: QPointF) -> bool:
        """Whether the same name stands close by."""
        return any(
            said == words and math.hypot(box.center().x() - at.x(), box.center().y() - at.y()) < APART_PX
            for said, box in self.shown
        )

    def _picture(self, words: str, font: QFont, colours: Ink, street: bool) -> QPixmap:
        """The words with their halo, painted once."""
        ratio = self._desk.viewport.devicePixelRatioF()
        key = (words, self._desk.theme, ratio, street)
        found = self._pictures.get(key)
        if found is None:
            if len(self._pictures) > 600:
                self._pictures.clear()
            found = self._pictures[key] = written(words, font, colours, ratio, street)
        return found


def written(words: str, font: QFont, colours: Ink, ratio: float, street: bool) -> QPixmap:
    """Words with a halo on a clear picture."""
    metrics = QFontMetricsF(font)
    width, height = math.ceil(metrics.horizontalAdvance(words)) + 8, math.ceil(metrics.height()) + 6
    picture = QPixmap(math.ceil(width * ratio), math.ceil(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill("transparent")
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    at = QPointF(4, 3 + metrics.ascent())
    path = QPainterPath()
    path.addText(at, font, words)
    painter.strokePath(path, QPen(colours.plate, 3.0))
    painter.fillPath(path, colours.muted if street else colours.text)
    painter.end()
    return picture


def covered(at: QPointF, angle: float, width: float, height: float) -> list[QRectF]:
    """Upright boxes that together cover words at an angle."""
    count = max(math.ceil(width / height * abs(math.sin(angle)) * 2), 1)
    step = width / count
    found = []
    for k in range(count):
        offset = (k + 0.5) * step - width / 2
        x, y = at.x() + offset * math.cos(angle), at.y() + offset * math.sin(angle)
        w = step * abs(math.cos(angle)) + height * abs(math.sin(angle))
        h = step * abs(math.sin(angle)) + height * abs(math.cos(angle))
        found.append(QRectF(x - w / 2, y - h / 2, w, h))
    return found


def _readable(angle: float) -> float:
    """The same line, never upside down."""
    return angle - math.pi if angle > math.pi / 2 else (angle + math.pi if angle <= -math.pi / 2 else angle)


def _ahead(forward: Floats) -> Floats:
    flat = forward[:2]
    return np.asarray(flat / max(float(np.hypot(*flat)), 1e-6))
