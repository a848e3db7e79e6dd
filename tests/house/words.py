"""Extract every message of the source, bring the translation files up to date, and say what is missing.

Run by `dev.py words`; the house tests use `extract` and `catalogue`.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "desktop" / "vidbudova"
LOCALE = ROOT / "resources" / "locale"
TEMPLATE = LOCALE / "vidbudova.pot"
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "mark": None, "ngettext": (1, 2)}
LANGUAGES = ("uk", "ko")
PLURALS = {
    "uk": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "ko": "nplurals=1; plural=0;",
}
WIDTH = 110


def keywords(source: str) -> dict[str, tuple[int, ...] | None]:
    """What marks a message in one module: `_`, `mark`, `ngettext`, and the names it imports them under."""
    found = dict(KEYWORDS)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "vidbudova.text":
            found |= {a.asname: KEYWORDS[a.name] for a in node.names if a.asname and a.name in KEYWORDS}
    return found


def extract() -> Catalog:
    """A catalogue of every message marked in the source, with the files that use it."""
    found = Catalog(project="Vidbudova", charset="utf-8", fuzzy=False)
    for path in sorted(SOURCE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        marks = keywords(source)
        for _line, message, comments, context in extract_from_file("python", path, keywords=marks):
            where = path.relative_to(SOURCE).as_posix()
            found.add(message, locations=[(where, 0)], auto_comments=comments, context=context)
        for message in in_f_strings(source, marks):
            found.add(message, locations=[(path.relative_to(SOURCE).as_posix(), 0)])
    return found


def in_f_strings(source: str, marks: Mapping[str, object]) -> Iterator[str | tuple[str, str]]:
    """Messages marked within an f-string, which Babel sees or not, by the version of Python."""
    whole = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr))
    for call in (node for string in whole for node in ast.walk(string) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id in marks:
            words = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if len(words) == 1:
                yield words[0]
            elif len(words) == 2:
                yield words[0], words[1]


def po_file(language: str) -> Path:
    """Where the translations of a language are."""
    return LOCALE / language / "LC_MESSAGES" / "vidbudova.po"


def catalogue(language: str) -> Catalog:
    """The translations of a language as they are on disk."""
    if not po_file(language).exists():
        return Catalog(locale=language, project="Vidbudova", fuzzy=False)
    return read_po(io.BytesIO(po_file(language).read_bytes()), locale=language)


def empty(message: object) -> bool:
    """Whether a translation has no text, or lacks one of its plural forms."""
    forms = message if isinstance(message, (tuple, list)) else (message,)
    return not forms or not all(forms)


def update(language: str, template: Catalog) -> list[str]:
    """Rewrite a language's file for the messages of now; gives those without a translation."""
    old = catalogue(language)
    new = Catalog(locale=language, project="Vidbudova", fuzzy=False)
    missing = []
    for message in template:
        if not message.id:
            continue
        known = old.get(message.id)
        count = new.num_plurals if message.pluralizable else 1
        words = known.string if known is not None and not known.fuzzy else ("",) * count
        string = words if message.pluralizable else (words if isinstance(words, str) else "")
        new.add(message.id, string, locations=message.locations)
        if empty(string):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    po_file(language).parent.mkdir(parents=True, exist_ok=True)
    po_file(language).write_bytes(_as_text(new, language))
    return missing


def _as_text(catalog: Catalog, language: str = "") -> bytes:
    """The file without dates, versions and names, which would change at every run and say nothing."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=WIDTH, omit_header=True, include_lineno=False, sort_output=False)
    header = [
        'msgid ""',
        'msgstr ""',
        '"Project-Id-Version: Vidbudova\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
    ]
    if language:
        header += [f'"Language: {language}\\n"', f'"Plural-Forms: {PLURALS[language]}\\n"']
    return ("\n".join(header) + "\n\n" + buffer.getvalue().decode("utf-8")).encode("utf-8")


def placeholders(text: str) -> list[str]:
    """The {names} of a message, sorted."""
    return sorted(re.findall(r"\{[^{}]*\}", text))


def main() -> int:
    """Update all files; 1 if a language lacks anything."""
    template = extract()
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_bytes(_as_text(template))
    lacking = {language: update(language, template) for language in LANGUAGES}
    for language, missing in lacking.items():
        print(f"{language}: {len(template) - len(missing)} of {len(template)} messages translated")
    for language, missing in lacking.items():
        for message in missing:
            print(f"  not in {language}: {message!r}")
    return 1 if any(lacking.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
