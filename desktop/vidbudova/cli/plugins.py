"""`plugins`: what can compute something here; installing, approving, removing, and making one's own."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vidbudova.cli.answers import Answer, say
from vidbudova.cli.options import command
from vidbudova.errors import UserError
from vidbudova.model.schema import TABLES
from vidbudova.plugin import finding
from vidbudova.plugin.finding import Plugin
from vidbudova.plugin.manifest import Parameter
from vidbudova.plugin.words import translate
from vidbudova.text import _, language


def register(commands: Any) -> None:
    """Add the commands of this file."""
    whole = command(commands, "plugins", list_, _("the plugins there are"), project=False)
    inside = whole.add_subparsers(title=_("commands"), metavar=_("COMMAND"))
    command(inside, "list", list_, _("the plugins there are"), project=False)
    _of_one(inside, "show", show, _("all that one says of itself"))
    _of_one(inside, "approve", approve, _("let one run on this computer, as it is now"))
    _of_one(inside, "remove", remove, _("take one away that was installed"))
    add = command(inside, "install", install, _("install one from a folder or a zip"), project=False)
    add.add_argument("path", type=Path, metavar="PATH", help=_("the plugin's folder, or a zip of it"))
    new = command(inside, "new", make, _("make the beginnings of one of your own"), project=False)
    new.add_argument("name", metavar="NAME", help=_("what it is called, in words"))
    new.add_argument("--in", dest="into", type=Path, default=Path(), metavar="FOLDER", help=_("where; else here"))
    check = command(
        inside, "check", check_, _("run one on a sample city, and see that it keeps to its word"), project=False
    )
    check.add_argument("path", type=Path, metavar="PATH", help=_("the plugin's folder"))


def _of_one(inside: Any, name: str, handler: Any, about: str) -> ArgumentParser:
    parser = command(inside, name, handler, about, project=False)
    parser.add_argument("id", metavar="ID", help=_("as “plugins” names it"))
    return parser


def list_(args: Namespace) -> Answer:
    """Name the plugins."""
    found = finding.listed()
    lines = [_("{id} {version}: {name} ({state})").format(
        id=one.id, version=one.version, name=one.name, state=_state(one)
    ) for one in found]  # fmt: skip
    return Answer([_body(one) for one in found], lines or [_("There are no plugins.")])


def show(args: Namespace) -> Answer:
    """All that one plugin says of itself."""
    plugin = _plugin(args.id)
    return Answer(_body(plugin) | _more(plugin), list(_described(plugin)))


def approve(args: Namespace) -> Answer:
    """Let one plugin run, after saying what it will see."""
    plugin = _plugin(args.id)
    if plugin.state not in ("unapproved", "ready"):
        raise UserError("plugin-not-ready", plugin=plugin.name, reason=plugin.reason)
    for line in (*_described(plugin), _no_sandbox()):
        say(line)
    approved = finding.approve(plugin)
    said = _("“{name}” {version} may run on this computer until a file of it changes.")
    return Answer(_body(approved), [said.format(name=approved.name, version=approved.version)])


def install(args: Namespace) -> Answer:
    """Bring a plugin in; it waits for approval."""
    from vidbudova.plugin import installing

    done = installing.install(args.path)
    plugin = done.plugin
    said = _("Installed: {id} {version}.") if not done.before else _("Installed: {id} {version} in place of {before}.")
    lines = [said.format(id=plugin.id, version=plugin.version, before=done.before)]
    if plugin.state == "unapproved":
        lines.append(_("It runs once you approve it: vidbudova plugins approve {id}").format(id=plugin.id))
    elif plugin.reason:
        lines.append(plugin.reason)
    return Answer(_body(plugin) | {"before": done.before}, lines)


def remove(args: Namespace) -> Answer:
    """Take a plugin away."""
    from vidbudova.plugin import installing

    gone = installing.remove(args.id)
    return Answer({"id": gone.id, "version": gone.version}, [_("Removed: {id}.").format(id=gone.id)])


def make(args: Namespace) -> Answer:
    """Write the template under a name of one's own."""
    from vidbudova.plugin import template

    made = template.make(args.name, args.into)
    lines = [
        _("{folder} is a plugin that works; change it into yours.").format(folder=made),
        _("See that it keeps to its word: vidbudova plugins check {folder}").format(folder=made),
    ]
    return Answer({"id": finding.at(made).id, "folder": str(made)}, lines)


def check_(args: Namespace) -> Answer:
    """Run the contract test for plugin authors."""
    from vidbudova.plugin import testing

    if found := testing.broken_promises(args.path):
        raise UserError("plugin-breaks-word", plugin=finding.at(args.path.resolve()).id, reason=" ".join(found))
    return Answer({"folder": str(args.path), "problems": []}, [_("It keeps to its word.")])


def _plugin(id: str) -> Plugin:
    plugin = finding.find(id)
    if plugin is None:
        raise UserError("plugin-unknown", id=id)
    return plugin


def _body(plugin: Plugin) -> dict[str, Any]:
    """One plugin as contract.md has it."""
    return {
        "id": plugin.id, "name": plugin.name, "version": plugin.version, "state": plugin.state, "ours": plugin.ours,
        "reads": list(plugin.reads), "writes": list(plugin.writes),
        "parameters": [_parameter(one) for one in plugin.parameters], "reason": plugin.reason,
    }  # fmt: skip


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name, "type": one.type, "title": translate(one.title, language()),
        "about": translate(one.about, language()) if one.about else "", "unit": one.unit, "default": one.default,
        "minimum": one.minimum, "maximum": one.maximum, "choices": list(one.choices),
    }  # fmt: skip


def _more(plugin: Plugin) -> dict[str, Any]:
    told = plugin.manifest
    return {
        "about": translate(plugin.about, language()) if plugin.about else "", "folder": str(plugin.folder),
        "sha256": plugin.sha256, "optional": list(plugin.optional), "needs": list(told.needs) if told else [],
        "files": list(plugin.files), "explore": plugin.explore,
        "results": [
            {"name": one.name, "kind": one.kind, "title": translate(one.title, language()), "unit": one.unit}
            for one in (told.results if told else ())
        ],
    }  # fmt: skip


def _state(plugin: Plugin) -> str:
    if plugin.state != "ready":
        return plugin.reason
    return _("comes with the program") if plugin.ours else _("approved")


def _described(plugin: Plugin) -> Iterator[str]:
    yield f"{plugin.name} ({plugin.id} {plugin.version})"
    if plugin.about:
        yield translate(plugin.about, language())
    yield _("State: {state}").format(state=_state(plugin))
    yield _("Reads: {tables}").format(tables=_tables(plugin.reads, plugin.optional))
    yield _("May propose changes to: {tables}").format(tables=_tables(plugin.writes))
    for one in plugin.parameters:
        yield _("Parameter {name}: {title} ({default})").format(
            name=one.name, title=translate(one.title, language()), default=_shown(one)
        )
    yield _("Folder: {folder}").format(folder=plugin.folder)


def _shown(one: Parameter) -> str:
    if one.default in (None, "", []):
        return _("nothing unless you say so")
    return f"{one.default} {one.unit}".strip()


def _tables(names: tuple[str, ...], optional: tuple[str, ...] = ()) -> str:
    """Titles of tables, as people know them."""
    if not names:
        return _("nothing")
    titles = [_(TABLES[name].title) for name in names]
    shown = [_("{table} if there are any").format(table=title) if name in optional else title
             for name, title in zip(names, titles, strict=True)]  # fmt: skip
    return ", ".join(shown)


def _no_sandbox() -> str:
    return _(
        "Python is no sandbox: a plugin that runs can do all that you can do on this computer, whatever it says of"
        " itself. Approve only what comes from someone you trust."
    )
