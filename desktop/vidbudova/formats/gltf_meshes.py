"""What a glTF document shows: triangles with colours, pictures and names, in its own upright system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidbudova.formats.facets import Floats
from vidbudova.formats.gltf_document import Document, Unsound
from vidbudova.formats.intake import Intake
from vidbudova.formats.pictures import Pictures

DEEPEST = 64
MOST_INSTANCES = 200_000
TRIANGLES, STRIP, FAN = 4, 5, 6
COMPRESSED = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression")
Z_UP = np.array([[1.0, 0, 0, 0], [0, 0, -1.0, 0], [0, 1.0, 0, 0], [0, 0, 0, 1.0]])
"""From x, y up, z to the south to east, north, up."""


@dataclass(slots=True)
class Mesh:
    """Triangles (t, 3) of places (v, 3); owners, owner (t,); uv (v, 2) or None; a picture or -1; rgb (t, 3) or None."""

    xyz: Floats
    triangles: NDArray[np.int64]
    owners: list[str]
    owner: NDArray[np.int64]
    uv: NDArray[np.float64] | None = None
    image: int = -1
    rgb: NDArray[np.uint8] | None = None


def meshes(document: Document, intake: Intake, pictures: Pictures, name: str) -> Iterator[Mesh]:
    """All meshes of the scene, y up as the format has it."""
    scenes = document.listed("scenes")
    which = document.said.get("scene", 0)
    if scenes:
        roots = document.one("scenes", which).get("nodes", [])
    else:
        below = {c for n in document.listed("nodes") if isinstance(n, dict) for c in n.get("children", []) or []}
        roots = [k for k in range(len(document.listed("nodes"))) if k not in below]
    shift = np.eye(4)
    rtc = (document.said.get("extensions") or {}).get("CESIUM_RTC")
    if isinstance(rtc, dict) and (centre := _numbers(rtc.get("center"), 3)) is not None:
        # the centre is z up already
        shift[:3, 3] = [centre[0], centre[2], -centre[1]]
    walker = _Walker(document, intake, pictures, name)
    for root in roots if isinstance(roots, list) else []:
        yield from walker.node(root, shift, 0)


class _Walker:
    def __init__(self, document: Document, intake: Intake, pictures: Pictures, name: str) -> None:
        self.document, self.intake, self.pictures, self.name = document, intake, pictures, name

    def node(self, which: Any, above: Floats, depth: int) -> Iterator[Mesh]:
        said = self.document.one("nodes", which)
        if depth > DEEPEST:
            raise Unsound("nodes are nested too deeply")
        matrix = above @ _matrix(said)
        if "mesh" in said:
            name = str(said.get("name") or f"{self.name}#{which}")
            for primitive in self.document.one("meshes", said["mesh"]).get("primitives", []):
                found = self._primitive(primitive, name)
                if found is not None:
                    yield from self._placed(found, matrix, said)
        for child in said.get("children") or []:
            yield from self.node(child, matrix, depth + 1)

    def _placed(self, mesh: Mesh, matrix: Floats, said: dict[str, Any]) -> Iterator[Mesh]:
        instancing = (said.get("extensions") or {}).get("EXT_mesh_gpu_instancing")
        turns = [np.eye(4)] if not isinstance(instancing, dict) else self._instances(instancing)
        for k, turn in enumerate(turns):
            whole = matrix @ turn
            owners = mesh.owners if len(turns) == 1 else [f"{one}@{k}" for one in mesh.owners]
            xyz = mesh.xyz @ whole[:3, :3].T + whole[:3, 3]
            triangles = mesh.triangles if np.linalg.det(whole[:3, :3]) >= 0 else mesh.triangles[:, ::-1]
            yield Mesh(xyz, triangles, owners, mesh.owner, mesh.uv, mesh.image, mesh.rgb)

    def _instances(self, said: dict[str, Any]) -> list[Floats]:
        attributes = said.get("attributes") or {}
        parts = {
            name: self.document.accessor(attributes[name]).astype(float)
            for name in ("TRANSLATION", "ROTATION", "SCALE")
            if name in attributes
        }
        count = min((len(part) for part in parts.values()), default=0)
        if count > MOST_INSTANCES:
            raise Unsound("too many instances")
        names = {"TRANSLATION": "translation", "ROTATION": "rotation", "SCALE": "scale"}
        return [_matrix({names[n]: part[k].tolist() for n, part in parts.items()}) for k in range(count)]

    def _primitive(self, said: Any, name: str) -> Mesh | None:
        if not isinstance(said, dict) or not isinstance(said.get("attributes"), dict):
            raise Unsound("primitive")
        if any(one in (said.get("extensions") or {}) for one in COMPRESSED):
            self.intake.note("mesh-compressed", name)
            return None
        mode, attributes = said.get("mode", TRIANGLES), said["attributes"]
        if mode not in (TRIANGLES, STRIP, FAN) or "POSITION" not in attributes:
            self.intake.note("not-triangles", name)
            return None
        xyz = self.document.accessor(attributes["POSITION"]).astype(np.float64)
        if xyz.shape[1:] != (3,):
            raise Unsound("POSITION")
        listed = (
            np.arange(len(xyz))
            if said.get("indices") is None
            else self.document.accessor(said["indices"]).ravel().astype(np.int64)
        )
        triangles = _threes(listed, mode)
        if len(triangles) and int(triangles.max()) >= len(xyz):
            raise Unsound("an index of a vertex that is not there")
        owners, owner = self._owners(said, triangles, len(xyz), name)
        mesh = Mesh(xyz, triangles, owners, owner)
        self._dress(mesh, said, attributes)
        return mesh

    def _owners(self, said: dict[str, Any], triangles: Any, count: int, name: str) -> tuple[list[str], Any]:
        """By feature where the document tells features apart, else all one."""
        attributes = said["attributes"]
        key = next((k for k in ("_FEATURE_ID_0", "_BATCHID", "BATCHID") if k in attributes), None)
        if key is None or not len(triangles):
            return [name], np.zeros(len(triangles), np.int64)
        raw = self.document.accessor(attributes[key]).ravel()
        if len(raw) != count:
            raise Unsound(key)
        found, of = np.unique(np.round(raw[triangles[:, 0]]).astype(np.int64), return_inverse=True)
        names = self._names(said)
        owners = [names[k] if 0 <= k < len(names) else f"{name}:{k}" for k in found.tolist()]
        return owners, of.reshape(-1).astype(np.int64)

    def _names(self, said: dict[str, Any]) -> list[str]:
        """The ids that a property table gives."""
        features = ((said.get("extensions") or {}).get("EXT_mesh_features") or {}).get("featureIds") or [{}]
        table = features[0].get("propertyTable") if isinstance(features[0], dict) else None
        tables = ((self.document.said.get("extensions") or {}).get("EXT_structural_metadata") or {}).get(
            "propertyTables"
        ) or []
        if type(table) is not int or not 0 <= table < len(tables):
            return []
        column = (tables[table].get("properties") or {}).get("id")
        if not isinstance(column, dict) or column.get("stringOffsetType", "UINT32") != "UINT32":
            return []
        raw, ends = self.document.view(column.get("values"))[0], self.document.view(column.get("stringOffsets"))[0]
        at = np.frombuffer(ends, "<u4", len(ends) // 4).astype(np.int64)
        if len(at) and (int(at[-1]) > len(raw) or (np.diff(at) < 0).any()):
            raise Unsound("stringOffsets")
        return [raw[a:b].decode("utf-8", "replace") for a, b in zip(at[:-1].tolist(), at[1:].tolist(), strict=True)]

    def _dress(self, mesh: Mesh, said: dict[str, Any], attributes: dict[str, Any]) -> None:
        material = self.document.one("materials", said["material"]) if said.get("material") is not None else {}
        pbr = material.get("pbrMetallicRoughness") or {}
        factor = _numbers(pbr.get("baseColorFactor"), 4)
        factor = np.ones(4) if factor is None else factor
        texture = pbr.get("baseColorTexture")
        if isinstance(texture, dict) and (key := f"TEXCOORD_{texture.get('texCoord', 0)}") in attributes:
            uv = self.document.accessor(attributes[key]).astype(np.float64)
            if uv.shape == (len(mesh.xyz), 2):
                mesh.uv = np.column_stack([uv[:, 0], 1.0 - uv[:, 1]])
                mesh.image = self._picture(texture.get("index"))
        if "COLOR_0" in attributes and len(mesh.triangles):
            colour = self.document.accessor(attributes["COLOR_0"])[:, :3]
            if len(colour) != len(mesh.xyz):
                raise Unsound("COLOR_0")
            mesh.rgb = shown(colour[mesh.triangles[:, 0]] * factor[:3])
        elif (factor[:3] != 1.0).any():
            mesh.rgb = np.tile(shown(factor[None, :3]), (len(mesh.triangles), 1))

    def _picture(self, which: Any) -> int:
        source = self.document.one("textures", which).get("source")
        if source is None:
            self.intake.note("texture-missing", f"{self.name}: {which}")
            return -1
        image = self.document.one("images", source)
        try:
            raw = (
                self.document.view(image["bufferView"])[0]
                if "bufferView" in image
                else self.document.bytes_of(image.get("uri"))
            )
        except Unsound as wrong:
            self.intake.note("texture-missing", str(wrong))
            return -1
        return self.pictures.add(str(image.get("name") or source), bytes(raw), key=(self.name, source))


def shown(linear: Floats) -> NDArray[np.uint8]:
    """Linear light as colours of a screen. After IEC 61966-2-1."""
    share = np.clip(np.nan_to_num(linear), 0.0, 1.0)
    made = np.where(share <= 0.0031308, share * 12.92, 1.055 * share ** (1 / 2.4) - 0.055)
    return np.round(made * 255).astype(np.uint8)


def _threes(listed: NDArray[np.int64], mode: int) -> NDArray[np.int64]:
    if mode == TRIANGLES:
        return listed[: len(listed) // 3 * 3].reshape(-1, 3)
    n = max(len(listed) - 2, 0)
    k = np.arange(n)
    if mode == FAN:
        return np.column_stack([np.full(n, listed[0] if len(listed) else 0), listed[k + 1], listed[k + 2]])
    odd = k % 2
    return np.column_stack([listed[k], listed[k + 1 + odd], listed[k + 2 - odd]])


def _numbers(said: Any, count: int) -> Floats | None:
    if not isinstance(said, list) or len(said) != count or not all(type(v) in (int, float) for v in said):
        return None
    found = np.array(said, np.float64)
    return found if np.isfinite(found).all() else None


def _matrix(said: dict[str, Any]) -> Floats:
    if (whole := _numbers(said.get("matrix"), 16)) is not None:
        return whole.reshape(4, 4).T
    made = np.eye(4)
    if (turn := _numbers(said.get("rotation"), 4)) is not None:
        made[:3, :3] = rotation(turn)
    if (scale := _numbers(said.get("scale"), 3)) is not None:
        made[:3, :3] *= scale
    if (shift := _numbers(said.get("translation"), 3)) is not None:
        made[:3, 3] = shift
    return made


def rotation(turn: Floats) -> Floats:
    """(3, 3) of a quaternion x, y, z, w."""
    x, y, z, w = turn / max(float(np.linalg.norm(turn)), 1e-12)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
