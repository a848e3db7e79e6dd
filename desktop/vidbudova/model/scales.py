"""Damage scales and the crosswalk between them: what a class of one scale may say on another, and on what evidence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from vidbudova.errors import UserError
from vidbudova.model.codes import EVIDENCE
from vidbudova.text import _, language

OURS = "vidbudova"
"""Id of our own scale: 0, P (possible), 1 … 5."""

REMOTE = frozenset({"satellite", "drone"})
"""Evidence from above."""

SEVERITY = ("0", "P", "1", "2", "3", "4", "5")
"""Readings on our scale, the mildest first. P stands between "none seen" and the first grade and is no grade."""

Quality = Literal["exact", "lossy", "not-allowed"]
KINDS = ("structural", "remote", "posting", "legal", "derived")
TARGETS = ("building", "ground", "cell")


@dataclass(frozen=True, slots=True)
class Words:
    """A title in the languages of the data file; English is always there."""

    by_language: Mapping[str, str]

    def __str__(self) -> str:
        return self.by_language.get(language()) or self.by_language["en"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row is from; `state`: ``read``, ``partial`` (a cut-off or third-party copy), ``general knowledge``."""

    title: str
    url: str
    state: str


@dataclass(frozen=True, slots=True)
class Step:
    """One class of a scale.

    Attributes
    ----------
    code : what is stored; aliases : other spellings of the same class, as files write them.
    target : whether the class speaks of a building, of the ground (craters) or of a grid cell.
    order : place on the scale, the mildest first; None if it has none.
    verified : whether the wording was read at its source.
    meaning : description in our own words, by structure (``masonry``, ``concrete``).
    """

    code: str
    title: Words
    aliases: tuple[str, ...]
    target: str
    order: int | None
    verified: bool
    source: Source
    meaning: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Scale:
    """A damage scale or a list of legal categories as one dated data file has it.

    Attributes
    ----------
    kind : ``structural`` (an engineer's grade), ``remote`` (seen from above), ``posting``, ``legal`` (entered from an
        act, never computed) or ``derived``.
    evidence : the evidence the scale was made for.
    """

    id: str
    title: Words
    kind: str
    edition: str
    dated: str
    evidence: frozenset[str]
    note: Words
    steps: tuple[Step, ...]
    index: Mapping[str, Step]

    @property
    def verified(self) -> bool:
        """Whether every class was read at its source."""
        return all(step.verified for step in self.steps)

    def find(self, value: object) -> Step | None:
        """The class that a raw value means (code or another spelling; 3 and 3.0 are "3"), or None."""
        return self.index.get(_folded(value))


@dataclass(frozen=True, slots=True)
class Rule:
    """One arrow of the crosswalk, one-way, with its quality for every kind of evidence."""

    source: str
    code: str
    target: str
    value: str
    low: int | None
    high: int | None
    quality: Mapping[str, Quality]
    reason: Words


@dataclass(frozen=True, slots=True)
class Reading:
    """What a class says on another scale.

    Attributes
    ----------
    grade : code on the target scale (on ours: 0, P, 1 … 5).
    quality : ``exact`` or ``lossy``.
    low, high : the grades it may stand for, or None.
    note : why, in the reader's language.
    """

    grade: str
    quality: Quality
    low: int | None
    high: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Scales:
    """All scales by id, with the crosswalk."""

    by_id: Mapping[str, Scale]
    rules: Mapping[tuple[str, str, str], tuple[Rule, ...]]
    reviewed: bool

    def convert(self, value: object, source: str, evidence: str, target: str = OURS) -> Reading:
        """What a raw value of one scale says on another, given what it rests on.

        Parameters
        ----------
        value : code or text as the file has it.
        source, target : ids of scales.
        evidence : one of `codes.EVIDENCE`.

        Raises
        ------
        UserError
            conversion-not-allowed: no arrow leads there from this evidence (legal categories have none at all).
        """
        scale = self.by_id.get(source)
        step = scale.find(value) if scale else None
        if step is not None:
            for rule in self.rules.get((source, step.code, target), ()):
                quality = rule.quality.get(evidence, "not-allowed")
                if quality != "not-allowed":
                    return Reading(rule.value, quality, rule.low, rule.high, str(rule.reason))
        raise UserError(
            "conversion-not-allowed",
            value=value,
            source=str(scale.title) if scale else source,
            target=str(self.by_id[target].title) if target in self.by_id else target,
            evidence=_(EVIDENCE.get(evidence, evidence)).lower(),
        )

    def reading(self, value: object, source: str, evidence: str) -> str:
        """The grade on our scale, or "" where the crosswalk allows none (for whole files; raw values stay anyway)."""
        try:
            return self.convert(value, source, evidence).grade
        except UserError:
            return ""

    def guess(self, values: Iterable[object]) -> str:
        """Id of the scale that knows all these raw values, the remote ones first; "" if none does."""
        wanted = {_folded(v) for v in values if _folded(v)}
        ranked = sorted(self.by_id.values(), key=lambda s: (s.kind != "remote", s.id))
        return next((s.id for s in ranked if wanted and wanted <= s.index.keys()), "")


def severity(reading: str) -> int:
    """Place of a reading in SEVERITY, -1 for none: for taking the worse of two."""
    return SEVERITY.index(reading) if reading in SEVERITY else -1


def parse(documents: Mapping[str, Any]) -> Scales:
    """The scales of parsed data files, checked.

    Parameters
    ----------
    documents : JSON objects by file stem; ``crosswalk`` is the crosswalk, every other one a scale.

    Raises
    ------
    ValueError
        If a file does not hold together: an unknown kind, source, target, evidence or class; a class named twice;
        an arrow to or from a legal list; an arrow from P to a grade; or a structural grade 1, 2 or 4 from above.
    """
    scales = {name: _scale(name, body) for name, body in documents.items() if name != "crosswalk"}
    body = documents["crosswalk"]
    rules: dict[tuple[str, str, str], tuple[Rule, ...]] = {}
    for row in body["rules"]:
        rule = _rule(row, scales)
        key = (rule.source, rule.code, rule.target)
        rules[key] = (*rules.get(key, ()), rule)
    return Scales(MappingProxyType(scales), MappingProxyType(rules), bool(body["reviewed"]))


def _scale(name: str, body: Mapping[str, Any]) -> Scale:
    _require(body["id"] == name and body["kind"] in KINDS, f"{name}: id or kind")
    _require(set(body["evidence"]) <= set(EVIDENCE), f"{name}: evidence")
    sources = {key: Source(s["title"], s["url"], s["state"]) for key, s in body["sources"].items()}
    steps = tuple(_step(name, row, sources) for row in body["steps"])
    index: dict[str, Step] = {}
    for step in steps:
        for spelling in {_folded(step.code), *map(_folded, step.aliases)}:
            _require(index.setdefault(spelling, step) is step, f"{name}: “{spelling}” twice")
    return Scale(
        name, Words(body["title"]), body["kind"], body["edition"], body["dated"], frozenset(body["evidence"]),
        Words(body["note"]), steps, MappingProxyType(index),
    )  # fmt: skip


def _step(name: str, row: Mapping[str, Any], sources: Mapping[str, Source]) -> Step:
    where = f"{name} {row['code']}"
    _require(row["source"] in sources and row["target"] in TARGETS and "en" in row["title"], where)
    source = sources[row["source"]]
    _require(not (row["verified"] and source.state == "general knowledge"), f"{where}: verified without a source")
    meaning = {structure: Words(words) for structure, words in row.get("meaning", {}).items()}
    return Step(
        row["code"], Words(row["title"]), tuple(row["aliases"]), row["target"], row["order"], row["verified"], source,
        MappingProxyType(meaning),
    )  # fmt: skip


def _rule(row: Mapping[str, Any], scales: Mapping[str, Scale]) -> Rule:
    rule = Rule(
        row["from"], row["code"], row["to"], row["value"], row["low"], row["high"], MappingProxyType(row["quality"]),
        Words(row["reason"]),
    )  # fmt: skip
    where = f"crosswalk {rule.source} {rule.code} → {rule.target}"
    _require(rule.source in scales and rule.target in scales, f"{where}: unknown scale")
    source, target = scales[rule.source], scales[rule.target]
    _require("legal" not in (source.kind, target.kind), f"{where}: legal categories are never computed")
    known = {s.code for s in source.steps}, {s.code for s in target.steps}
    _require(rule.code in known[0] and rule.value in known[1], f"{where}: unknown class")
    _require(set(rule.quality) == set(EVIDENCE), f"{where}: quality for every evidence")
    _require(rule.code != "P" or rule.value == "P", f"{where}: P never becomes a grade")
    from_afar = any(rule.quality[e] != "not-allowed" for e in REMOTE)
    graded = source.kind == "structural" and rule.target == OURS
    _require(not (from_afar and graded and rule.value in ("1", "2", "4")), f"{where}: not from above")
    return rule


def _folded(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).split()).casefold()
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"scale data: {what}")
