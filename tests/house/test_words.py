"""Every word a person reads can be translated, and is there in Ukrainian."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message
from house.tree import modules
from house.words import catalogue, empty, extract, placeholders

WRAPPERS = {"_", "mark", "ngettext", "words", "N_"}
"""The functions of `text`, and the names that modules with a `mark` of their own import it under."""

SAYING = {
    "setText", "setToolTip", "setStatusTip", "setWhatsThis", "setWindowTitle", "setPlaceholderText", "setTitle",
    "setSuffix", "setPrefix", "setAccessibleName", "setAccessibleDescription", "setLabelText",
    "setInformativeText", "setSpecialValueText", "setTabText", "setItemText", "addAction", "addItem", "addMenu",
    "addTab", "addButton", "addRow", "insertItem", "showMessage", "notify", "do", "QLabel", "QPushButton",
    "QToolButton", "QCheckBox", "QRadioButton", "QGroupBox", "QAction", "QMenu", "QDockWidget",
    "QTableWidgetItem", "QTreeWidgetItem", "QListWidgetItem", "getOpenFileName", "getOpenFileNames",
    "getSaveFileName", "getExistingDirectory",
}  # fmt: skip
"""Calls whose texts a person reads: Qt's, ours, and `session.do` for the titles in the history."""

SAYING_KEYWORDS = {"help", "description", "epilog", "title", "text", "label", "tooltip", "placeholder", "button"}
PROSE = re.compile(r"[A-Z][a-z’'-]+,?( [\w(“][\w’'-]*[),:”]?){2,}.*", re.DOTALL)
WORD = re.compile(r"[A-Za-zА-Яа-я]{2,}")
ENGLISH_BY_DESIGN = {
    "store/ddl.py": "table descriptions in the project file, whose bytes do not depend on who made it",
    "store/opening.py": "names that the GeoPackage standard prescribes",
    "formats/validity.py": "what GEOS says of a shape, looked for in its answer",
    "session/sampling/ruin.py": "classes in UNOSAT's own words",
    "session/sampling/rows.py": "the content of the sample city, the same in every language",
}
FOREIGN_WORDS = {
    "Hole lies outside",
    "© European Union, Copernicus Emergency Management Service data",
    "Expecting property name enclosed in double quotes",
}
"""What a library says, looked for in its answer or said as it says it; whom a licence wants to be named."""

KEY = re.compile(r"[a-z_]+")
"""A later argument such as "warn" or "zones" is a key of ours, no word."""

KEYS = re.compile(r"\b(Ctrl|Shift|Alt|Enter|Esc|Tab|Backspace|Del|Home|End)\b|\*\.\w+")
"""Keys and file endings are named alike in every language of the program."""

OURS_TO_MEND = {"ValueError", "TypeError", "KeyError", "RuntimeError", "LookupError", "AssertionError", "OSError"}


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    target = node.func
    return target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""


def literal(node: ast.expr) -> str:
    """The fixed text of a literal or an f-string, "" for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return " ".join(literal(part) for part in node.values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return literal(node.func.value)
    if isinstance(node, ast.BinOp):
        return f"{literal(node.left)} {literal(node.right)}"
    if isinstance(node, ast.IfExp):
        return f"{literal(node.body)} {literal(node.orelse)}"
    return ""


def spoken(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Fixed texts handed unwrapped to something that shows them."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        values = [a for n, a in enumerate(node.args) if not (n and KEY.fullmatch(literal(a)))] if name in SAYING else []
        if name in SAYING or name in {"add_argument", "add_parser", "ArgumentParser", "add_argument_group"}:
            values += [k.value for k in node.keywords if k.arg in SAYING_KEYWORDS]
        if name == "UserError":
            values += [k.value for k in node.keywords if " " in literal(k.value).strip()]
        yield from ((node.lineno, literal(value)) for value in values if WORD.search(KEYS.sub("", literal(value))))


def prose(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Sentences in the code that are neither wrapped, nor documentation, nor said to programmers."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.Call) and (called(node) in WRAPPERS | OURS_TO_MEND or _logs(node)):
            skipped |= {id(child) for child in ast.walk(node)}
        if isinstance(node, ast.Assert):
            skipped |= {id(child) for child in ast.walk(node)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in skipped else None
        if isinstance(text, str) and PROSE.fullmatch(text) and text not in FOREIGN_WORDS:
            yield node.lineno, text


def _logs(node: ast.Call) -> bool:
    target = node.func
    return isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and "log" in target.value.id.lower()


@pytest.mark.parametrize("path", [path for path, _ in modules()])
def test_that_what_is_shown_goes_through_the_catalogues(path: str) -> None:
    tree = dict(modules())[path]
    assert [f"{path}:{line} {text!r}" for line, text in spoken(tree)] == []


@pytest.mark.parametrize("path", [path for path, _ in modules() if path not in ENGLISH_BY_DESIGN])
def test_that_no_sentence_stands_in_the_code_unwrapped(path: str) -> None:
    tree = dict(modules())[path]
    assert [f"{path}:{line} {text!r}" for line, text in prose(tree)] == []


def test_that_no_message_is_put_together_before_it_is_looked_up() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in WRAPPERS
        if any(isinstance(argument, ast.JoinedStr) for argument in node.args)
    ]
    assert found == []


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extract()


@pytest.fixture(scope="module")
def ukrainian() -> Catalog:
    return catalogue("uk")


def messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


@pytest.mark.parametrize("language", ["uk", "ko"])
def test_that_every_message_is_there_in_every_language(language: str, template: Catalog) -> None:
    missing, translated = [], catalogue(language)
    for message in messages(template):
        known = translated.get(message.id)
        if known is None or known.fuzzy or empty(known.string):
            missing.append(message.id)
    assert missing == [], "run `python3 dev.py words` and translate these"


@pytest.mark.parametrize("language", ["uk", "ko"])
def test_that_a_translation_keeps_the_places_for_values(language: str) -> None:
    wrong = []
    for message in messages(catalogue(language)):
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = {tuple(placeholders(source)) for source in sources}
        wrong += [(message.id, word) for word in words if word and tuple(placeholders(word)) not in wanted]
    assert wrong == []


def test_that_ukrainian_has_its_three_plural_forms(ukrainian: Catalog) -> None:
    plural = [message for message in messages(ukrainian) if isinstance(message.id, tuple)]
    assert ukrainian.num_plurals == 3
    assert [message.id for message in plural if len(message.string) != 3] == []


@pytest.mark.parametrize("language", ["uk", "ko"])
def test_that_no_translation_stays_behind_its_message(language: str, template: Catalog) -> None:
    old = [message.id for message in messages(catalogue(language)) if template.get(message.id) is None]
    assert old == [], "run `python3 dev.py words`"
