"""Words: gettext catalogues (English is the source), and numbers and dates as the language writes them."""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

LANGUAGES = {"en": "English", "uk": "Українська", "ko": "한국어"}
DOMAIN = "vidbudova"

_current: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def use_language(code: str, folder: Path) -> str:
    """Switch to a language of LANGUAGES (unknown ones fall to English); gives the one in force."""
    global _current, _language
    short = code.replace("-", "_").split("_")[0].lower()
    _language = short if short in LANGUAGES else "en"
    _current = gettext.translation(DOMAIN, folder, [_language], fallback=True)
    return _language


def system_language(environ: Mapping[str, str] = os.environ) -> str:
    """The language the system asks for: VIDBUDOVA_LANGUAGE, else the locale variables."""
    for name in ("VIDBUDOVA_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name, ""):
            return value.split(".")[0]
    return "en"


def language() -> str:
    """The code of the language in force."""
    return _language


def _(message: str) -> str:
    """The message in the reader's language."""
    return _current.gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The right plural for `count`, with {count} filled in as the language writes numbers."""
    return _current.ngettext(one, many, count).format(count=number(count))


def mark(message: str) -> str:
    """Mark a message for the catalogues without translating it yet (tables of constants)."""
    return message


def number(value: float, decimals: int = 0) -> str:
    """Thousands and decimals as the language writes them: 1,234.5 / 1 234,5 (narrow no-break space)."""
    plain = f"{value:,.{decimals}f}"
    if _language == "uk":
        return plain.replace(",", "\u202f").replace(".", ",")
    return plain


SYMBOLS = (
    mark("s"), mark("min"), mark("h"), mark("d"), mark("m"), mark("km"), mark("ha"), mark("t"), mark("kg"), mark("l"),
    mark("veh"), mark("people"), mark("persons"), mark("trips"), mark("kW"), mark("kWh"), mark("MW"), mark("MWh"),
)  # fmt: skip
"""Symbols of units that languages write in their own letters."""
PARTS_OF_UNITS = re.compile(r"([·/]|[²³](?=[·/]|$))")


def unit(symbol: str) -> str:
    """A unit as the language writes it ("km/h" is «км/год»); "" for "1", that of a ratio; unknown ones as they are."""
    parts = PARTS_OF_UNITS.split(symbol)
    if symbol == "1" or not all(part in SYMBOLS or not part.isalpha() for part in parts):
        return "" if symbol == "1" else symbol
    return "".join(_(part) if part in SYMBOLS else part for part in parts)


def with_unit(words: str, symbol: str, between: str = " ") -> str:
    """Words, or a number in words, with a unit behind them where there is one."""
    said = unit(symbol)
    return f"{words}{between}{said}" if said else words


def day(value: date | datetime | str | None) -> str:
    """A date as the language writes it; an ISO text is parsed, anything unreadable is given back as it is."""
    if not value:
        return ""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return str(value)
    if _language == "uk":
        return value.strftime("%d.%m.%Y")
    if _language == "ko":
        return value.strftime("%Y. %m. %d.")
    return value.strftime("%d %b %Y")


def moment(value: datetime) -> str:
    """Date and time of day in local time."""
    local = value.astimezone()
    return f"{day(local)} {local:%H:%M}"
