"""The arrays of a city kept beside its project, so that opening it again maps a file instead of reading every row.

`City.cache/<sha256>.arrays` and `city.json`, which names it and says what it rests on. It may be deleted at any time;
what is damaged, of another version or of another state of the project is not used, and the next one takes its place.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.formats import arrays
from vidbudova.model.shapes import Shapes
from vidbudova.scene import city_tables
from vidbudova.scene.city_tables import COLUMNS, MIXED, NUMBERED, Tables
from vidbudova.scene.growth import Growth
from vidbudova.scene.solids import Solids
from vidbudova.store.state import State

if TYPE_CHECKING:
    from vidbudova.session import Session

log = logging.getLogger(__name__)

VERSION = 2
"""Another one where anything about shapes, solids or this file changes."""
INDEX = "city.json"
FEWEST = 5_000
"""Rows; fewer are read as quickly as they are mapped."""
MOST_BYTES = 8 * 1024**3
SPARE_BYTES = 512 * 1024**2
"""What is left free on the disk at least."""
BROKEN = (OSError, ValueError, KeyError, TypeError, IndexError)
_SHAPE = ("xy", "part_offsets", "feature_offsets", "is_hole")
_SOLID = tuple(f.name for f in fields(Solids) if f.name != "shapes")
NAMES = (*NUMBERED, *(f"{table}_{kind}" for table in MIXED for kind in ("points", "lines", "areas")))


@dataclass(frozen=True, slots=True)
class Claim:
    """What a city is made of, before it is known that what was kept of it is undamaged.

    holds : waits for the checksum; where it gives False, `tables` is not to be shown.
    """

    tables: Tables
    holds: Callable[[], bool]


def tables(session: Session) -> Tables:
    """What a city is made of: as it was kept, with the edits since, or read from the project."""
    claim = claimed(session)
    return claim.tables if claim.holds() else city_tables.read(session)


def claimed(session: Session) -> Claim:
    """The same while the checksum of half a gigabyte is worked out beside."""
    claim = opened(session)
    if claim is not None:
        with suppress(*BROKEN):
            if (found := city_tables.mended(claim.tables, session)) is not None:
                return Claim(found, claim.holds)
        claim.holds()
    return Claim(city_tables.read(session), lambda: True)


def opened(session: Session) -> Claim | None:
    """What was kept of a project, whatever its state was then; None if there is nothing of use."""
    folder = session.project.beside("cache")
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        path = folder / f"{index['file']}.{arrays.ENDING}"
        if index["version"] != [VERSION, np.dtype(np.float64).str, _columns()] or not str(index["file"]).isalnum():
            return None
        holds = _checked(path, index["file"])
        try:
            # a drive that can only be read may be pulled out, which a map of it would not live through
            found = _unpacked(arrays.open_arrays(path), State(**index["state"]), copied=session.read_only)
        except BROKEN:
            holds()
            raise
        return Claim(found, holds)
    except FileNotFoundError:
        return None
    except BROKEN:
        log.warning("what was kept of the city cannot be used", exc_info=True)
        return None


def _checked(path: Path, sha256: str) -> Callable[[], bool]:
    """Begin to work out a checksum in a thread of its own; what is given back waits for it."""
    with_thread = ThreadPoolExecutor(1, "checksum of the city")
    found = with_thread.submit(arrays.sha256_of, path)
    with_thread.shutdown(wait=False)

    def holds() -> bool:
        try:
            same = found.result() == sha256
        except OSError:
            same = False
        if not same:
            log.warning("what was kept of the city is damaged: %s", path.name)
        return same

    return holds


def _columns() -> dict[str, list[str]]:
    return {name: list(columns) for name, columns in COLUMNS.items()}


def keep(session: Session, found: Tables) -> Path | None:
    """Keep a city for the next time; None where that is not worth it or cannot be done."""
    if session.read_only or sum(len(s) for s in found.shapes.values()) < FEWEST:
        return None
    folder = session.project.beside("cache")
    part = folder / f"{os.getpid()}.part"
    try:
        folder.mkdir(exist_ok=True)
        size = sum(s.xy.nbytes + 400 * len(s) for s in found.shapes.values())
        if size > MOST_BYTES or shutil.disk_usage(folder).free < size + SPARE_BYTES:
            return None
        _pack(part, found)
        sha256 = arrays.sha256_of(part)
        path = folder / f"{sha256}.{arrays.ENDING}"
        part.replace(path)
        index = {
            "version": [VERSION, np.dtype(np.float64).str, _columns()],
            "file": sha256,
            "state": asdict(found.state),
        }
        part.write_text(json.dumps(index), encoding="utf-8")
        part.replace(folder / INDEX)
    except OSError:
        log.warning("the city could not be kept for the next time", exc_info=True)
        return None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    _drop_others(folder, path)
    return path


def _drop_others(folder: Path, path: Path) -> None:
    for other in folder.glob(f"*.{arrays.ENDING}"):
        if other != path:
            with suppress(OSError):  # one that is still mapped on Windows goes next time
                other.unlink()


def _pack(path: Path, found: Tables) -> None:
    with arrays.Writer(path) as writer:
        for name in NAMES:
            shapes = found.shapes[name]
            _put_texts(writer, f"{name}/ids", shapes.ids.tolist())
            for part in _SHAPE:
                writer.put(f"{name}/{part}", getattr(shapes, part))
            if name in found.fids:
                writer.put(f"{name}/fid", found.fids[name])
            for column, values in shapes.columns.items():
                if values.dtype == object:
                    _put_values(writer, f"{name}/{column}", values)
                else:
                    writer.put(f"{name}/{column}", values)
        for part in _SOLID:
            writer.put(f"solids/{part}", getattr(found.solids, part))
        writer.put("growth/place", found.growth.place)
        writer.put("growth/height_m", found.growth.height_m)
        writer.close({})


def _put_texts(writer: arrays.Writer, name: str, texts: list[str]) -> None:
    writer.put(name, np.frombuffer("\n".join(texts).encode(), np.uint8))


def _put_values(writer: arrays.Writer, name: str, values: NDArray[Any]) -> None:
    """A column of texts as one list of the different ones and the place of each in it."""
    places: dict[Any, int] = {}
    of = np.fromiter((places.setdefault(v, len(places)) for v in values.tolist()), np.int32, len(values))
    writer.put(f"{name}/of", of)
    writer.put(f"{name}/words", np.frombuffer(json.dumps(list(places)).encode(), np.uint8))


def _unpacked(found: arrays.Arrays, state: State, copied: bool) -> Tables:
    def array(name: str) -> NDArray[Any]:
        values = found[name]
        return np.array(values) if copied else np.asarray(values)

    shapes = {name: _shapes(name, array, set(found)) for name in NAMES}
    solids = Solids(shapes["buildings"], **{part: array(f"solids/{part}") for part in _SOLID})
    if any(len(getattr(solids, part)) != len(shapes["buildings"]) for part in _SOLID):
        raise ValueError("solids and buildings differ")
    growth = Growth(shapes["trees"], shapes["landuse"], array("growth/place"), array("growth/height_m"))
    return Tables(shapes, solids, {name: array(f"{name}/fid") for name in NUMBERED}, growth, state, due=False)


def _shapes(name: str, array: Any, there: set[str]) -> Shapes:
    flat = {part: array(f"{name}/{part}") for part in _SHAPE}
    count = len(flat["feature_offsets"]) - 1
    ids = np.empty(count, object)
    if count:
        ids[:] = array(f"{name}/ids").tobytes().decode().split("\n")
    columns = {}
    for column in COLUMNS[name if name in COLUMNS else name.rpartition("_")[0]]:
        if f"{name}/{column}" in there:
            columns[column] = array(f"{name}/{column}")
        else:
            words = json.loads(array(f"{name}/{column}/words").tobytes())
            listed = np.empty(len(words), object)
            listed[:] = words
            columns[column] = listed[array(f"{name}/{column}/of")] if words else np.empty(0, object)
    return Shapes(ids, columns=columns, **flat)
