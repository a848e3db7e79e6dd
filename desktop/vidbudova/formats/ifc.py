"""IFC as a backdrop, where the optional package for it is installed; each product is one thing with its name."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats.backdrop import Backdrop
from vidbudova.formats.facets import Floats
from vidbudova.formats.gltf_meshes import Mesh
from vidbudova.formats.intake import Intake
from vidbudova.text import _

NAME = "ifc"
TITLE = "IFC"
ENDINGS = (".ifc",)

NOT_SHOWN = frozenset({"IfcSpace", "IfcOpeningElement", "IfcAnnotation", "IfcGrid", "IfcVirtualElement"})
"""Products that are no matter."""


def sniff(_path: Path, head: bytes) -> bool:
    """A STEP file with a schema of IFC."""
    return head.lstrip().startswith(b"ISO-10303-21") and b"IFC" in head[:4096].upper()


def read(path: Path, intake: Intake) -> None:
    """The shapes of all products."""
    try:
        # by its name: it is the one library that need not be there
        ifcopenshell, geom = import_module("ifcopenshell"), import_module("ifcopenshell.geom")
    except ImportError:
        reason = _("IFC is read with an extra package. Install it with: pip install “vidbudova[ifc]”")
        raise UserError("file-unreadable", file=intake.job.name, reason=reason) from None
    model = ifcopenshell.open(str(path))
    if model is None:
        raise UserError("file-unreadable", file=intake.job.name, reason=_("it is no whole IFC file"))
    crs, matrix = _place(model)
    backdrop = Backdrop(intake, crs)
    for product, geometry, share in _shapes(geom, model):
        _take(backdrop, product, geometry, matrix)
        intake.progress(share, "")
    if not intake.read:
        raise UserError("import-empty", file=intake.job.name, reason=_("none of its products has a shape"))
    backdrop.finish()


def _shapes(geom: Any, model: Any) -> Any:
    settings = geom.settings()
    settings.set("use-world-coords", True)
    iterator = geom.iterator(settings, model, 1)
    if not iterator.initialize():
        return
    while True:
        shape = iterator.get()
        product = model.by_id(shape.id)
        if product.is_a() not in NOT_SHOWN:
            yield product, shape.geometry, iterator.progress() / 100.0
        if not iterator.next():
            return


def _take(backdrop: Backdrop, product: Any, geometry: Any, matrix: Floats) -> None:
    xyz = np.array(geometry.verts, np.float64).reshape(-1, 3)
    triangles = np.array(geometry.faces, np.int64).reshape(-1, 3)
    if not len(triangles):
        return
    name = f"{product.is_a()} {product.Name or ''} {product.GlobalId}".replace("  ", " ")
    mesh = Mesh(xyz @ matrix[:3, :3].T + matrix[:3, 3], triangles, [name], np.zeros(len(triangles), np.int64))
    mesh.rgb = _colours(geometry, len(triangles))
    backdrop.take(mesh)


def _colours(geometry: Any, count: int) -> Any:
    """The colour of each triangle's material; None where there are no materials."""
    materials, of = list(geometry.materials), np.array(geometry.material_ids, np.int64)
    if not materials or len(of) != count:
        return None
    rgb = [
        (m.diffuse.r(), m.diffuse.g(), m.diffuse.b()) if m.diffuse is not None else (1.0, 1.0, 1.0) for m in materials
    ]
    shown = np.round(255 * np.clip(np.array([*rgb, (1.0, 1.0, 1.0)], np.float64), 0.0, 1.0)).astype(np.uint8)
    return shown[of]


def _place(model: Any) -> tuple[str, Floats]:
    """The system of the map that the file names, and the way there."""
    matrix = np.eye(4)
    try:
        conversions = model.by_type("IfcMapConversion")
    except RuntimeError:  # schemas before IFC4 have none
        return "", matrix
    if not conversions:
        return "", matrix
    one = conversions[0]
    along = np.array([one.XAxisAbscissa or 1.0, one.XAxisOrdinate or 0.0])
    along = along / max(float(np.linalg.norm(along)), 1e-12)
    matrix[:2, :2] = [[along[0], -along[1]], [along[1], along[0]]]
    matrix[:2, :2] *= one.Scale or 1.0
    matrix[:3, 3] = (one.Eastings or 0.0, one.Northings or 0.0, one.OrthogonalHeight or 0.0)
    return str(one.TargetCRS.Name or "") if one.TargetCRS is not None else "", matrix
