"""`python -m vidbudova` is the program."""

from vidbudova.main import run

if __name__ == "__main__":
    raise SystemExit(run())
