"""What the view says of points of clouds: a card for one, a legend, and what they can be coloured by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QColor

from vidbudova.text import _, number
from vidbudova.ui.viewport_card import Card
from vidbudova.ui.viewport_overlay import Legend, LegendLine

if TYPE_CHECKING:
    from vidbudova.scene.pick import Pick
    from vidbudova.scene.scene import Scene
    from vidbudova.session import Session

LAYER = "clouds"


def point_card(session: Session, pick: Pick) -> Card | None:
    """The cloud, and the class and height of one of its points; None if its file is not here."""
    from vidbudova.formats import arrays
    from vidbudova.scene.cloud_colours import class_title

    row = session.row(LAYER, pick.id)
    path = session.layer_file(str(row.get("file") or "")) if row is not None else None
    if row is None or path is None:
        return None
    file = arrays.open_arrays(path)
    x, y, z = (float(v) + o for v, o in zip(file["xyz"][pick.index], file.meta["origin"], strict=True))
    lines = [_("{x}, {y} · height {z} m").format(x=number(x, 2), y=number(y, 2), z=number(z, 2))]
    if file.meta.get("has_class"):
        lines.insert(0, class_title(int(file["class"][pick.index])))
    return Card(str(row.get("name") or _("Point cloud")), lines, QColor(*(int(v) for v in file["rgb"][pick.index])))


def styles() -> list[tuple[str, str]]:
    """What clouds can be coloured by: (key, words)."""
    from vidbudova.scene.cloud_colours import STYLES

    return [(key, _(words)) for key, words in STYLES.items()]


def colour(scene: Scene, style: str, off: set[str]) -> None:
    """Colour the clouds of a scene, "" as is usual, and leave those of some files out."""
    part: Any = scene.parts.get(LAYER)
    if part is not None:
        part.colour_by(style or None)
        part.leave_out(off)


def legends(scene: Scene | None, hidden: set[str]) -> list[Legend]:
    """What the colours of points mean, where that is not plain."""
    from vidbudova.scene.cloud_colours import STYLES

    part: Any = scene.parts.get(LAYER) if scene is not None and LAYER not in hidden else None
    lines = part.legend() if part is not None else []
    if not lines:
        return []
    title = _("Points: {by}").format(by=_(STYLES[part.style]).lower())
    return [Legend(title, [LegendLine(QColor(*rgb), words, "") for words, rgb in lines])]
