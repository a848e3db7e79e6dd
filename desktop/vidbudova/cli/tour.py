"""`vidbudova tour`: what the first ten minutes show, as pictures, where no window can open."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vidbudova.errors import UserError
from vidbudova.text import _, ngettext

if TYPE_CHECKING:
    from vidbudova.scene.camera import Camera
    from vidbudova.session import Session

SIZE = (1600, 900)
STREET_M, DISTRICT_M = 140.0, 420.0
ZONE_SIDE_M = 160.0

Step = tuple[str, str, Callable[[], "Camera"]]


def run(args: Sequence[str]) -> int:
    """Draw the tour of a copy of a project; the project itself is only read."""
    parser = argparse.ArgumentParser(prog="vidbudova tour", description=_("The tour of a project as pictures."))
    parser.add_argument("project", type=Path, help=_("the project"))
    parser.add_argument("--out", type=Path, default=Path("out"), help=_("folder for the pictures"))
    parser.add_argument("--json", action="store_true", help=_("the list of pictures as JSON"))
    wanted = parser.parse_args(args)
    wanted.out.mkdir(parents=True, exist_ok=True)
    pictures = []
    for title, path in Tour(_copy(wanted.project, wanted.out), wanted.out).pictures():
        pictures.append(str(path))
        print(f"{title}: {path}", file=sys.stderr)  # noqa: T201
    if wanted.json:
        print(json.dumps({"pictures": pictures}))  # noqa: T201
    return 0


def _copy(project: Path, folder: Path) -> Session:
    """A session on a fresh copy, which the tour may mark and draw on."""
    from vidbudova.session import Session
    from vidbudova.store.project import open_project

    copy = folder / "Tour.vbp.gpkg"
    copy.unlink(missing_ok=True)
    original = open_project(project, read_only=True)
    try:
        original.save_copy(copy)
    finally:
        original.close()
    return Session(open_project(copy), _("Tour"))


class Tour:
    """Looks round, marks a building, draws a zone; each step leaves a picture."""

    def __init__(self, session: Session, folder: Path) -> None:
        from vidbudova.scene import city, still

        self.session = session
        self.folder = folder
        loaded = city.load(session)
        self.relief = loaded.relief
        self.overview = still.overview(loaded, SIZE)
        self.middle = self.overview.focus
        ids = session.columns("buildings", ("id",))["id"]
        if not len(ids):
            raise UserError("no-such-thing", what=_("building"), id="")

    def pictures(self) -> Iterator[tuple[str, Path]]:
        """Every step's title and picture, drawn as it is asked for."""
        from vidbudova.scene.camera import north, top

        steps: list[Step] = [
            ("1-city", _("The whole city"), lambda: self.overview),
            ("2-district", _("A district"), lambda: replace(self.overview, distance=DISTRICT_M, pitch_deg=30.0)),
            ("3-top", _("From above, north up"), lambda: north(top(self.overview))),
            ("4-mark", _("A building is marked"), self._mark),
            ("5-zone", _("A zone is drawn"), self._zone),
        ]
        try:
            for name, title, step in steps:
                view = step()
                yield title, self._save(name, view)
            print(self._summary(), file=sys.stderr)  # noqa: T201
        finally:
            self.session.close()

    def _mark(self) -> Camera:
        """Grade the building nearest to the middle, and go there."""
        import numpy as np
        import shapely

        from vidbudova.session import damage

        ids, shapes = self.session.geometries("buildings")
        centres = shapely.get_coordinates(shapely.centroid(shapes))
        nearest = int(np.argmin(np.hypot(*(centres - np.array(self.middle[:2])).T)))
        damage.mark(self.session, str(ids[nearest]), grade=4, note=_("Marked by the tour"))
        x, y = (float(value) for value in centres[nearest])
        ground = 0.0 if self.relief is None else float(self.relief.height(centres[nearest])[0])
        self.middle = (x, y, ground + 8.0)
        return replace(self.overview, focus=self.middle, distance=STREET_M, pitch_deg=24.0)

    def _zone(self) -> Camera:
        """Draw a square zone about the marked building."""
        import shapely

        from vidbudova.session import zones

        x, y, half = self.middle[0], self.middle[1], ZONE_SIDE_M / 2
        square = shapely.box(x - half, y - half, x + half, y + half)
        zones.add(self.session, square, cut=True, name=_("First zone"), kind="housing", phase=1)
        return replace(self.overview, focus=self.middle, distance=DISTRICT_M, pitch_deg=38.0)

    def _save(self, name: str, view: Camera) -> Path:
        from PIL import Image

        from vidbudova.scene import still

        path = self.folder / f"{name}.png"
        Image.fromarray(still.picture(self.session, SIZE, view)).save(path)
        return path

    def _summary(self) -> str:
        count = self.session.count("buildings")
        return ngettext("{count} building in the project", "{count} buildings in the project", count)
