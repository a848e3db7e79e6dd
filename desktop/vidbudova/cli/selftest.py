"""`vidbudova selftest`: the program tries itself out in a folder of its own; what the build runs when it is frozen."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from vidbudova import paths
from vidbudova.cli import selftest_plugins
from vidbudova.cli.selftest_plugins import Failed
from vidbudova.session import Session

BUILDINGS = 300
SIZE = (480, 300)
FEWEST_COLOURS = 10
GEOJSON_SIDE_DEG = 0.0002


def run(colours_in_window: Callable[[Path], int], plugins: Sequence[Path] = ()) -> int:
    """Try every room once; 0 when all holds, 1 with the step that does not.

    `colours_in_window` opens a project in the window and says how many colours its view shows; `plugins` are folders of
    plugins from outside that are to be tried, too.
    """
    with tempfile.TemporaryDirectory(prefix="vidbudova-selftest-", ignore_cleanup_errors=True) as folder:
        os.environ["VIDBUDOVA_HOME"] = str(Path(folder, "settings"))
        state = _Trial(Path(folder), colours_in_window)
        steps: list[tuple[str, Callable[[], str]]] = [
            ("files of the program", state.files),
            ("sample city", state.sample),
            ("import through a child process", state.bring_in),
            ("heights and a scan", state.bring_in_heights),
            ("damage mark and undo", state.mark),
            ("picture", state.picture),
            ("analyses of the program", state.analyse),
            ("analyses from outside", lambda: state.analyse_with_others(plugins)),
            ("check", state.check),
            ("window", state.window),
        ]
        try:
            for title, step in steps:
                started = time.perf_counter()
                said = step()
                print(f"{title}: {said} ({time.perf_counter() - started:.2f} s)", file=sys.stderr)  # noqa: T201
        except Failed as failure:
            print(f"{title}: FAILED: {failure}", file=sys.stderr)  # noqa: T201
            return 1
        finally:
            state.close()
    return 0


class _Trial:
    """One project, tried out step by step."""

    def __init__(self, folder: Path, colours_in_window: Callable[[Path], int]) -> None:
        self.folder = folder
        self.colours_in_window = colours_in_window
        self.path = folder / "Self-test.vbp.gpkg"
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The open project; opened when it is first asked for."""
        if self._session is None:
            from vidbudova.store.project import open_project

            self._session = Session(open_project(self.path), "selftest")
        return self._session

    def close(self) -> None:
        """Close what is open."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def files(self) -> str:
        """Everything that must lie beside the program is there."""
        wanted = [paths.resources("palettes", "damage.json"), paths.resources("scales"), paths.locale()]
        missing = [str(path) for path in wanted if not path.exists()]
        translated = list(paths.locale().glob("uk/LC_MESSAGES/*.mo"))
        if missing or not translated:
            raise Failed(f"missing {missing or 'the Ukrainian catalogue'}")
        return f"{len(list(paths.resources().rglob('*')))} under resources"

    def sample(self) -> str:
        """A small sample city is written and opened."""
        from vidbudova.session.sample import make_sample

        make_sample(self.path, buildings=BUILDINGS, seed=1)
        count = self.session.count("buildings")
        if count < BUILDINGS // 2:
            raise Failed(f"{count} buildings instead of about {BUILDINGS}")
        return f"{count} buildings"

    def bring_in(self) -> str:
        """A GeoJSON file comes in whole, read by a child process."""
        from vidbudova.session.importing import import_file

        before = self.session.count("buildings")
        report = import_file(self.session, self._geojson(), kind="buildings")
        if report["read"] != 2 or report["kept"] != 2 or self.session.count("buildings") != before + 2:
            raise Failed(f"the report says {report}")
        return f"{report['kept']} of {report['read']} kept"

    def bring_in_heights(self) -> str:
        """A grid of heights and a point cloud come in, with the libraries that read them."""
        import laspy
        import numpy as np

        from vidbudova.session.importing import import_file

        x, y, _right, _top = self.session.bounds("buildings") or (0.0, 0.0, 0.0, 0.0)
        grid, scan = self.folder / "heights.asc", self.folder / "scan.laz"
        rows = "\n".join(" ".join(str(100 + i + j) for i in range(8)) for j in range(8))
        head = f"ncols 8\nnrows 8\nxllcorner {x:.3f}\nyllcorner {y:.3f}\ncellsize 20\nNODATA_value -9999\n"
        grid.write_text(head + rows + "\n", encoding="ascii")
        cloud = laspy.create(point_format=3, file_version="1.2")
        cloud.header.scales, cloud.header.offsets = [0.01] * 3, [x, y, 0.0]
        steps = np.arange(500.0)
        cloud.x, cloud.y, cloud.z = x + steps % 25, y + steps // 25, steps / 100
        cloud.write(str(scan))
        kept = [import_file(self.session, file, crs=self.session.crs)["kept"] for file in (grid, scan)]
        counts = {table: self.session.count(table) for table in ("terrain", "clouds")}
        if not all(kept) or not all(counts.values()):
            raise Failed(f"kept {kept}, the project has {counts}")
        return f"{kept[1]} points"

    def _geojson(self) -> Path:
        from pyproj import Transformer

        left, bottom, _right, _top = self.session.bounds("buildings") or (0.0, 0.0, 0.0, 0.0)
        lon, lat = Transformer.from_crs(self.session.crs, "EPSG:4326", always_xy=True).transform(left, bottom)
        file = self.folder / "two houses.geojson"
        features = [_house(lon - 0.001 * n, lat - 0.001, f"house {n}") for n in (1, 2)]
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return file

    def mark(self) -> str:
        """A mark is there when it is made, gone when undone, and there again when the project is reopened."""
        from vidbudova.session import damage

        building = sorted(self.session.rows("buildings"))[0]
        row = self.session.row("damage_marks", building)
        damage.mark(self.session, building, grade=4)
        self.session.undo()
        if (self.session.row("damage_marks", building) or {}).get("grade") != (row or {}).get("grade"):
            raise Failed("undo did not bring back what was there")
        self.session.redo()
        self.close()
        if (self.session.row("damage_marks", building) or {}).get("grade") != 4:
            raise Failed("the mark is not in the reopened project")
        return "kept over undo, redo and reopening"

    def picture(self) -> str:
        """A picture is drawn, and it shows more than one colour."""
        from vidbudova.scene import still

        image = still.picture(self.session, SIZE)
        colours = len({tuple(pixel) for pixel in image[::10, ::10, :3].reshape(-1, 3).tolist()})
        if image.shape[:2] != (SIZE[1], SIZE[0]) or colours < FEWEST_COLOURS:
            raise Failed(f"a picture of {image.shape} with {colours} colours")
        return f"{SIZE[0]}×{SIZE[1]}, {colours} colours"

    def analyse(self) -> str:
        """The plugins that came with the program run on the project."""
        return selftest_plugins.ours(self.path)

    def analyse_with_others(self, given: Sequence[Path]) -> str:
        """So do plugins that somebody sent."""
        return selftest_plugins.others(self.path, self.folder, given)

    def check(self) -> str:
        """The project holds together."""
        from vidbudova.store.check import check

        problems = check(self.session.project)
        if problems:
            raise Failed(f"{problems}")
        return "no problem"

    def window(self) -> str:
        """The window opens the project and shows it."""
        self.close()
        colours = self.colours_in_window(self.path)
        if colours < FEWEST_COLOURS:
            raise Failed(f"a view with {colours} colours")
        return f"open, {colours} colours"


def _house(lon: float, lat: float, name: str) -> dict[str, object]:
    side = GEOJSON_SIDE_DEG
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "id": name, "properties": {"name": name, "building:levels": 2}, "geometry": geometry}
