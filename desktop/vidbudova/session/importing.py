"""Bringing foreign files into the project: each comes in whole as its report says, or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.formats import endings, folders, reading
from vidbudova.formats.report import FileReport, Limits
from vidbudova.model import schema
from vidbudova.session.core import Session
from vidbudova.text import _

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]

READING_SHARE = 0.8
"""How much of the bar is reading; the rest is taking in."""


def import_file(
    session: Session,
    path: Path | str,
    kind: str | None = None,
    crs: str | None = None,
    dry_run: bool = False,
    progress: Progress = lambda share, what: None,
    cancelled: Cancelled = lambda: False,
    *,
    attribution: str = "",
    licence: str = "",
    limits: Limits | None = None,
    mends: Sequence[str] = (),
    within: tuple[float, float, float, float] | None = None,
) -> FileReport:
    """Read a file in a child process and take its rows in as one Change.

    The same file a second time changes nothing, and the report says so (`already`). `mends` are ids that an earlier
    report proposed; nothing of them is done unasked. `within` is a box (west, south, east, north in degrees): only
    features that meet it come in.

    Raises
    ------
    UserError
        With nothing brought in.
    """
    path = Path(path)
    if kind is not None and kind not in schema.LAYER_KINDS:
        raise UserError("kind-unclear", file=path.name, kinds=", ".join(schema.LAYER_KINDS))
    with tempfile.TemporaryDirectory(prefix="vidbudova-import-") as folder:
        staging = Path(folder) / "staging.sqlite"
        report = reading.read(
            path, mends=mends, project_crs=session.crs, staging=staging, kind=kind, crs=crs, limits=limits or Limits(),
            assumed=replace(_assumed(session, attribution, licence), within=within), cancelled=cancelled,
            progress=lambda share, what: progress(share * READING_SHARE, what),
        )  # fmt: skip
        if cancelled():
            raise UserError("import-cancelled", file=path.name)
        return report if dry_run else _take_in(session, staging, report, progress, cancelled)


def _take_in(
    session: Session, staging: Path, report: FileReport, progress: Progress, cancelled: Cancelled
) -> FileReport:
    def taken(share: float) -> None:
        if cancelled():
            raise UserError("import-cancelled", file=report["file"])
        progress(READING_SHARE + share * (1.0 - READING_SHARE), _("Writing to the project"))

    before = session.project.count_changes()
    session.add_layer(staging, layer_fields(report), progress=taken)
    progress(1.0, "")
    return {**report, "already": session.project.count_changes() == before}


def layer_fields(report: FileReport) -> dict[str, Any]:
    """What every layer row of a file says: source, checksum, format, system, report, and a line for each table."""
    said = {name: value for name, value in report.items() if name not in ("layers", "already")}
    return {
        "source": report["file"],
        "sha256": report["sha256"],
        "format": report["format"],
        "crs": report["crs"],
        "report": said,
        "layers": report["layers"],
    }


def _assumed(session: Session, attribution: str, licence: str) -> reading.Assumed:
    row = session.row("project", "project") or {}
    usual = reading.Assumed()
    return reading.Assumed(
        float(row.get("storey_height_m") or usual.storey_height_m),  # type: ignore[arg-type]
        float(row.get("default_height_m") or usual.default_height_m),  # type: ignore[arg-type]
        attribution,
        licence,
        session.bounds(),
        terrain=_terrain(session),
    )


def _terrain(session: Session) -> tuple[str, ...]:
    """The files of the project's ground, for what may float above it."""
    files = (session.layer_file(str(row["file"])) for row in session.rows("terrain").values() if row["file"])
    return tuple(str(path) for path in files if path is not None)


def files_of(paths: Iterable[Path | str]) -> list[Path]:
    """The files to import: those named, and in a named folder those with an ending that a format has."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir() and not folders.is_source(path):
            found += sorted(p for p in path.iterdir() if (p.is_file() and endings.is_known(p)) or folders.is_source(p))
        else:
            found.append(path)
    return found


def import_many(
    session: Session,
    paths: Iterable[Path | str],
    progress: Progress = lambda share, what: None,
    cancelled: Cancelled = lambda: False,
    **options: Any,
) -> list[FileReport | UserError]:
    """Import files and folders one after the other; a file that cannot be read gives its error in its place."""
    files = files_of(paths)
    results: list[FileReport | UserError] = []
    for at, path in enumerate(files):

        def share(done: float, what: str, at: int = at, name: str = path.name) -> None:
            progress((at + done) / len(files), name if not what else f"{name}: {what}")

        try:
            results.append(import_file(session, path, progress=share, cancelled=cancelled, **options))
        except UserError as error:
            if error.key == "import-cancelled":
                raise
            results.append(error)
    return results
