"""The source as the house tests look at it: tracked files and parsed modules."""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "desktop" / "vidbudova"


@lru_cache(maxsize=1)
def tracked() -> tuple[Path, ...]:
    """Every file that belongs to the project; where git is missing, those outside of the folders it ignores."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        shown = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
        return tuple(ROOT / name for name in shown.split("\0") if name and (ROOT / name).is_file())
    folders = [ROOT / name for name in ("desktop", "plugins", "resources", "tests", "requirements", "docs")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    made = {".pyc", ".mo", ".part"}
    return tuple(path for path in [*ROOT.glob("*"), *files] if path.is_file() and path.suffix not in made)


def texts() -> Iterator[tuple[str, str]]:
    """Path and content of every tracked file that is text."""
    for path in tracked():
        data = path.read_bytes()
        if b"\0" in data[:8000]:
            continue
        try:
            yield str(path.relative_to(ROOT)), data.decode("utf-8")
        except UnicodeDecodeError:
            continue


@lru_cache(maxsize=1)
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Path (from the import package) and syntax tree of every module of ours."""
    paths = sorted(SOURCE.rglob("*.py"))
    return tuple((str(p.relative_to(SOURCE)), ast.parse(p.read_text(encoding="utf-8"))) for p in paths)


def imported(tree: ast.Module) -> set[str]:
    """The top names of everything that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names
