"""Analyses in processes of their own: one run, one that stays to be asked, several beside each other, a cluster."""

from vidbudova.jobs.order import Limits
from vidbudova.jobs.running import Explorer, Ran, open_explorer, run

__all__ = ["Explorer", "Limits", "Ran", "open_explorer", "run"]
