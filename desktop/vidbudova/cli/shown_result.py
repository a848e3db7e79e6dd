"""`--result` and `--table`: a kept result shown in a picture or a video."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from vidbudova.errors import UserError
from vidbudova.text import _

if TYPE_CHECKING:
    from vidbudova.plugin.result import ResultTable
    from vidbudova.session import Session


def add_options(parser: Any) -> None:
    """The options, for a command that draws the city."""
    parser.add_argument("--result", metavar="ID", help=_("show what an analysis found: the id of a kept result"))
    parser.add_argument("--table", metavar="NAME", help=_("which of its tables; else the first that can be drawn"))


def table_of(session: Session, args: Namespace) -> ResultTable | None:
    """The table that the options name; None for none.

    Raises
    ------
    UserError
        Where there is no such result or no such table that can be drawn.
    """
    from vidbudova.session.analyses import result_of

    if not args.result:
        if args.table:
            raise UserError("no-such-thing", what=_("result"), id="")
        return None
    drawn = [table for table in result_of(session, args.result).tables if table.style is not None]
    found = next((table for table in drawn if args.table in (None, table.name)), None)
    if found is None:
        raise UserError("no-such-thing", what=_("table that can be drawn"), id=args.table or args.result)
    return found


def said(table: ResultTable | None, result: str) -> dict[str, Any]:
    """What an answer says of the result that is shown: what its colours mean, and how many rows wear each."""
    from vidbudova.scene.result_legend import classed

    if table is None:
        return {}
    found = classed(table)
    lines = [
        {"title": line.title, "colour": "#{:02X}{:02X}{:02X}".format(*line.rgb), "rows": int(count)}
        for line, count in zip(found.legend.lines, found.counts, strict=True)
    ]
    legend = {"title": found.legend.title, "unit": found.legend.unit, "lines": lines}
    return {"result": result, "table": table.name, "legend": legend}
