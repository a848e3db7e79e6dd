"""What a plugin says of itself in `plugin.toml`, read without running any of its code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from vidbudova.model.schema import TABLES
from vidbudova.plugin.toml_forms import ManifestError, flag, known, listed, number, parts, words
from vidbudova.text import _

FILE = "plugin.toml"
MOST_BYTES = 256 * 1024
MOST_DOTS = 200
"""In one line: a key of thousands of parts takes a reader of TOML minutes."""
ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_NAME = 50

ParameterType = Literal["number", "integer", "choice", "boolean", "text", "file", "ids"]
ResultKind = Literal["table", "chart", "figure"]

__all__ = ["FILE", "Declared", "Manifest", "ManifestError", "Parameter", "read"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a person may set before a run; forms are made from it.

    Attributes
    ----------
    name : key in `parameters` and on the command line.
    type : "number" (float), "integer", "choice" (one of `choices`), "boolean", "text", "file" (path of a person's own
        file, "" for none), "ids" (ids of rows of the table `of`).
    title, about : by language.
    unit : symbol behind the number.
    default : what it is where nothing is given; None where it must be given.
    minimum, maximum : bounds, both allowed themselves; None for none.
    choices, choice_titles : the words of a choice, and how a person reads each.
    endings : of a file, without the dot; empty for any.
    of : the table whose rows "ids" names.
    """

    name: str
    type: ParameterType
    title: Mapping[str, str]
    about: Mapping[str, str]
    unit: str
    default: Any
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    choice_titles: Mapping[str, Mapping[str, str]]
    endings: tuple[str, ...]
    of: str


@dataclass(frozen=True, slots=True)
class Declared:
    """One table, chart or figure that a run may give back."""

    name: str
    kind: ResultKind
    title: Mapping[str, str]
    unit: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole of `plugin.toml`.

    Attributes
    ----------
    id : words of small letters and digits with hyphens between; version : as the maker counts.
    api : the version of `vidbudova.plugin` that it was made for.
    entry : the module with ``run``.
    title, about : by language.
    reads : tables it may ask for; optional : those of them that it does without.
    writes : tables that its proposals may touch.
    needs : libraries beside Python's own.
    files : its parameters of type "file".
    explore : whether it has ``explore``, which answers questions while it stays open.
    parameters, results : see there.
    """

    id: str
    api: int
    version: str
    entry: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    reads: tuple[str, ...]
    optional: tuple[str, ...]
    writes: tuple[str, ...]
    needs: tuple[str, ...]
    files: tuple[str, ...]
    explore: bool
    parameters: tuple[Parameter, ...]
    results: tuple[Declared, ...]


def read(folder: Path) -> Manifest:
    """The manifest of the plugin in a folder.

    Raises
    ------
    ManifestError
        With a sentence that says what is wrong with it.
    """
    return manifest_of(document(folder))


def document(folder: Path) -> dict[str, Any]:
    """The manifest as it is written; ManifestError where it is not there, too large or no TOML."""
    path = folder / FILE
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ManifestError.unreadable(error.strerror or str(error)) from error
    if len(text) > MOST_BYTES:
        raise ManifestError.too_large(MOST_BYTES)
    if any(line.count(b".") > MOST_DOTS for line in text.split(b"\n")):
        raise ManifestError.no_toml(_("a line has more than {n} dots").format(n=MOST_DOTS))
    try:
        return tomllib.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ManifestError.no_toml(str(error)[:200] or type(error).__name__) from error


def manifest_of(said: Mapping[str, Any]) -> Manifest:
    """Check everything that a manifest says."""
    reads = known(said, "reads", TABLES)
    optional = known(said, "optional", reads)
    parameters = tuple(_parameter(one) for one in parts(said, "parameters"))
    files = tuple(one.name for one in parameters if one.type == "file")
    if set(listed(said, "files")) - set(files):
        raise ManifestError.wrong("files", said["files"])
    _only_once("parameters", [one.name for one in parameters])
    results = tuple(_declared(one) for one in parts(said, "results"))
    _only_once("results", [f"{one.kind} {one.name}" for one in results])
    return Manifest(
        id=_name(said, "id", ID), api=api_of(said), version=_text(said, "version"), entry=_name(said, "entry", NAME),
        title=words(said, "title", needed=True), about=words(said, "about"), reads=reads, optional=optional,
        writes=known(said, "writes", [name for name, table in TABLES.items() if table.role != "record"]),
        needs=listed(said, "needs"), files=files, explore=flag(said, "explore"), parameters=parameters, results=results,
    )  # fmt: skip


def api_of(said: Mapping[str, Any]) -> int:
    """The version of the interface that a plugin was made for."""
    api = said.get("api")
    if not isinstance(api, int) or isinstance(api, bool) or api < 1:
        raise ManifestError.wrong("api", api)
    return api


def _parameter(said: Mapping[str, Any]) -> Parameter:
    name = _name(said, "name", NAME)
    kind: Any = said.get("type")
    if kind not in get_args(ParameterType):
        raise ManifestError.wrong(f"{name}: type", kind)
    choices = listed(said, "choices")
    if (kind == "choice") != bool(choices):
        raise ManifestError.wrong(f"{name}: choices", said.get("choices"))
    of = said.get("of", "")
    if not isinstance(of, str) or (of and of not in TABLES):
        raise ManifestError.wrong(f"{name}: of", of)
    titles = said.get("choice_titles", {})
    if not isinstance(titles, dict) or set(titles) - set(choices):
        raise ManifestError.wrong(f"{name}: choice_titles", titles)
    made = Parameter(
        name=name, type=kind, title=words(said, "title") or {"en": name}, about=words(said, "about"),
        unit=_text(said, "unit", ""), default=said.get("default"), minimum=number(said, "minimum"),
        maximum=number(said, "maximum"), choices=choices,
        choice_titles={choice: words(titles, choice) for choice in titles}, endings=listed(said, "endings"), of=of,
    )  # fmt: skip
    if made.minimum is not None and made.maximum is not None and made.minimum > made.maximum:
        raise ManifestError.wrong(f"{name}: minimum", made.minimum)
    return _with_default(made)


def _with_default(made: Parameter) -> Parameter:
    """The default is a value that a person could have given; a file, ids and text begin empty where none is said."""
    from vidbudova.plugin.parameters import why_not

    empty: dict[str, Any] = {"file": "", "ids": [], "text": ""}
    if made.default is None:
        return replace(made, default=empty.get(made.type))
    if why_not(made, made.default) is not None or (made.type == "file" and made.default):
        raise ManifestError.wrong(f"{made.name}: default", made.default)
    return made


def _declared(said: Mapping[str, Any]) -> Declared:
    name = _name(said, "name", NAME)
    kind: Any = said.get("kind")
    if kind not in get_args(ResultKind):
        raise ManifestError.wrong(f"{name}: kind", kind)
    return Declared(name, kind, words(said, "title") or {"en": name}, _text(said, "unit", ""))


def _name(said: Mapping[str, Any], key: str, form: re.Pattern[str]) -> str:
    name = said.get(key)
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not form.fullmatch(name):
        raise ManifestError.wrong(key, name)
    return name


def _text(said: Mapping[str, Any], key: str, otherwise: str | None = None) -> str:
    text = said.get(key, otherwise)
    if (
        not isinstance(text, str)
        or len(text) > LONGEST_NAME
        or not text.isprintable()
        or (otherwise is None and not text)
    ):
        raise ManifestError.wrong(key, text)
    return text


def _only_once(key: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ManifestError.wrong(key, name)
