"""What runs take and leave: folders of programs that were killed, memory of what a plugin starts, explorers that go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jobs import guests
from jobs.test_running import alive, wait_for

from vidbudova.errors import UserError
from vidbudova.jobs import Limits, family, open_explorer, place, run

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked at in /proc")


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A folder for temporary files of this test alone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def grown_old(folder: Path, seconds: float = 3600.0) -> None:
    """Let a folder and its lock be that old."""
    then = time.time() - seconds
    for path in (folder / place.HELD, folder):
        if path.exists():
            os.utime(path, (then, then))


@pytest.fixture
def another(temporary):
    """Another program that has a run going; gives its process and the folder."""
    script = (
        "import sys; from vidbudova.jobs.place import workplace\n"
        "with workplace() as folder:\n    (folder / 'big').write_text('x'); print(folder, flush=True); sys.stdin.read()"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, "TMPDIR": str(temporary), "TEMP": str(temporary)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield program, Path(program.stdout.readline().strip())
    program.kill()
    program.communicate()


def test_that_the_folder_of_a_program_that_was_killed_goes_with_the_next_run(another, plugin, city):
    program, left = another
    program.kill()
    program.wait()
    grown_old(left)
    assert (left / "big").exists()
    run(plugin(guests.WELL), city)
    assert not left.exists()


def test_that_the_folder_of_a_living_program_stays_however_old_it_is(another, plugin, city):
    program, folder = another
    grown_old(folder, 10 * place.FORGOTTEN_S)
    run(plugin(guests.WELL), city)
    assert (folder / "big").exists()
    program.communicate("")
    assert not folder.exists(), "it takes its folder away itself"


def test_that_a_folder_that_is_just_being_made_or_has_no_lock_stays_for_a_while(temporary):
    young, without, old = (temporary / f"{place.PREFIX}{name}" for name in ("young", "without", "old"))
    for folder in (young, without, old):
        folder.mkdir()
    (young / place.HELD).touch()
    grown_old(without, place.FORGOTTEN_S / 2)
    grown_old(old, place.FORGOTTEN_S * 2)
    place.sweep()
    assert young.exists() and without.exists() and not old.exists()


def test_that_what_a_killed_import_left_goes_after_a_week(temporary):
    left, young, foreign = (temporary / name for name in ("vidbudova-import-a", "vidbudova-read-b", "vidbudova-my-own"))
    for folder in (left, young, foreign):
        folder.mkdir()
        (folder / "staging.sqlite").touch()
    grown_old(left, place.FORGOTTEN_S * 2)
    grown_old(foreign, place.FORGOTTEN_S * 2)
    place.sweep()
    assert not left.exists() and young.exists() and foreign.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links of Linux and macOS")
def test_that_a_link_in_place_of_a_folder_is_not_followed(temporary, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "photo").touch()
    (temporary / f"{place.PREFIX}link").symlink_to(precious)
    grown_old(precious, place.FORGOTTEN_S * 2)
    place.sweep()
    assert (precious / "photo").exists()


def test_that_a_run_goes_on_where_locks_are_not_to_be_had(temporary, plugin, city, monkeypatch):
    def refused(project, path):
        path.touch()
        raise UserError("project-locked", path=project, holder="")

    monkeypatch.setattr(place, "Lock", refused)
    assert run(plugin(guests.WELL), city).result.summary["buildings_count"] == 30
    assert list(temporary.iterdir()) == []


EATER = """
    import subprocess
    eat = "import time, sys; held = bytearray(450 << 20); held[::4096] = b'x' * len(held[::4096]); time.sleep(100)"
    many = [subprocess.Popen([sys.executable, "-c", eat]) for _ in range(2)]
    Path({numbers!r}).write_text(" ".join(str(one.pid) for one in many))
    while True:
        time.sleep(0.05)
        progress(0.1)
"""


@linux
def test_that_the_memory_of_what_a_plugin_starts_is_counted_with_its_own(plugin, city, tmp_path):
    numbers = tmp_path / "numbers"
    with pytest.raises(UserError) as ended:
        run(plugin(guests.body(EATER.format(numbers=str(numbers)))), city, limits=Limits(memory_mb=700))
    assert ended.value.key == "plugin-too-much" and "700 MB" in str(ended.value)
    pids = [int(pid) for pid in numbers.read_text().split()]
    assert len(pids) == 2
    wait_for(lambda: not any(map(alive, pids)))


@linux
def test_that_memory_which_forked_processes_share_counts_once(plugin, city):
    code = guests.body("""
        held = bytearray(300 << 20)
        held[::4096] = b"x" * len(held[::4096])
        many = [os.fork() for _ in range(3)]
        if 0 in many:
            time.sleep(100)
        for _ in range(24):
            time.sleep(0.05)
            progress(0.5)
    """)
    ran = run(plugin(code), city, limits=Limits(memory_mb=800))
    assert 300 < ran.peak_mb < 800


@linux
def test_that_a_process_that_left_the_group_of_its_plugin_ends_with_it(plugin, city, tmp_path):
    number = tmp_path / "number"
    code = guests.body(f"""
        import subprocess
        one = subprocess.Popen(["/bin/sleep", "100"], start_new_session=True)
        Path({str(number)!r}).write_text(str(one.pid))
        time.sleep(0.1)
    """)
    run(plugin(code + "\n"), city)
    wait_for(lambda: not alive(int(number.read_text())))


@linux
def test_that_a_family_is_all_that_came_of_a_process_and_nobody_else():
    script = "import subprocess as s; p = s.Popen(['/bin/sleep', '100']); print(p.pid, flush=True); p.wait()"
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        child = int(parent.stdout.readline())
        assert family.members(parent.pid) == sorted([parent.pid, child])
        assert family.members(child) == [child]
        assert {parent.pid, child} < set(family.members(os.getpid()))
    finally:
        os.kill(child, signal.SIGKILL)
        parent.communicate()


def test_that_closing_an_explorer_does_not_wait_and_leaves_nothing(plugin, city, temporary, monkeypatch):
    explorer = open_explorer(plugin(guests.EXPLORER, explore=True), city)
    pid, began = explorer.pid, []
    slow = explorer._process.close
    monkeypatch.setattr(explorer._process, "close", lambda: (began.append(1), time.sleep(0.5), slow()))
    explorer.close()
    assert list(temporary.iterdir()), "what it held goes in a thread of its own"
    explorer.close()
    assert not explorer.alive
    with pytest.raises(UserError):
        explorer.ask({"number": 1})
    wait_for(lambda: not alive(pid))
    wait_for(lambda: not list(temporary.iterdir()))
    assert began == [1]


def test_that_a_question_that_is_being_answered_ends_when_its_explorer_is_closed(plugin, city):
    explorer = open_explorer(plugin(guests.EXPLORER, explore=True), city)
    with pytest.raises(UserError) as ended:
        explorer.ask({"slow": True}, lambda *said: explorer.close())
    assert ended.value.key == "plugin-crashed" and not explorer.alive
    explorer._end.join()
