"""Analyses in processes of their own: one run, one that stays to be asked, several beside each other, a cluster."""

from vidbudova.jobs.explorer import Explorer, open_explorer
from vidbudova.jobs.order import Limits
from vidbudova.jobs.ran import Ran
from vidbudova.jobs.running import run
from vidbudova.jobs.spare import cool, warm

__all__ = ["Explorer", "Limits", "Ran", "cool", "open_explorer", "run", "warm"]
