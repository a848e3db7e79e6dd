"""How much detail this machine can draw while the camera moves, learnt from the frames it drew."""

from __future__ import annotations

SLOW_FRAME_S, QUICK_FRAME_S = 0.028, 0.020
LEAST_DETAIL, MOST_DETAIL = 0.7, 1.2
LEAST_STILL, STILL_DETAIL = 1.0, 1.4


def after(pace: float, took_s: float) -> float:
    """The detail for the next moving frame: less after a slow one, a little more after a quick one."""
    if took_s > SLOW_FRAME_S:
        return max(pace * max(SLOW_FRAME_S / took_s, 0.85), LEAST_DETAIL)
    return min(pace * 1.03, MOST_DETAIL) if took_s < QUICK_FRAME_S else pace


def at_rest(pace: float, patient: bool) -> float:
    """The detail of a still picture: all of it where nobody waits, else what this machine does without a halt."""
    return STILL_DETAIL if patient else min(max(pace * 1.6, LEAST_STILL), STILL_DETAIL)
