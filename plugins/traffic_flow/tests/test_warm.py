"""Getting ready before a run says what it waits for, where there is something to wait for."""

from __future__ import annotations

import pytest
import traffic_flow
from traffic_flow import compiled, kernels


@pytest.mark.parametrize(("language", "word"), [("en", "machine code"), ("uk", "машинний код"), ("ko", "기계어")])
def test_that_the_first_time_on_a_computer_is_told_and_later_ones_are_not(tmp_path, monkeypatch, language, word):
    told, made = [], []
    monkeypatch.setattr(compiled, "folder", lambda: tmp_path)
    monkeypatch.setattr(kernels, "make_ready", lambda: made.append(1))
    traffic_flow.warm(language, lambda *said: told.append(said))
    assert len(told) == 1 and told[0][0] == 0.0 and word in told[0][1]
    (tmp_path / "module").mkdir()
    (tmp_path / "module" / "kernel.nbi").touch()
    traffic_flow.warm(language, lambda *said: told.append(said))
    assert len(told) == 1 and made == [1, 1]
