"""A process that is ready before it is asked for: one run, one process, no other code, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from jobs import guests
from jobs.test_running import alive, wait_for

from vidbudova import jobs
from vidbudova.errors import UserError
from vidbudova.jobs import Limits, open_explorer, run, spare
from vidbudova.plugin import finding, trust

NUMBERED = """
    import os
    from vidbudova.plugin import Result
    WARMED = []

    def warm(language, progress):
        WARMED.append(language)

    def run(city, parameters, progress):
        return Result({"pid": os.getpid(), "warmed_count": len(WARMED), "buildings_count": city.count("buildings")})
"""


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Memory enough for one, and none from or for another test."""
    monkeypatch.setattr(spare, "LEAST_FREE_MB", 0)
    jobs.cool()
    yield
    jobs.cool()


def warmed(guest, seconds=60.0):
    """Keep a process ready and wait until it is; gives its number."""
    jobs.warm(guest)
    wait_for(spare.is_ready, seconds)
    return spare._spare.process.pid


def test_that_a_ready_process_serves_the_next_run_and_only_that(plugin, city):
    guest = plugin(NUMBERED)
    pid = warmed(guest)
    jobs.warm(guest)
    first, second = (run(guest, city).result.summary for _ in range(2))
    assert first == {"pid": pid, "warmed_count": 1, "buildings_count": 30}
    assert second["pid"] != pid and second["warmed_count"] == 1, "a new process gets ready within the run"
    assert not alive(pid) and not alive(second["pid"])


def test_that_a_run_that_is_ordered_while_its_process_gets_ready_waits_and_hears_of_it(plugin, city):
    code = (
        NUMBERED
        + """
    def warm(language, progress):
        import time
        WARMED.append(language)
        for _ in range(12):
            time.sleep(0.1)
            progress(0.0, "getting ready")
"""
    )
    guest, told = plugin(code), []
    jobs.warm(guest)
    wait_for(lambda: spare._spare.process is not None)
    pid = spare._spare.process.pid
    assert run(guest, city, progress=lambda *said: told.append(said)).result.summary["pid"] == pid
    assert (0.0, "getting ready") in told


def test_that_a_run_that_is_cancelled_while_its_process_gets_ready_ends_soon(plugin, city):
    guest = plugin(NUMBERED + "\n    def warm(language, progress):\n        import time\n        time.sleep(100)\n")
    jobs.warm(guest)
    wait_for(lambda: spare._spare.process is not None)
    pid, began = spare._spare.process.pid, time.monotonic()
    with pytest.raises(UserError) as stopped:
        run(guest, city, cancelled=lambda: time.monotonic() > began + 0.1)
    assert stopped.value.key == "plugin-cancelled" and time.monotonic() - began < 2.5 and not alive(pid)


def test_that_a_ready_process_becomes_an_explorer(plugin, city):
    guest = plugin(guests.EXPLORER, explore=True)
    pid = warmed(guest)
    with open_explorer(guest, city) as explorer:
        assert explorer.pid == pid and explorer.ask({"number": 4}).summary["twice"] == 8
    assert not alive(pid)


def test_that_a_plugin_that_changed_does_not_run_as_it_was(plugin, city):
    pid = warmed(plugin(NUMBERED))
    changed = plugin(NUMBERED.replace('"warmed_count"', '"other_count"'))
    summary = run(changed, city).result.summary
    assert "other_count" in summary and summary["pid"] != pid and not alive(pid)


def test_that_code_which_changed_just_while_it_was_loaded_does_not_run(plugin, city):
    guest = plugin(NUMBERED)
    extra = guest.folder / "extra.py"
    code = (
        NUMBERED
        + f"""
    from pathlib import Path
    if not Path({str(city.with_name("second"))!r}).exists():
        Path({str(extra)!r}).write_text("x = 1")  # somebody edits the folder in this moment
"""
    )
    guest = plugin(code)
    pid = warmed(guest)
    extra.unlink()
    city.with_name("second").touch()
    try:
        assert finding.at(guest.folder).sha256 == guest.sha256
        summary = run(guest, city).result.summary
    finally:
        city.with_name("second").unlink()
    assert summary["pid"] != pid and summary["buildings_count"] == 30 and not alive(pid)


def test_that_a_plugin_whose_approval_was_withdrawn_does_not_run_though_a_process_is_ready(plugin, city):
    guest = plugin(NUMBERED)
    warmed(guest)
    trust.withdraw(guest.sha256)
    with pytest.raises(UserError) as refused:
        run(guest, city)
    assert refused.value.key == "plugin-not-ready"
    jobs.warm(finding.at(guest.folder))
    assert spare._spare.plugin.sha256 == guest.sha256, "one that may not run is not got ready"


def test_that_the_limits_of_the_order_hold_for_a_ready_process(plugin, city):
    code = (
        NUMBERED
        + """
    def run(city, parameters, progress):
        held = []
        while True:
            held.append(bytearray(64 << 20))
"""
    )
    guest = plugin(code)
    warmed(guest)
    with pytest.raises(UserError) as ended:
        run(guest, city, limits=Limits(memory_mb=700))
    assert ended.value.key == "plugin-too-much" and "700 MB" in str(ended.value)


def test_that_a_ready_process_is_not_taken_for_another_plugin_or_number_of_threads(plugin, city):
    guest = plugin(NUMBERED)
    pid = warmed(guest)
    assert run(plugin(guests.WELL, "other"), city).result.summary["buildings_count"] == 30
    assert run(guest, city, limits=Limits(threads=1)).result.summary["pid"] != pid
    assert run(guest, city).result.summary["pid"] == pid


def test_that_there_is_one_for_the_plugin_that_was_named_last(plugin):
    first = warmed(plugin(NUMBERED))
    second = warmed(plugin(NUMBERED, "other"))
    wait_for(lambda: not alive(first))
    assert alive(second)
    jobs.cool()
    assert not alive(second)


def test_that_one_that_nobody_wants_goes_after_a_while(plugin, monkeypatch):
    monkeypatch.setattr(spare, "REST_S", 0.2)
    pid = warmed(plugin(NUMBERED))
    monkeypatch.setattr(spare, "IDLE_S", 0.0)
    wait_for(lambda: not alive(pid))
    wait_for(lambda: spare._spare.process is None)


@pytest.mark.parametrize("lines", ["raise ValueError('not today')", "import os; os._exit(4)", "1 / 0"])
def test_that_a_plugin_which_cannot_get_ready_says_so_in_its_run(plugin, city, lines):
    guest = plugin(NUMBERED + f"\n    def warm(language, progress):\n        {lines}\n")
    jobs.warm(guest)
    wait_for(lambda: not spare._spare._thread.is_alive())
    with pytest.raises(UserError) as broken:
        run(guest, city)
    assert broken.value.key in ("plugin-failed", "plugin-crashed") and "Guest" in str(broken.value)


def test_that_where_memory_is_short_none_is_kept(plugin, city, monkeypatch):
    monkeypatch.setattr(spare, "LEAST_FREE_MB", 1 << 40)
    guest = plugin(NUMBERED)
    jobs.warm(guest)
    spare._spare._thread.join()
    assert spare._spare.process is None
    assert run(guest, city).result.summary["buildings_count"] == 30


def test_that_a_ready_process_leaves_no_folder_and_no_thread(plugin, city, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    before = set(threading.enumerate())
    guest = plugin(NUMBERED)
    warmed(guest)
    run(guest, city)
    warmed(guest)
    jobs.cool()
    assert list((tmp_path / "temporary").iterdir()) == [] and set(threading.enumerate()) <= before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs signals and /proc")
@pytest.mark.parametrize("how", ["end", "kill"])
def test_that_a_ready_process_ends_with_the_program(plugin, tmp_path, how):
    told = tmp_path / "pid"
    script = (
        "import sys, time; from pathlib import Path; sys.path[:0] = sys.argv[3:];"
        "from vidbudova.plugin.finding import at; from vidbudova import jobs; from vidbudova.jobs import spare;"
        "spare.LEAST_FREE_MB = 0; jobs.warm(at(Path(sys.argv[1])))\n"
        "while not spare.is_ready(): time.sleep(0.05)\n"
        "Path(sys.argv[2]).write_text(str(spare._spare.process.pid))\n"
    )
    script += "time.sleep(100)" if how == "kill" else ""
    paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    folder, environ = plugin(NUMBERED).folder, {**os.environ, "TMPDIR": str(tmp_path)}
    program = subprocess.Popen([sys.executable, "-c", script, str(folder), str(told), *paths], env=environ)
    try:
        wait_for(lambda: told.exists() and told.read_text(), 60.0)
        pid = int(told.read_text())
        if how == "end":
            assert program.wait(20) == 0 and not alive(pid)
            assert not list(tmp_path.glob("vidbudova-run-*"))
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait()
    wait_for(lambda: not alive(pid))
