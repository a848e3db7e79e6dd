"""glTF 2.0 and GLB as a backdrop: read by ourselves, files beside it only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import beside
from vidbudova.formats.backdrop import Backdrop
from vidbudova.formats.gltf_document import MAGIC, Document, Unsound
from vidbudova.formats.gltf_meshes import Z_UP, meshes
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "gltf"
TITLE = "glTF/GLB"
ENDINGS = (".gltf", ".glb")

_ASSET = re.compile(rb'"asset"\s*:')
_PARTS = re.compile(rb'"(?:meshes|nodes|scenes|accessors|buffers)"\s*:')


def sniff(path: Path, head: bytes) -> bool:
    """The mark of GLB, or the JSON of glTF."""
    if head.startswith(MAGIC):
        return True
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    suffix = path.suffix.lower() == ".gltf"
    return start.startswith(b"{") and bool(_ASSET.search(head)) and (suffix or bool(_PARTS.search(head)))


def read(path: Path, intake: Intake) -> None:
    """All meshes of the scene."""
    allowed = beside.allowed(path)
    try:
        document = Document(path.read_bytes(), allowed.get)
        crs, origin = _place(document)
        backdrop = Backdrop(intake, crs)
        for mesh in meshes(document, intake, backdrop.models.pictures, path.stem):
            mesh.xyz = mesh.xyz @ Z_UP[:3, :3].T + origin
            backdrop.take(mesh)
    except Unsound as wrong:
        raise UserError("file-unreadable", file=intake.job.name, reason=str(wrong)) from None
    if not intake.read:
        why = (
            _("its meshes are compressed (Draco or meshopt)")
            if intake.counts["mesh-compressed"]
            else _("it has no triangles")
        )
        raise UserError("import-empty", file=intake.job.name, reason=why)
    backdrop.finish()


def _place(document: Document) -> tuple[str, Any]:
    """Where files of ours say they are; others do not."""
    extras = document.said["asset"].get("extras")
    if not isinstance(extras, dict) or not isinstance(extras.get("crs"), str):
        return "", np.zeros(3)
    origin = extras.get("origin")
    if not isinstance(origin, list) or len(origin) != 3 or not all(type(v) in (int, float) for v in origin):
        return "", np.zeros(3)
    return extras["crs"], np.array(origin, np.float64)
