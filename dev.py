#!/usr/bin/env python3
"""Set up, run, test, freeze and measure Vidbudova with nothing but Python 3.11 or newer.

    python3 dev.py run [PROJECT]    open the program (the sample city if no project is named)
    python3 dev.py test [ARGS]      run every test, headless; ARGS go to pytest
    python3 dev.py freeze           build the stand-alone program and run its self-test
    python3 dev.py bench [ARGS]     run the benchmarks and print a table
    python3 dev.py words            bring the translation files up to date with the source
    python3 dev.py lock             write requirements/ anew from pyproject.toml
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCKS = ROOT / "requirements"
LOCALE = ROOT / "resources" / "locale"
OUT = ROOT / "out"
SAMPLE = OUT / "Sample city.vbp.gpkg"
WINDOWS = sys.platform == "win32"
LINUX = sys.platform.startswith("linux")
LOCKER = "uv==0.13.9"

LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX_mesa.so.0": "libglx-mesa0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libXcursor.so.1": "libxcursor1",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libzstd.so.1": "libzstd1",
}
"""What PySide6 and VTK load from the system, by the name the loader knows and the Debian package that has it."""

PACKAGES = ("libgl1-mesa-dri", "xvfb", "xauth", "fonts-dejavu-core", "fonts-noto-cjk")
"""What no library name shows: the software renderer, a screen for the tests, Cyrillic and Hangul letters."""


def main(argv: list[str]) -> int:
    """Do what the first word says; gives the exit code."""
    commands = {"run": run, "test": test, "freeze": freeze, "bench": bench, "words": words, "lock": lock}
    if not argv or argv[0] not in commands:
        print(__doc__)
        return 0 if argv in ([], ["-h"], ["--help"]) else 2
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        print(f"Python 3.11 to 3.13 is needed; this is {platform.python_version()}.", file=sys.stderr)
        return 1
    try:
        return commands[argv[0]](argv[1:])
    except subprocess.CalledProcessError as error:
        print(f"dev.py: this step failed ({error.returncode}): {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return error.returncode or 1


def run(args: list[str]) -> int:
    """Open the program, or do the tour without a window where there is no screen."""
    system_packages()
    python = environment(".venv", "run")
    project = Path(args[0]) if args else SAMPLE
    if not args and not SAMPLE.exists():
        phase("sample city")
        OUT.mkdir(exist_ok=True)
        call(program(python), "sample", SAMPLE)
    if LINUX and not has_display():
        print("There is no screen here, so no window opens: the tour is drawn into pictures instead.", flush=True)
        return subprocess.call([program(python), "tour", project, "--out", OUT], env=clean_environ())
    phase(f"open {project}")
    return subprocess.call([program(python), project], env=clean_environ())


def test(args: list[str]) -> int:
    """Run the tests; every test process brings its own virtual screen."""
    system_packages()
    python = environment(".venv", "test")
    phase("tests")
    own = any(arg.startswith("-n") or arg == "--collect-only" for arg in args)
    workers = [] if own else ["-n", "2", "--dist", "loadfile", "--max-worker-restart", "0"]
    return subprocess.call([python, "-m", "pytest", *workers, *args], cwd=ROOT, env=clean_environ())


def freeze(args: list[str]) -> int:
    """Build dist/ from an environment that holds nothing but the program, and let the result test itself."""
    system_packages(extra=("binutils",))
    python = environment(".venv-freeze", "freeze", editable=False)
    phase("build")
    call(python, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN", ROOT / "build.spec", *args)
    built = ROOT / "dist" / "vidbudova"
    size = sum(f.stat().st_size for f in built.rglob("*") if f.is_file() and not f.is_symlink())
    print(f"dist/vidbudova: {size / 1e6:,.0f} MB", flush=True)
    phase("self-test of the built program")
    command = [built / f"vidbudova{'.exe' if WINDOWS else ''}", "selftest", ROOT / "tests" / "data" / "outside_plugin"]
    return subprocess.call(command, env=clean_environ())


def bench(args: list[str]) -> int:
    """Run the benchmarks."""
    system_packages()
    python = environment(".venv", "test")
    phase("benchmarks")
    return subprocess.call([python, ROOT / "tests" / "benchmarks" / "bench.py", *args], env=clean_environ())


def words(_args: list[str]) -> int:
    """Extract the messages, update the .po files and say what is not translated."""
    python = environment(".venv", "test")
    return subprocess.call([python, ROOT / "tests" / "house" / "words.py"], env=clean_environ())


def lock(_args: list[str]) -> int:
    """Write the three lock files from pyproject.toml: one resolution, hashes of every wheel of every platform."""
    python = make_venv(".venv-lock")
    call(python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", LOCKER)
    options = [
        "--universal", "--python-version", "3.11", "--fork-strategy", "fewest", "--generate-hashes", "--no-header",
        "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet", "--upgrade",
    ]  # fmt: skip
    together = ROOT / ".venv-lock" / "together.txt"
    LOCKS.mkdir(exist_ok=True)

    def compile_lock(target: Path, extras: str, *more: str | Path) -> None:
        chosen = [part for extra in extras.split() for part in ("--extra", extra)]
        call(python, "-m", "uv", "pip", "compile", ROOT / "pyproject.toml", *options, *chosen, *more, "-o", target)

    compile_lock(together, "setup dev freeze")
    for name, extras in {"run": "setup", "test": "setup dev", "freeze": "setup freeze"}.items():
        compile_lock(LOCKS / f"{name}.txt", extras, "-c", together)
    return 0


# --- the environment ---------------------------------------------------------------------------------------------


def environment(folder: str, lock_name: str, editable: bool = True) -> str:
    """A virtual environment with exactly the locked packages, and the project in it; gives its Python."""
    locked = LOCKS / f"{lock_name}.txt"
    stamp = ROOT / folder / f"{lock_name}.installed"
    wanted = fingerprint(locked, ROOT / "pyproject.toml")
    if not editable and stamp.exists() and stamp.read_text() != wanted:
        shutil.rmtree(ROOT / folder)  # what an older lock brought must not get into the build
    python = make_venv(folder)
    if not stamp.exists() or stamp.read_text() != wanted:
        phase(f"packages of requirements/{locked.name} into {folder}")
        pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
        call(*pip, "--require-hashes", "--only-binary", ":all:", "-r", locked)
        if editable:
            call(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT)
        stamp.write_text(wanted)
    catalogues(python)
    return python


def make_venv(folder: str) -> str:
    """The Python of a virtual environment, made if it is not there or belongs to another Python."""
    where = ROOT / folder
    python = where / ("Scripts/python.exe" if WINDOWS else "bin/python")
    version = where / "python.version"
    if not python.exists() or not version.exists() or version.read_text() != platform.python_version():
        phase(f"virtual environment {folder}")
        if LINUX and importlib.util.find_spec("ensurepip") is None:
            install(["python3-venv"])
        call(sys.executable, "-m", "venv", "--clear", where)
        version.write_text(platform.python_version())
    return str(python)


def fingerprint(*files: Path) -> str:
    """A short name for the content of some files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def catalogues(python: str) -> None:
    """Compile the translations that are newer than their compiled form."""
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            phase(f"catalogue {source.parent.parent.name}")
            call(python, "-m", "babel.messages.frontend", "--quiet", "compile", "-i", source, "-o", compiled)


def program(python: str) -> str:
    """The program's own command beside that Python."""
    return str(Path(python).with_name("vidbudova.exe" if WINDOWS else "vidbudova"))


# --- the system --------------------------------------------------------------------------------------------------


def system_packages(extra: tuple[str, ...] = ()) -> None:
    """On Debian and Ubuntu, install what is missing (as root) or print the command that does; elsewhere name it."""
    if not LINUX:
        return
    libraries = missing_libraries()
    if shutil.which("dpkg-query") is None:
        if libraries:
            print("These system libraries are missing: " + " ".join(libraries), file=sys.stderr)
        return
    missing = [LIBRARIES[name] for name in libraries] + missing_packages((*PACKAGES, *extra))
    if missing:
        install(missing)


def missing_libraries() -> list[str]:
    """The libraries that the loader does not find."""
    ldconfig = shutil.which("ldconfig") or "/sbin/ldconfig"
    known = subprocess.run([ldconfig, "-p"], capture_output=True, text=True).stdout
    present = {line.split()[0] for line in known.splitlines()[1:] if line.strip()}
    return [name for name in LIBRARIES if name not in present]


def missing_packages(names: tuple[str, ...]) -> list[str]:
    """The Debian packages of these that are not installed."""
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names], capture_output=True, text=True
    ).stdout
    present = {line.split()[0] for line in shown.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in present]


def install(packages: list[str]) -> None:
    """Install Debian packages, or say how."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print("Something of the system is missing. Install it with:\n    sudo " + " ".join(command), file=sys.stderr)
        return
    phase("system packages: " + " ".join(packages))
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], env=quiet, stdout=subprocess.DEVNULL)
    if subprocess.run([*command, "-q"], env=quiet, stdout=subprocess.DEVNULL).returncode != 0:
        print("Some of them could not be installed; going on without.", file=sys.stderr)


def has_display() -> bool:
    """Whether a window can open."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"))


# --- saying and calling ------------------------------------------------------------------------------------------

_started = time.monotonic()


def phase(text: str) -> None:
    """Say what begins, and when."""
    print(f"[{time.monotonic() - _started:6.1f} s] {text}", flush=True)


def call(*command: str | Path) -> None:
    """Run a command from the project's folder; a failure ends dev.py."""
    subprocess.run([str(part) for part in command], cwd=ROOT, env=clean_environ(), check=True)


def clean_environ() -> dict[str, str]:
    """The environment for children: texts in UTF-8, and nothing that points their imports elsewhere."""
    environ = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    return {**environ, "PYTHONUTF8": "1"}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
