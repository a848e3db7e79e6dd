"""Appearance in CityGML: which picture with which places lies on which ring, which colour on which surface."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vidbudova.formats.facets import Face, Floats
from vidbudova.formats.pictures import Pictures
from vidbudova.formats.xml_stream import Node

RGB = tuple[int, int, int]


class Dresses:
    """Pictures by ring and colours by surface, of the whole file or of the object that is read."""

    def __init__(self, pictures: Pictures, allowed: dict[str, Path]) -> None:
        self.pictures, self.allowed = pictures, allowed
        self.rings: dict[str, tuple[int, Floats]] = {}
        self.colours: dict[str, RGB] = {}

    def of(self, node: Node) -> None:
        """What an object says about itself."""
        for child in node.children:
            if child.name in ("appearance", "appearanceMember"):
                self.take(child)

    def take(self, node: Node) -> None:
        """One appearance."""
        for texture in node.all("ParameterizedTexture"):
            self._texture(texture)
        for material in node.all("X3DMaterial"):
            rgb = _colour(material.said("diffuseColor"))
            for target in material.all("target"):
                if rgb is not None:
                    self.colours[(target.text.strip() or _uri(target)).lstrip("#")] = rgb

    def _texture(self, node: Node) -> None:
        name = node.said("imageURI")
        image = self.pictures.beside(name, self.allowed, node.said("wrapMode") in ("", "wrap", "mirror"))
        for said in node.all("textureCoordinates"):
            ring = said.attributes.get("ring", "").lstrip("#")
            flat = np.array(said.text.split()[: 2 * 10**6], dtype="S32")
            try:
                uv = flat.astype(np.float64)
            except ValueError:
                continue
            if ring and len(uv) % 2 == 0:
                self.rings[ring] = (image, uv.reshape(-1, 2))

    def dress(self, face: Face, names: list[str], surfaces: list[str]) -> None:
        """Put on a face what its rings and the surfaces around it are said to wear."""
        face.rgb = next((self.colours[one] for one in surfaces if one in self.colours), None)
        said = [self.rings.get(name) for name in names]
        uv = [one[1] for one in said if one is not None]
        if len(uv) != len(face.rings) or any(len(a) < len(b) for a, b in zip(uv, face.rings, strict=True)):
            return
        face.image = next(one[0] for one in said if one is not None)
        face.uv = [places[: len(ring)] for places, ring in zip(uv, face.rings, strict=True)]


def _uri(node: Node) -> str:
    return node.attributes.get("uri", "")


def _colour(said: str) -> RGB | None:
    try:
        r, g, b = (round(255 * float(v)) for v in said.split())
    except (ValueError, OverflowError):
        return None
    return (r, g, b) if all(0 <= v <= 255 for v in (r, g, b)) else None
