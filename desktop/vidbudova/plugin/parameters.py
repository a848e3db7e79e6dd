"""Values for a run, checked against what the manifest says of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vidbudova.errors import UserError
from vidbudova.plugin.manifest import Parameter
from vidbudova.plugin.toml_forms import is_number
from vidbudova.plugin.words import translate
from vidbudova.text import _, language, number

LONGEST_TEXT = 10_000
MOST_IDS = 200_000


def checked(parameters: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every parameter: what is given, made sure of, and the defaults.

    Raises
    ------
    UserError
        no-such-thing for a name that there is not, plugin-parameter for a value that cannot be.
    """
    by_name = {one.name: one for one in parameters}
    for name in given:
        if name not in by_name:
            raise UserError("no-such-thing", what=_("parameter"), id=name)
    return {name: _value(one, given.get(name, one.default)) for name, one in by_name.items()}


def _value(parameter: Parameter, value: Any) -> Any:
    value = _plain(parameter, value)
    if (reason := why_not(parameter, value)) is not None:
        raise UserError("plugin-parameter", name=translate(parameter.title, language()), reason=reason)
    return value


def _plain(parameter: Parameter, value: Any) -> Any:
    """The same value in the type that the plugin gets."""
    if parameter.type == "number" and is_number(value):
        return float(value)
    if parameter.type == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    if parameter.type == "file" and isinstance(value, str | Path) and value and "\0" not in str(value):
        return str(Path(value).expanduser().resolve())
    return list(value) if parameter.type == "ids" and isinstance(value, tuple | set | frozenset) else value


def why_not(parameter: Parameter, value: Any) -> str | None:
    """Why a value cannot be, as the end of a sentence; None if it can."""
    if value is None:
        return _("a value is needed")
    if parameter.type in ("number", "integer"):
        return _why_no_number(parameter, value)
    if parameter.type == "boolean":
        return None if isinstance(value, bool) else _("it is neither yes nor no")
    if parameter.type == "ids":
        good = isinstance(value, list) and len(value) <= MOST_IDS and all(isinstance(id, str) and id for id in value)
        return None if good else _("these are no ids")
    if not isinstance(value, str):
        return _("it is no text")
    if parameter.type == "choice":
        return (
            None
            if value in parameter.choices
            else _("it is none of: {choices}").format(choices=", ".join(parameter.choices))
        )
    if parameter.type == "file":
        return _why_no_file(parameter, value)
    return None if len(value) <= LONGEST_TEXT else _("it is longer than {n} letters").format(n=number(LONGEST_TEXT))


def _why_no_number(parameter: Parameter, value: Any) -> str | None:
    if not is_number(value):
        return _("it is no number")
    if parameter.type == "integer" and not isinstance(value, int):
        return _("it is no whole number")
    if parameter.minimum is not None and value < parameter.minimum:
        return _("the least is {least} {unit}").format(least=_said(parameter.minimum), unit=parameter.unit).strip()
    if parameter.maximum is not None and value > parameter.maximum:
        return _("the most is {most} {unit}").format(most=_said(parameter.maximum), unit=parameter.unit).strip()
    return None


def _said(bound: float) -> str:
    """A bound as it was written: 1e-12 is not 0."""
    return f"{bound:g}"


def _why_no_file(parameter: Parameter, value: str) -> str | None:
    if not value:
        return None
    if "\0" in value or not Path(value).is_file():
        return _("there is no file {path}").format(path=value)
    if parameter.endings and Path(value).suffix.lower().lstrip(".") not in parameter.endings:
        return _("it does not end in {endings}").format(endings=", ".join(f".{one}" for one in parameter.endings))
    return None
