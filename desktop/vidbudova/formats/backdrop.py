"""Meshes that stand for themselves, from whatever format: placed on the earth and put into models."""

from __future__ import annotations

from typing import Any

import numpy as np

from vidbudova.errors import UserError
from vidbudova.formats import spatial
from vidbudova.formats.facets import Floats
from vidbudova.formats.gltf_meshes import Mesh
from vidbudova.formats.intake import Intake
from vidbudova.formats.model_file import Dress, Models
from vidbudova.model import crs as crs_rules

EARTH_M = (6.2e6, 6.5e6)


class Backdrop:
    """Takes meshes in one system, east first, heights up; `crs` is what the file says of it, or ""."""

    def __init__(self, intake: Intake, crs: str) -> None:
        self.intake = intake
        self.said = intake.job.crs or crs
        self.where: spatial.Spatial | None = None
        self.models = Models(intake, self._to_project)
        self._seen: set[str] = set()

    def _to_project(self, xyz: Floats) -> Floats:
        assert self.where is not None
        return self.where.to_project(xyz, self.intake.job.project_crs)

    def take(self, mesh: Mesh, lod: str = "") -> None:
        """One mesh."""
        if not len(mesh.triangles):
            return
        if self.where is None:
            self._place(mesh.xyz)
        fresh = set(mesh.owners) - self._seen
        self._seen |= fresh
        self.intake.read += len(fresh)
        self.intake.kept += len(fresh)
        count = len(mesh.triangles)
        rgb = np.full((count, 3), 255, np.uint8) if mesh.rgb is None else mesh.rgb
        image = np.full(count, mesh.image, np.int16)
        dress = Dress(np.zeros(count, np.uint8), image, rgb, mesh.rgb is not None)
        self.models.add_triangles("backdrop", lod, mesh.owners, mesh.owner, mesh.xyz, mesh.triangles, dress, mesh.uv)

    def _place(self, xyz: Floats) -> None:
        """Which system: as said, or that of the earth where numbers are as large as it."""
        said: Any = self.said
        if not said and EARTH_M[0] < float(np.linalg.norm(xyz[0])) < EARTH_M[1]:
            said = "EPSG:4978"
        where = spatial.spatial(said, xyz[0], east_first=True)
        if where is None:
            low, high = xyz.min(axis=0), xyz.max(axis=0)
            hint = crs_rules.guess_hint((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
            raise UserError("crs-missing", file=self.intake.job.name, hint=hint)
        self.where = where
        self.intake.crs = "EPSG:4978" if where.geocentric else where.flat
        self.models.datum = where.datum
        if not where.datum:
            self.intake.note("heights-unknown")

    def finish(self) -> None:
        """Write what was taken."""
        self.models.finish()
