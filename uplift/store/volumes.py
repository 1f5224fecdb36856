"""On what kind of volume a path lies: SQLite's locks can't be trusted over a network."""

from __future__ import annotations

import re
from pathlib import Path

MOUNTS = Path("/proc/mounts")

_NETWORK = re.compile(
    r"nfs4?|cifs|smbfs|smb[23]?|afs|ncpfs|ceph|glusterfs|lustre|beegfs|gpfs|fuse\.(sshfs|smbnetfs|glusterfs|rclone|s3fs)"
)


def network_volume(path: Path, *, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system on which a path lies (`nfs4`, `cifs`, …), or None: local, or not to be told."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    target = path.resolve()
    kind, depth = "", -1
    for line in lines:
        fields = line.split()
        if len(fields) < 3:
            continue
        point = Path(_unescaped(fields[1]))
        # A later line with the same mount point lies on top of an earlier one.
        if target.is_relative_to(point) and len(point.parts) >= depth:
            kind, depth = fields[2], len(point.parts)
    return kind if _NETWORK.fullmatch(kind) else None


def _unescaped(field: str) -> str:
    """Mount points are listed with blanks, tabs, line ends and backslashes as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)
