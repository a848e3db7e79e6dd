"""What lies beside a picture or grid and says where it is: a world file, and a .prj."""

from __future__ import annotations

from pathlib import Path

PICTURES = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".asc")


def world_files(path: Path) -> list[Path]:
    """The world file and the .prj beside a picture: picture.pgw, picture.pngw or picture.wld; links are passed over."""
    ending = path.suffix.lower()
    if ending not in PICTURES:
        return []
    short = f".{ending[1]}{ending[-1]}w"
    names = [path.stem + one for one in (short, ending + "w", ".wld", ".prj")] + [path.name + "w"]
    found = [path.with_name(one) for name in names for one in (name, path.stem + name[len(path.stem) :].upper())]
    return list(dict.fromkeys(one for one in found if one.is_file() and not one.is_symlink()))
