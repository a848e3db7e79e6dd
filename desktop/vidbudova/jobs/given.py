"""What a plugin gave back, looked at before anybody uses it."""

from __future__ import annotations

import stat
from pathlib import Path

from vidbudova.errors import UserError
from vidbudova.plugin import Result, result_file
from vidbudova.plugin.finding import Plugin
from vidbudova.text import _, number


def read(plugin: Plugin, path: Path, most_mb: int) -> Result:
    """The result in a file that a plugin's process wrote.

    Raises
    ------
    UserError
        plugin-result-wrong where it cannot be read or proposes what its manifest does not name; plugin-too-much where
        it is larger than what the run could take.
    """
    try:
        _look_at(plugin, path, most_mb)
        result = result_file.read(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _wrong(plugin, str(error)[:200]) from error
    odd = {delta.table for proposal in result.proposals for delta in proposal.deltas} - set(plugin.writes)
    if odd:
        names = ", ".join(sorted(odd))
        raise _wrong(plugin, _("it proposes changes to tables that it does not declare ({names})").format(names=names))
    return result


def _look_at(plugin: Plugin, path: Path, most_mb: int) -> None:
    """A plain file of a size that fits; a pipe in its place would be waited for without end."""
    about = path.lstat()
    if not stat.S_ISREG(about.st_mode):
        raise ValueError(_("it is no file"))
    if about.st_size > most_mb << 20:
        raise UserError(
            "plugin-too-much", plugin=plugin.name, what=_("memory"), limit=_("{n} MB").format(n=number(most_mb))
        )


def _wrong(plugin: Plugin, reason: str) -> UserError:
    return UserError("plugin-result-wrong", plugin=plugin.name, reason=reason)
