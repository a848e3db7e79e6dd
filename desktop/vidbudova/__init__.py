"""Vidbudova: the desktop program for people who rebuild cities."""

__version__ = "0.1.0"
