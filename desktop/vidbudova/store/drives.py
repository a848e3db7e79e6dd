"""What kind of drive a file is on: SQLite's log is not safe on network drives, and a stick is pulled out at will."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from vidbudova.text import _

NETWORK_TYPES = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "ncpfs", "9p", "davfs", "fuse.davfs", "fuse.sshfs",
     "fuse.rclone", "fuse.gvfsd-fuse", "afpfs", "webdav", "glusterfs", "fuse.glusterfs", "ceph", "lustre"}
)  # fmt: skip


def why_read_only(path: Path) -> str:
    """Why a project there must not be written to; "" when it may."""
    kind = drive_kind(path)
    if kind == "network":
        return _("it is on a network drive.")
    if kind == "removable":
        return _("it is on a removable drive.")
    if is_protected(path):
        return _("the file or its folder is write-protected.")
    return ""


def is_protected(path: Path) -> bool:
    """Whether the file or its folder cannot be written to."""
    return not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK)


def drive_kind(path: Path) -> str:
    """``local``, ``network`` or ``removable``; what cannot be told counts as local."""
    if sys.platform == "win32":
        return _windows(path)
    if sys.platform == "darwin":
        return _mac(path)
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "local"
    device, kind = mount_of(path.resolve(), mounts)
    if kind in NETWORK_TYPES:
        return "network"
    return "removable" if _is_removable(device) else "local"


def mount_of(path: Path, mounts: str) -> tuple[str, str]:
    """(device, file system type) of the mount that holds a path, from the text of /proc/mounts."""
    best, found = -1, ("", "")
    for line in mounts.splitlines():
        device, point, kind, *_rest = line.split(" ")
        point = point.encode().decode("unicode_escape")
        if path.is_relative_to(point) and len(point) >= best:
            best, found = len(point), (device, kind)
    return found


def _is_removable(device: str, block: Path = Path("/sys/class/block")) -> bool:
    """Whether a Linux block device (or the disk it is a part of) says that it can be pulled out."""
    if not device.startswith("/dev/"):
        return False
    try:
        entry = (block / Path(os.path.realpath(device)).name).resolve()
        for folder in (entry, entry.parent):
            if (flag := folder / "removable").is_file():
                return flag.read_text().strip() == "1" or "/usb" in str(folder)
    except OSError:
        return False
    return False


def _windows(path: Path) -> str:
    import ctypes

    if str(path.absolute()).startswith("\\\\"):
        return "network"
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - not there elsewhere
    kind = kernel.GetDriveTypeW(str(path.absolute().anchor))
    return {2: "removable", 4: "network", 5: "removable"}.get(kind, "local")


def _mac(path: Path) -> str:
    import plistlib
    import subprocess

    command = ["/usr/sbin/diskutil", "info", "-plist", str(_mount_point(path))]
    try:
        told = plistlib.loads(subprocess.run(command, capture_output=True, timeout=5, check=True).stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return "network" if str(path.resolve()).startswith("/Volumes/") else "local"
    removable = told.get("RemovableMediaOrExternalDevice") or told.get("Removable")
    return "removable" if removable else "local"


def _mount_point(path: Path) -> Path:
    here = path.resolve()
    while not os.path.ismount(here):
        here = here.parent
    return here
