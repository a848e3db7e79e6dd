"""How much detail this machine can draw while the camera moves, learnt from the frames it drew."""

from __future__ import annotations

FRAME_S = 0.026
"""What a moving frame may take until it is drawn; handing it to the screen comes after."""
LEAST_PURSE_S, MOST_PURSE_S = 0.002, 0.012
SLOW_FRAME_S, QUICK_FRAME_S = 0.022, 0.016
LEAST_DETAIL, MOST_DETAIL = 0.45, 1.2
LEAST_STILL, STILL_DETAIL = 1.0, 1.4


def after(pace: float, took_s: float) -> float:
    """The detail for the next moving frame: less after a slow one, a little more after a quick one."""
    if took_s > SLOW_FRAME_S:
        return max(pace * max(SLOW_FRAME_S / took_s, 0.85), LEAST_DETAIL)
    return min(pace * 1.03, MOST_DETAIL) if took_s < QUICK_FRAME_S else pace


def purse_s(drawing_s: float) -> float:
    """How long a moving frame may make new tiles, when drawing takes so long."""
    return min(max(FRAME_S - drawing_s, LEAST_PURSE_S), MOST_PURSE_S)


def at_rest(pace: float, patient: bool) -> float:
    """The detail of a still picture: all of it where nobody waits, else what this machine does without a halt."""
    return STILL_DETAIL if patient else min(max(pace * 1.6, LEAST_STILL), STILL_DETAIL)
