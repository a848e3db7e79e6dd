"""What a project holds, in numbers."""

from __future__ import annotations

from typing import Any

from vidbudova.model.codes import EVIDENCE
from vidbudova.model.damage import grade_counts, reading_counts
from vidbudova.session.core import Session
from vidbudova.session.damage import damage_view
from vidbudova.session.places import wholes
from vidbudova.session.sizes import sizes


def summary(session: Session) -> dict[str, Any]:
    """Layers and counts. `by_reading` counts buildings without a mark by what was seen from above."""
    measured = sizes(session)
    return {
        "crs": session.crs,
        "layers": [
            {"name": r["name"], "kind": r["kind"], "features": r["features"], "source": r["source"],
             "attribution": r["attribution"], "licence": r["licence"], **measured.get(id, {})}
            for id, r in session.rows("layers").items()
        ],
        "buildings": session.count("buildings") - len(wholes(session)),
        "building_parts": len(wholes(session)),
        "damage": damage_summary(session),
        "matches": session.count("matches"),
        "zones": session.count("zones"),
        "scenarios": 1,
        "changes": session.project.count_changes(),
        "conflicts": len(session.conflicts()),
        "photos": session.count("photos"),
        "bounds": session.bounds(),
    }  # fmt: skip


def damage_summary(session: Session) -> dict[str, Any]:
    """Marks by grade and by evidence, readings of buildings without a mark, observations."""
    parts = wholes(session)
    view = damage_view(session, [id for id in session.columns("buildings", [])["id"] if id not in parts])
    evidence = list(session.columns("damage_marks", ["evidence"])["evidence"])
    return {
        "marked": int((view.grade >= 0).sum()),
        "by_grade": grade_counts(view.grade),
        "by_evidence": {kind: evidence.count(kind) for kind in EVIDENCE},
        "by_reading": reading_counts(view.reading[view.grade < 0]),
        "observations": session.count("observations"),
    }
