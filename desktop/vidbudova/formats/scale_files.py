"""The damage scales from their dated data files under resources/scales."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from vidbudova import paths
from vidbudova.model.scales import Scales, parse


def load_scales(folder: Path | None = None) -> Scales:
    """The scales of a folder of JSON files (ours if None); ValueError if they do not hold together."""
    return _loaded(folder or paths.resources("scales"))


@lru_cache(maxsize=4)
def _loaded(folder: Path) -> Scales:
    return parse({p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.json"))})
