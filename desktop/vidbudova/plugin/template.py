"""The beginnings of a plugin of one's own: a copy of a small one that works, under another name."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.plugin.manifest import LONGEST_NAME
from vidbudova.text import _

ID, ENTRY, TITLE = "homes-lost", "homes_lost", "Homes lost"
"""What the template is called; each is written anew."""
_TITLES = re.compile(r'(?m)^(\[title\]\n)en = ".*"\nuk = ".*"\nko = ".*"$')


def make(name: str, into: Path) -> Path:
    """Write the template into a new folder in `into`; gives the folder.

    Raises
    ------
    UserError
        value-wrong for a name without Latin letters, export-failed where the folder is there or cannot be written.
    """
    id = id_of(name)
    folder = into / id.replace("-", "_")
    try:
        folder.mkdir(parents=True)
        for file in sorted(paths.resources("plugin_template").rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                _write(file, folder / file.relative_to(paths.resources("plugin_template")), id, " ".join(name.split()))
    except OSError as error:
        raise UserError("export-failed", file=folder, reason=error.strerror or str(error)) from error
    return folder


def id_of(name: str) -> str:
    """The id that a name in words gives: its Latin letters and digits, with hyphens between."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    id = "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_NAME].strip("-")
    if not id or not id[0].isalpha():
        raise UserError(
            "value-wrong", value=name, field=_("the name of a plugin"), reason=_("it begins with no Latin letter")
        )
    return id


def _write(source: Path, target: Path, id: str, title: str) -> None:
    text = source.read_text(encoding="utf-8")
    quoted = json.dumps(title, ensure_ascii=False)
    text = _TITLES.sub(lambda found: found[1] + "\n".join(f"{lang} = {quoted}" for lang in ("en", "uk", "ko")), text)
    text = text.replace(f"# {TITLE}\n", f"# {title}\n") if source.suffix == ".md" else text
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.replace(ID, id).replace(ENTRY, id.replace("-", "_")), encoding="utf-8")
