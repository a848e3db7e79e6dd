"""A plugin in its own process: what it gives comes back, and whatever it does wrong is a sentence that names it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from jobs import guests

from vidbudova.errors import UserError
from vidbudova.jobs import Limits, open_explorer, run
from vidbudova.jobs.many import Wanted, run_many
from vidbudova.store.project import open_project


def failing(plugin, city, lines, **limits):
    """The error of a plugin whose `run` is these lines."""
    with pytest.raises(UserError) as broken:
        run(plugin(guests.body(lines)), city, limits=Limits(**limits))
    assert "Guest" in str(broken.value), "the sentence names the plugin"
    return broken.value


def test_that_a_run_gives_what_the_plugin_found(plugin, city):
    told = []
    ran = run(plugin(guests.WELL), city, parameters={"gap": 0.25}, progress=lambda *said: told.append(said))
    assert ran.result.summary == {"buildings_count": 30, "gap": 0.25}
    assert ran.parameters == {"gap": 0.25, "mode": "well"}
    assert list(ran.result.tables[0].frame["minutes"]) == [float(i) for i in range(30)]
    assert ran.result.charts[0].series[0].y == (3.0, 4.0) or list(ran.result.charts[0].series[0].y) == [3.0, 4.0]
    assert ran.warnings == ("Only a test.",)
    assert (0.5, "halfway") in told
    assert ran.seconds > 0 and len(ran.inputs_sha256) == 64


def test_that_the_same_inputs_have_the_same_checksum_and_others_another(plugin, city):
    guest = plugin(guests.WELL)
    first, again, other = (run(guest, city, parameters={"gap": gap}).inputs_sha256 for gap in (0.1, 0.1, 0.2))
    assert first == again != other


def test_that_progress_comes_at_most_ten_times_a_second(plugin, city):
    told = []
    began = time.monotonic()
    code = guests.body("""
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            progress(0.5, "word " * 1000)
        progress(float("nan"))
    """)
    run(plugin(code), city, progress=lambda *said: told.append(said))
    assert 3 <= len(told) <= 10 * (time.monotonic() - began) + 1
    assert all(0 <= share <= 1 and len(what) <= 300 for share, what in told)


def test_that_what_a_plugin_prints_or_reads_never_reaches_our_channel(plugin, city):
    code = guests.body("""
        print('{"done": true}')
        sys.stdout.write("garbage" * 10)
        sys.stdout.flush()
        os.write(1, b'{"error": {"kind": "failed"}}\\n')
        for _ in range(2000):
            os.write(2, b"x" * 1000)
        assert sys.stdin.read() == ""
        sys.__stdout__.write("more")
        os.system("echo garbage")
    """)
    assert run(plugin(code), city).result.summary == {"done_count": 1}


@pytest.mark.parametrize(
    ("lines", "key", "word"),
    [
        ("raise ValueError('no such street')", "plugin-failed", "no such street"),
        ("raise PluginError('Import roads first.')", "plugin-said", "Import roads first."),
        ("sys.exit('enough')", "plugin-failed", "sys.exit('enough')"),
        ("raise KeyboardInterrupt", "plugin-failed", "KeyboardInterrupt"),
        ("os._exit(0)", "plugin-crashed", "code 0"),
        ("os._exit(7)", "plugin-crashed", "code 7"),
        ("os.kill(os.getpid(), 11)", "plugin-crashed", "-11"),
        ("from PySide6 import QtWidgets", "plugin-window", "PySide6"),
        ("return 5", "plugin-said", "int"),
        ("return Result({'x': object()})", "plugin-", ""),
        ("import not_a_library", "plugin-failed", "not_a_library"),
        ("raise UnicodeError('\\udcff')", "plugin-failed", "UnicodeError"),
    ],
)
def test_that_a_plugin_that_breaks_off_is_a_sentence(plugin, city, lines, key, word):
    error = failing(plugin, city, lines + "\n")
    assert error.key.startswith(key) and word in str(error)


def test_that_a_module_that_cannot_be_read_is_a_sentence(plugin, city):
    for code in ("def run(:\n", "raise SystemExit(3)\n", "import PyQt5\n", "x = 1\n"):
        with pytest.raises(UserError) as broken:
            run(plugin(code), city)
        assert broken.value.key in ("plugin-failed", "plugin-window")


def test_that_a_plugin_that_eats_memory_is_ended(plugin, city):
    error = failing(plugin, city, "held = []\nwhile True:\n    held.append(bytearray(64 << 20))\n", memory_mb=600)
    assert error.key == "plugin-too-much" and "600 MB" in str(error)


def test_that_a_plugin_that_hangs_is_ended_when_its_time_is_over(plugin, city):
    error = failing(plugin, city, "while True: time.sleep(1)\n", seconds=1.5)
    assert error.key == "plugin-too-much" and "time" in str(error)


def test_that_a_plugin_that_deletes_its_folders_harms_nothing_but_itself(plugin, city):
    lines = """
        here = Path(__file__).parent
        shutil.rmtree(here)
        shutil.rmtree(city.folder)
        shutil.rmtree(city.folder.parent, ignore_errors=True)
    """
    error = failing(plugin, city, textwrap.dedent(lines))
    assert error.key == "plugin-failed"
    assert run(plugin(guests.WELL, "other"), city).result.summary["buildings_count"] == 30


def test_that_the_project_is_unharmed_after_every_kind_of_end(plugin, city):
    before = city.read_bytes()
    for lines in ("os._exit(1)", "raise ValueError", "return None"):
        failing(plugin, city, lines + "\n")
    assert city.read_bytes() == before
    opened = open_project(city)
    assert opened.check() == []
    opened.close()


def test_that_a_cancelled_run_ends_within_two_seconds_even_if_it_does_not_listen(plugin, city, tmp_path):
    sign = tmp_path / "began"
    for stuck in ("time.sleep(100)", "import re; re.match(r'(a+)+$', 'a' * 60 + 'b')"):
        sign.unlink(missing_ok=True)
        code = guests.body(f"Path({str(sign)!r}).touch()\n{stuck}\n")
        asked = []

        def cancelled(asked=asked):
            if sign.exists() and not asked:
                asked.append(time.monotonic())
            return bool(asked)

        with pytest.raises(UserError) as stopped:
            run(plugin(code), city, cancelled=cancelled)
        assert stopped.value.key == "plugin-cancelled"
        assert time.monotonic() - asked[0] < 2.0


def test_that_a_plugin_that_catches_every_exception_is_cancelled_all_the_same(plugin, city):
    code = guests.body("""
        while True:
            try:
                progress(0.1, "on")
            except Exception:
                pass
    """)
    told = []
    with pytest.raises(UserError) as stopped:
        run(plugin(code), city, progress=lambda *said: told.append(said), cancelled=lambda: bool(told))
    assert stopped.value.key == "plugin-cancelled"


def test_that_cancelling_at_random_moments_leaves_nothing_behind(plugin, city):
    guest = plugin(guests.WELL)
    chance = random.Random(4)
    for _ in range(6):
        until = time.monotonic() + chance.uniform(0, 0.4)
        try:
            ran = run(guest, city, cancelled=lambda until=until: time.monotonic() > until)
            assert ran.result.summary["buildings_count"] == 30
        except UserError as error:
            assert error.key == "plugin-cancelled"
    opened = open_project(city)
    assert opened.check() == []
    opened.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are counted in /proc")
def test_that_processes_which_a_plugin_starts_end_with_it(plugin, city, tmp_path):
    numbers = tmp_path / "numbers"
    code = guests.body(f"""
        import subprocess
        started = [subprocess.Popen(["/bin/sleep", "100"]) for _ in range(2)]
        Path({str(numbers)!r}).write_text(" ".join(str(p.pid) for p in started))
    """)
    run(plugin(code), city)
    assert not [pid for pid in numbers.read_text().split() if alive(int(pid))]


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended and waits to be asked does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs signals and /proc")
def test_that_a_plugin_ends_with_the_program_even_while_a_library_computes(plugin, city, tmp_path):
    number = tmp_path / "number"
    code = guests.body(f"""
        import re
        Path({str(number)!r}).write_text(str(os.getpid()))
        re.match(r"(a+)+$", "a" * 60 + "b")
    """)
    folder = plugin(code).folder
    script = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[3:];"
        "from vidbudova.plugin.finding import at; from vidbudova.jobs import run;"
        "run(at(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    program = subprocess.Popen([sys.executable, "-c", script, str(folder), str(city), *paths])
    try:
        wait_for(lambda: number.exists() and number.read_text())
        pid = int(number.read_text())
        assert alive(pid)
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait()
    wait_for(lambda: not alive(pid))


def wait_for(true, seconds=20.0):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_that_an_explorer_answers_again_and_again_in_one_process(plugin, city):
    with open_explorer(plugin(guests.EXPLORER, explore=True), city) as explorer:
        assert explorer.result.summary == {"base_count": 1}
        pid = explorer.pid
        for asked, number in enumerate((1, 5, 21), 1):
            assert explorer.ask({"number": number}).summary == {"twice": 2 * number, "asked": asked}
        assert explorer.pid == pid and alive(pid)
    assert not alive(pid) and not explorer.alive


def test_that_an_explorer_can_be_asked_again_after_a_cancel_or_an_error(plugin, city):
    with open_explorer(plugin(guests.EXPLORER, explore=True), city) as explorer:
        told = []
        with pytest.raises(UserError) as stopped:
            explorer.ask({"slow": True}, lambda *said: told.append(said), lambda: bool(told))
        assert stopped.value.key == "plugin-cancelled" and explorer.alive
        with pytest.raises(UserError, match="no such street"):
            explorer.ask({"error": True})
        assert explorer.ask({"number": 2}).summary["twice"] == 4


def test_that_an_explorer_that_answers_just_when_it_is_cancelled_can_be_asked_again(plugin, city):
    with open_explorer(plugin(guests.EXPLORER, explore=True), city) as explorer:
        for number in range(20):
            with pytest.raises(UserError) as stopped:
                explorer.ask({"number": number}, cancelled=lambda: True)
            assert stopped.value.key == "plugin-cancelled" and explorer.alive
        assert explorer.ask({"number": 3}).summary["twice"] == 6


def test_that_an_explorer_that_is_stuck_or_crashed_is_gone(plugin, city):
    guest = plugin(guests.EXPLORER, explore=True)
    for question, key in (({"stuck": True}, "plugin-cancelled"), ({"crash": True}, "plugin-crashed")):
        with open_explorer(guest, city) as explorer:
            until = time.monotonic() + 0.5
            with pytest.raises(UserError) as broken:
                explorer.ask(
                    question, cancelled=lambda until=until, key=key: key[7] == "c" and time.monotonic() > until
                )
            assert broken.value.key == key and not explorer.alive
            with pytest.raises(UserError):
                explorer.ask({"number": 1})


def test_that_an_explorer_opened_by_a_thread_that_has_ended_still_answers(plugin, city):
    opened = []
    guest = plugin(guests.EXPLORER, explore=True)
    thread = threading.Thread(target=lambda: opened.append(open_explorer(guest, city)))
    thread.start()
    thread.join()
    with opened[0] as explorer:
        assert explorer.ask({"number": 4}).summary["twice"] == 8


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ("def deep(n): return deep(n + 1)\ndeep(0)", "plugin-failed"),
        ("sys.setrecursionlimit(10**9)\ndef deep(n): return sorted([n], key=deep)\ndeep(0)", "plugin-"),
        ("Path(city.folder.parent / 'run.result').mkdir()", "plugin-failed"),
        ("from vidbudova.plugin import ResultTable\nreturn Result({}, tables=(ResultTable('t', 'T', 5),))", "plugin-"),
        ("return Result('summary')", "plugin-"),
    ],
)
def test_that_endless_recursion_and_results_of_odd_shape_are_sentences(plugin, city, lines, key):
    assert failing(plugin, city, lines + "\n").key.startswith(key)


def swapped(code):
    """A plugin that puts something else where its result is looked for, just before it ends."""
    return guests.body(f"""
        from vidbudova.jobs import child
        path = city.folder.parent / "run.result"
        def write(result, to):
            {code}
        child._write = sys.modules["__main__"]._write = write
    """)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and links of Linux and macOS")
@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("os.mkfifo(to)", "plugin-result-wrong"),
        ("os.symlink('/dev/zero', to)", "plugin-result-wrong"),
        ("to.mkdir()", "plugin-result-wrong"),
        ("to.write_bytes(os.urandom(5000))", "plugin-result-wrong"),
        ("pass", "plugin-result-wrong"),
        ("to.touch(); os.truncate(to, 600 << 20)", "plugin-too-much"),
    ],
)
def test_that_whatever_lies_where_the_result_should_be_is_not_believed(plugin, city, code, key):
    with pytest.raises(UserError) as broken:
        run(plugin(swapped(code)), city, limits=Limits(memory_mb=512))
    assert broken.value.key == key


def test_that_a_proposal_for_a_table_that_the_manifest_does_not_name_is_refused(plugin, city):
    lines = (
        "delta = ProposedDelta('zones', 'z', 'name', 'A')\nreturn Result({}, proposals=(Proposal('P', '', (delta,)),))"
    )
    error = failing(plugin, city, lines + "\n")
    assert error.key == "plugin-result-wrong" and "zones" in str(error)


def test_that_a_plugin_that_changed_after_a_person_approved_it_does_not_run(plugin, city):
    guest = plugin(guests.WELL)
    (guest.folder / "more.py").write_text("x = 1\n", encoding="utf-8")
    for start in (run, open_explorer):
        with pytest.raises(UserError) as refused:
            start(guest, city)
        assert refused.value.key == "plugin-not-ready"


def test_that_an_explorer_cancelled_at_random_moments_still_answers_or_says_that_it_is_gone(plugin, city):
    chance = random.Random(7)
    with open_explorer(plugin(guests.EXPLORER, explore=True), city) as explorer:
        for number in range(8):
            until = time.monotonic() + chance.uniform(0, 0.3)
            with pytest.raises(UserError) as stopped:
                explorer.ask({"slow": True}, cancelled=lambda until=until: time.monotonic() > until)
            assert stopped.value.key == "plugin-cancelled"
            assert explorer.ask({"number": number}).summary["twice"] == 2 * number


def test_that_runs_beside_each_other_each_give_their_own(plugin, city):
    guest = plugin(guests.WELL)
    wanted = [Wanted(guest, city, parameters={"gap": gap / 8}) for gap in range(8)]
    came = run_many(wanted, most=3)
    assert [ran.result.summary["gap"] for ran in came] == [gap / 8 for gap in range(8)]


def test_that_runs_beside_each_other_are_all_cancelled(plugin, city):
    told = []
    slow = plugin(guests.body("for step in range(2000):\n    progress(step / 2000)\n    time.sleep(0.01)\n"))
    came = run_many([Wanted(slow, city) for _ in range(4)], lambda *said: told.append(said), lambda: bool(told), most=2)
    assert [error.key for error in came] == ["plugin-cancelled"] * 4


def test_that_no_folder_thread_or_process_is_left(plugin, city, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    before = set(threading.enumerate())
    run(plugin(guests.WELL), city)
    failing(plugin, city, "os._exit(3)\n")
    with open_explorer(plugin(guests.EXPLORER, explore=True), city):
        pass
    assert list((tmp_path / "temporary").iterdir()) == []
    assert set(threading.enumerate()) <= before
