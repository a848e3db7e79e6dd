"""Values as the file holds them: GeoPackage blobs, JSON for sets, text for what fits nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vidbudova.model.change import Value, decode_value, encode_value
from vidbudova.model.schema import Field, Table
from vidbudova.model.wkb import are_plain, bounds

HEADER = np.dtype([("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "<i4"), ("envelope", "<f8", 4)])
"""The 40 bytes before the WKB: little-endian, with an XY envelope."""
LITTLE_ENDIAN, HAS_ENVELOPE, IS_EMPTY = 0b1, 0b10, 0b1_0000
WKB_AT = HEADER.itemsize + 1
"""Where SQL substr() finds the WKB."""
MULTI = {0: 4, 1: 5, 3: 6}
TYPE_IDS = {"MULTIPOINT": 4, "MULTILINESTRING": 5, "MULTIPOLYGON": 6}


def dumps(value: object) -> str:
    """Canonical JSON text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def head_text(value: dict[str, Value] | bool) -> str:
    """The value of a cell as the log's tables hold it."""
    return dumps(value if isinstance(value, bool) else {k: encode_value(v) for k, v in value.items()})


def head_value(text: str) -> dict[str, Value] | bool:
    """The inverse of `head_text`."""
    plain = json.loads(text)
    return plain if isinstance(plain, bool) else {k: decode_value(v) for k, v in plain.items()}


def fid_of(id: str) -> int:
    """The feature number of a row that a person made: 53 bits of its id's hash, so that undo gives the same one."""
    return int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "big") >> 11 or 1


def blobs(wkb: Sequence[bytes | None], srs_id: int) -> list[bytes | None]:
    """GeoPackage geometries of WKB; None and bytes that are no geometry give None."""
    given = np.array(wkb, dtype=object)
    plain = are_plain(wkb)
    odd = np.flatnonzero(~plain)
    shapes = shapely.from_wkb(given[odd], on_invalid="ignore")
    header, around, known = np.zeros(len(given), HEADER), np.zeros((len(given), 4)), plain.copy()
    around[plain], around[odd] = bounds(given[plain].tolist()), shapely.bounds(shapes)
    header["magic"], header["srs"] = b"GP", srs_id
    header["flags"] = LITTLE_ENDIAN | HAS_ENVELOPE
    header["flags"][odd[shapely.is_empty(shapes)]] |= IS_EMPTY
    header["envelope"] = around[:, [0, 2, 1, 3]]
    heads = header.tobytes()
    size = HEADER.itemsize
    known[odd] = ~shapely.is_missing(shapes)
    return [
        heads[i * size : (i + 1) * size] + bytes(w) if k and w else None
        for i, (w, k) in enumerate(zip(wkb, known, strict=True))
    ]


def fitted(wkb: Sequence[bytes | None], geometry: str) -> list[bytes | None]:
    """WKB as the table wants it: plane, little-endian, and multi where the column is multi."""
    given = np.array(wkb, dtype=object)
    wanted = TYPE_IDS.get(geometry)
    open_ = np.flatnonzero(~are_plain(wkb)) if wanted in (None, TYPE_IDS["MULTIPOLYGON"]) else np.arange(len(given))
    shapes = shapely.from_wkb(given[open_], on_invalid="ignore")
    kinds = shapely.get_type_id(shapes)
    odd = shapely.has_z(shapes) | ((kinds >= 0) & (kinds != wanted) if wanted else False)
    odd |= np.array([w is not None and w[:1] == b"\0" for w in given[open_]], dtype=bool)
    if odd.any():
        given[open_[odd]] = shapely.to_wkb(_as_many(shapely.force_2d(shapes[odd]), wanted), byte_order=1)
    return list(given)


def _as_many(shapes: NDArray[np.object_], wanted: int | None) -> NDArray[np.object_]:
    """Single shapes turned into multi ones of the wanted type; others stay as they are."""
    makers = {4: shapely.multipoints, 5: shapely.multilinestrings, 6: shapely.multipolygons}
    single = np.array([wanted is not None and MULTI.get(int(k)) == wanted for k in shapely.get_type_id(shapes)], bool)
    if wanted is not None and single.any():
        shapes[single] = makers[wanted](shapes[single], indices=np.arange(single.sum()))
    return shapes


def to_sql(field: Field, value: Value, srs_id: int) -> Any:
    """A value for its column; what does not fit the kind (from a newer version) is written as text."""
    if value is None:
        return "[]" if field.kind == "set" else None
    if field.kind == "geometry":
        return blobs([value], srs_id)[0] if isinstance(value, bytes) else None
    if field.kind == "set":
        return dumps(sorted(value)) if isinstance(value, (frozenset, set)) else dumps(encode_value(value))
    if field.kind == "bytes":
        return value if isinstance(value, bytes) else str(value).encode()
    if field.kind in ("integer", "real", "boolean"):
        return value if isinstance(value, (int, float)) else dumps(encode_value(value))
    return value if isinstance(value, str) else dumps(encode_value(value))


def from_sql(field: Field, value: Any) -> Value:
    """The inverse of `to_sql`; a geometry comes as WKB already (`select`)."""
    if value is None:
        return frozenset() if field.kind == "set" else None
    if field.kind == "set":
        return frozenset(json.loads(value))
    if field.kind == "boolean":
        return bool(value)
    if field.kind in ("date", "time") and not isinstance(value, str):
        return str(value)
    return value  # type: ignore[no-any-return]


CONVERTED = frozenset({"set", "boolean", "date", "time"})


def select(field: Field) -> str:
    """The column as a query reads it: geometries as WKB."""
    return f'substr("{field.name}", {WKB_AT})' if field.kind == "geometry" else f'"{field.name}"'


def names(table: Table) -> str:
    """All columns of a table for an INSERT."""
    return ", ".join(["fid", "id", *(f'"{f.name}"' for f in table.fields)])
