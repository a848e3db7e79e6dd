"""What authors of plugins get: cities to try on, a template that works, a test that finds what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from plugin_folder import WELL, returning, write

from vidbudova import paths
from vidbudova.errors import UserError
from vidbudova.plugin import PluginError, manifest, template
from vidbudova.plugin.testing import broken_promises, check_contract, city_of, load, sample_city, sample_project


@pytest.mark.parametrize("name", ["My first plugin", 'Quotes " and \\ slashes', "Héat  demand", "x" * 80])
def test_that_the_template_is_a_plugin_that_keeps_its_word(tmp_path: Path, name: str) -> None:
    made = template.make(name, tmp_path)
    told = manifest.read(made)
    assert told.title["uk"] == " ".join(name.split()) and told.id == template.id_of(name)
    assert made.name == told.entry
    left = [file for file in made.rglob("*") if file.is_file() and "homes" in file.name]
    assert left == [] and "homes-lost" not in (made / "README.md").read_text(encoding="utf-8")
    check_contract(made)
    assert not list(made.rglob("__pycache__"))


def test_that_the_tests_of_the_template_pass_where_an_author_runs_them(tmp_path: Path) -> None:
    made = template.make("My first plugin", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", made], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(paths.root() / "desktop"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["", "Тепло", "3 bridges", "-"])
def test_that_a_name_without_latin_letters_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="Latin"):
        template.make(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_that_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "heat").mkdir()
    with pytest.raises(UserError) as error:
        template.make("Heat", tmp_path)
    assert error.value.key == "export-failed" and list((tmp_path / "heat").iterdir()) == []


def test_that_a_plugin_that_does_all_it_says_keeps_its_word(tmp_path: Path) -> None:
    assert broken_promises(write(tmp_path / "good")) == []


OK = "Result({'n': 1})"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import PySide6\n" + WELL, "cannot open windows"),
        ("from vidbudova.session import Session\n" + WELL, "only vidbudova.plugin"),
        ("from vidbudova import store\n" + WELL, "only vidbudova.plugin"),
        ("def run(:\n", "SyntaxError"),
        ("import not_a_library\n", "ModuleNotFoundError"),
        ("raise SystemExit(3)\n", "SystemExit"),
        ("x = 1\n", "no run()"),
        (returning("1 / 0"), "ZeroDivisionError"),
        (returning("exit(2)"), "SystemExit"),
        (returning("None"), "NoneType, not a Result"),
        (returning("city.table('roads')"), "does not declare"),
        (returning("city.table('buildings', ['colour'])"), "no column"),
        (returning("Result({'n': object()})"), "not only data"),
        (returning("Result({'n': math.inf})"), "no finite number"),
        (returning(f"(progress(0.5, 'x'), __import__('time').sleep(0), {OK}[2])[2]"), "TypeError"),
        (returning("Result({}, figures=(figure(name='other'),))"), "figure other is not declared"),
        (returning("Result({}, figures=(figure(unit='kg'),))"), "is in “kg” and declared in “1”"),
        (returning("Result({}, figures=(figure(formula=' '),))"), "does not say its formula"),
        (returning("Result({}, figures=(figure(), figure()))"), "more than one figure"),
        (returning("Result({}, tables=(table(city, units={'x': 'm'}),))"), "a column x"),
        (returning("Result({}, tables=(table(city, about='zones'),))"), ""),
        (returning("Result({}, tables=(table(city, about='nothing'),))"), "no such table"),
        (returning("Result({}, tables=(table(city, about='damage_marks'),))"), "has ids"),
        (returning("Result({}, tables=(table(city, style=Style('graduated', 'x')),))"), "a column x"),
        (returning("Result({}, tables=(table(city, style=Style('round', 'height_m')),))"), "style round"),
        (
            returning(
                "Result({}, tables=[table(city, frame=table(city).frame[['id']], about='', style=Style('flow', 'id'))])"
            ),
            "no geometry",
        ),
        (
            returning("Result({}, tables=(table(city, frame=table(city).frame[['id']], style=Style('order', 'id')),))"),
            "",
        ),
        (returning("Result({}, tables=(table(city, frame=table(city).frame.to_crs(4326)),))"), "coordinate system"),
        (
            returning("Result({}, charts=(Chart('line', 'l', 'line', 'x', 'y', (Series('a', [1], [1, 2]),)),))"),
            "not of one length",
        ),
        (
            returning("Result({}, proposals=(Proposal('p', 'r', (ProposedDelta('roads', 'x', 'lanes', 1),)),))"),
            "“writes”",
        ),
        (
            returning("Result({}, proposals=(Proposal('p', 'r', (ProposedDelta('damage_marks', 'x', 'lanes', 1),)),))"),
            "damage_marks.lanes",
        ),
        (returning("Result({'n': __import__('random').random()})"), "another result for the same inputs"),
        (returning("Result({'n': open(__file__, 'a').write(' ')})"), "changed files in its own folder"),
        (
            "def run(city, parameters, progress):\n    try:\n        progress(0.5)\n    except BaseException:\n"
            "        pass\n    return Result({})\n",
            "went on after it was cancelled",
        ),
        ("def run(city, *_):\n    return Result({'n': city.table('buildings')['id'][0]})\n", "empty city"),
        (returning("Result({'n': city.table('damage_marks')['id'][0]})"), "without the optional tables"),
        (returning("parameters['other']"), "KeyError"),
    ],
)  # fmt: skip
def test_that_a_broken_promise_is_named(tmp_path: Path, code: str, said: str) -> None:
    found = broken_promises(write(tmp_path / "bad", code))
    if said:
        assert any(said in one for one in found), found
    else:
        assert found == []


def test_that_explore_has_to_give_what_can_be_asked(tmp_path: Path) -> None:
    folder = write(tmp_path / "asked", WELL, more="explore = true")
    assert any("no explore()" in one for one in broken_promises(folder))
    for gives, good in (("1", False), ("type('E', (), {'result': run(*all), 'ask': print})()", True)):
        write(folder, WELL + f"\ndef explore(*all):\n    return {gives}\n", more="explore = true")
        assert (broken_promises(folder) == []) is good


def test_that_a_plugin_that_gets_ready_is_asked_to_and_told_when_it_cannot(tmp_path: Path) -> None:
    for name, lines, broken in (
        ("ready_one", "def warm(language, progress):\n    progress(0.0, language)\n", False),
        ("narrow_one", "def warm():\n    pass\n", True),
        ("odd_one", "warm = 5\n", True),
    ):
        said = broken_promises(write(tmp_path / name, WELL + "\n" + lines))
        assert bool(said) == broken and all("warm()" in one for one in said)


def test_that_one_that_cannot_run_is_told_with_its_reason(tmp_path: Path) -> None:
    newer = write(tmp_path / "newer") / "plugin.toml"
    newer.write_text(newer.read_text(encoding="utf-8").replace("api = 1", "api = 2"), encoding="utf-8")
    assert any("newer version" in one for one in broken_promises(newer.parent))
    folder = write(tmp_path / "lacks", more='needs = ["no_such_library"]')
    assert any("no_such_library" in one for one in broken_promises(folder))
    with pytest.raises(AssertionError, match="no_such_library"):
        check_contract(folder)
    assert any("plugin.toml" in one for one in broken_promises(tmp_path / "nowhere"))


def test_that_loading_leaves_python_as_it_was(tmp_path: Path) -> None:
    folder = write(tmp_path / "json", "from . import inside\nimport brought\n" + WELL)
    (folder / "inside.py").write_text("x = 1\n", encoding="utf-8")
    (folder / "vendor").mkdir()
    (folder / "vendor" / "brought.py").write_text("y = 2\n", encoding="utf-8")
    before, path, ours = set(sys.modules), list(sys.path), sys.modules["json"]
    with load(folder) as module:
        assert module.inside.x == 1 and module.brought.y == 2 and sys.modules["json"] is module
    assert (set(sys.modules) - before, sys.path) == (set(), path) and sys.modules["json"] is ours


def test_that_a_city_of_one_s_own_tables_has_every_column() -> None:
    import pandas as pd
    from shapely import Point

    places = pd.DataFrame({"id": ["a"], "geometry": [Point(1, 2)], "capacity": [5.0]})
    city = city_of({"places": places})
    assert city.has("places") and not city.has("roads")
    found = city.table("places")
    assert found.crs == city.crs and found["capacity"][0] == 5.0 and found["name"][0] is None
    assert list(city.table("places", ["capacity", "id"]).columns) == ["id", "capacity"]
    assert len(city.table("roads")) == 0 and city.table("roads").crs == city.crs
    with pytest.raises(PluginError):
        city.table("places", ["colour"])
    for tables in ({"dragons": places}, {"places": places.rename(columns={"id": "key"})}):
        with pytest.raises(ValueError):
            city_of(tables)


def test_that_the_sample_city_has_something_in_what_plugins_read() -> None:
    assert sample_project() == sample_project()
    with sample_city() as city:
        assert city.count("buildings") == 300 and city.folder.is_dir()
        for table in (
            "roads",
            "junctions",
            "places",
            "damage_marks",
            "zones",
            "connections",
            "utility_nodes",
            "transit",
        ):
            assert len(city.table(table)) == city.count(table) > 0
    assert not city.folder.exists()
    with sample_city(reads=["roads"]) as city, pytest.raises(PluginError):
        city.table("buildings")


def test_that_a_compiled_leftover_is_never_run_in_place_of_what_was_approved(tmp_path: Path) -> None:
    import importlib.util
    from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[import-not-found]

    folder = write(tmp_path / "good", "from . import inside\n" + WELL)
    (folder / "inside.py").write_text("x = 'approved'\n", encoding="utf-8")
    (folder / "__pycache__").mkdir()
    for name in ("inside", "__init__"):
        source = folder / f"{name}.py"
        evil = compile("x = 'evil'", str(source), "exec")
        compiled = _code_to_hash_pyc(evil, bytes(8), checked=False)
        Path(importlib.util.cache_from_source(str(source))).write_bytes(compiled)
        (folder / "other.pyc").write_bytes(compiled)
    with load(folder) as module:
        assert module.inside.x == "approved"
        with pytest.raises(ImportError):
            importlib.import_module("good.other")
    with load(folder) as module:
        assert module.run and module.inside.x == "approved"
