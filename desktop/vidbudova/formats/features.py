"""What a reader gives: features of one layer as they stand in the file, before anything of ours is done to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Attributes = Mapping[str, Any]


@dataclass(slots=True)
class Features:
    """A batch of features of one layer.

    Attributes
    ----------
    layer : name of the layer in the file.
    crs : what `model.crs.parse` understands, or "" when the file does not say.
    geometries : (n,) shapely geometries in `crs`, None where there is none.
    attributes : per feature, what the source says, with its own names and values.
    ids : per feature, its id in the layer, unique within the file together with `layer`.
    faults : index -> (code, what was seen) of features that the reader itself found broken.
    columns : names of all columns of the layer, also of empty ones.
    """

    layer: str
    crs: str
    geometries: NDArray[np.object_]
    attributes: list[dict[str, Any]]
    ids: list[str]
    faults: dict[int, tuple[str, str]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)
