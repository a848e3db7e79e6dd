"""A camera path through views: the camera at every moment, smooth in place and speed, the same every time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vidbudova.scene.camera import EYE_ABOVE_GROUND_M, FARTHEST_M, Camera, Floats, eased, flight_s

Easing = Literal["smooth", "stop", "even"]
RISE = 0.6
SLOWER = 3.0
"""A flight that an audience follows takes so many times longer than one that a hand asked for."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A view on the way: seconds of the flight to it, how long it is held, and how it is passed.

    easing : "smooth" passes it without a halt where it is not held; "stop" comes to rest at it; "even" keeps one speed
    all the way to it.
    """

    camera: Camera
    seconds: float = 4.0
    hold_s: float = 0.0
    easing: Easing = "smooth"


class Journey:
    """The camera over time. The first stop's seconds are not flown: the journey begins there.

    times : (n,) when each stop is reached; duration_s : when the last has been held.
    """

    def __init__(self, stops: Sequence[Stop], loop: bool = False) -> None:
        if not stops:
            raise ValueError("a journey needs a stop")
        self.stops = [*stops, replace(stops[0], hold_s=0.0)] if loop and len(stops) > 1 else list(stops)
        flown = [0.0, *(max(stop.seconds, 0.01) for stop in self.stops[1:])]
        held = [max(stop.hold_s, 0.0) for stop in self.stops]
        self.times = np.cumsum(flown) + np.r_[0.0, np.cumsum(held)[:-1]]
        self.leaves = self.times + held
        self.duration_s = float(self.leaves[-1])
        self._values = _values([stop.camera for stop in self.stops])
        self._slopes = self._tangents(loop)

    def at(self, seconds: float) -> Camera:
        """The camera at a moment; before the beginning and after the end it rests."""
        k = int(np.searchsorted(self.times, seconds, side="right")) - 1
        if k < 0:
            return self.stops[0].camera
        if k >= len(self.stops) - 1 or seconds <= self.leaves[k]:
            return self.stops[min(k, len(self.stops) - 1)].camera
        lasts = self.times[k + 1] - self.leaves[k]
        return self._between(k, float((seconds - self.leaves[k]) / lasts), float(lasts))

    def _between(self, k: int, u: float, lasts: float) -> Camera:
        a, b = self._values[k : k + 2]
        if self.stops[k + 1].easing == "even":
            found = a + (b - a) * u
        elif not self._slopes[k].any() and not self._slopes[k + 1].any():
            found = a + (b - a) * eased(u)
        else:
            found = _hermite(a, b, self._slopes[k] * lasts, self._slopes[k + 1] * lasts, u)
        apart = float(np.hypot(*(b[:2] - a[:2])))
        rise = RISE * apart / (math.exp(a[3]) + math.exp(b[3])) * (4.0 * u * (1.0 - u)) ** 2
        return _camera(found, 1.0 + (rise if self.stops[k + 1].easing != "even" else 0.0))

    def _tangents(self, loop: bool) -> Floats:
        """Speeds of every value at the stops: none where the camera rests, else such that nothing overshoots.

        Fritsch and Butland (1984), as in PCHIP: the weighted harmonic mean of the speeds before and after.
        """
        found = np.zeros_like(self._values)
        for k in range(len(self.stops)):
            around = self._around(k, loop)
            if around is None:
                continue
            before, after = around
            left, right = self._speed(before), self._speed(after)
            first, second = self._lasts(before), self._lasts(after)
            w1, w2 = 2 * second + first, second + 2 * first
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                mean = (w1 + w2) / (w1 / left + w2 / right)
            found[k] = np.where(left * right > 0, np.nan_to_num(mean), 0.0)
        return found

    def _around(self, k: int, loop: bool) -> tuple[int, int] | None:
        """The flights before and after a stop that is passed without rest; None where the camera rests."""
        stop, last = self.stops[k], len(self.stops) - 1
        if stop.hold_s > 0 or stop.easing == "stop":
            return None
        if k in (0, last):
            return (last - 1, 0) if loop and last > 1 and self.stops[0].hold_s <= 0 else None
        return k - 1, k

    def _lasts(self, k: int) -> float:
        return float(self.times[k + 1] - self.leaves[k])

    def _speed(self, k: int) -> Floats:
        return np.asarray((self._values[k + 1] - self._values[k]) / self._lasts(k))


def suggested_s(before: Camera, after: Camera) -> float:
    """How long a flight between two views should take for people who watch, in seconds."""
    return round(max(2.0, SLOWER * flight_s(before, after)), 1)


def above(camera: Camera, floor: Callable[[Floats], Floats]) -> Camera:
    """The same view, lifted where its eye would be under the ground."""
    eye = camera.eye()
    lift = float(floor(eye[None, :2])[0]) + EYE_ABOVE_GROUND_M - eye[2]
    x, y, z = camera.focus
    return camera if lift <= 0 else replace(camera, focus=(x, y, z + float(lift)))


def _values(cameras: Sequence[Camera]) -> Floats:
    """(n, 7): place, logarithm of the distance, heading without jumps, pitch, lens."""
    turns = np.degrees(np.unwrap(np.radians([c.heading_deg for c in cameras])))
    return np.array(
        [
            [*c.focus, math.log(c.distance), turn, c.pitch_deg, c.fov_deg]
            for c, turn in zip(cameras, turns, strict=True)
        ],
        np.float64,
    )


def _camera(v: Floats, factor: float) -> Camera:
    x, y, z, far, turn, pitch, lens = v.tolist()
    return Camera((x, y, z), min(math.exp(far) * factor, FARTHEST_M), turn % 360.0, pitch, lens)


def _hermite(a: Floats, b: Floats, m: Floats, n: Floats, u: float) -> Floats:
    v = 1.0 - u
    return np.asarray(a * (1 + 2 * u) * v * v + m * u * v * v + b * u * u * (3 - 2 * u) - n * u * u * v)
