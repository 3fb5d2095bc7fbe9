"""Turns at an address, shared by all crawls of this user on this machine through one locked file.

The file is a table of moments (UTC seconds, eight bytes each): when the address whose slot it is may be asked next.
A slot is locked for the moment in which a turn is taken, so a process that dies holds nobody up; a turn that it
had taken is lost, no more.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
import tempfile
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SLOTS = 1 << 16
_MOMENT = struct.Struct("<d")
_LONGEST = 3600.0
"""Seconds; a turn farther ahead was written under another clock."""
_BUSY = frozenset({errno.EACCES, errno.EAGAIN})


class SharedTurns:
    """The table. Two addresses may fall into one slot: then they share a budget, which harms neither."""

    def __init__(self, file: Path, clock: Callable[[], float]) -> None:
        """``file``: made when it is missing; ``clock``: UTC seconds. Raises ``OSError`` when it cannot be opened, or
        belongs to somebody else."""
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = file.parent.lstat()
        if folder.st_uid != os.getuid() or not stat.S_ISDIR(folder.st_mode):
            raise PermissionError(errno.EPERM, "not a folder of this user", str(file.parent))
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        self._clock = clock

    def take(self, place: str, interval: float) -> float | None:
        """Take the next turn at ``place`` and leave ``interval`` seconds after it. Returns the seconds until then;
        ``None`` when the table cannot be read just now."""
        offset = int.from_bytes(blake2b(place.encode(), digest_size=4).digest()) % _SLOTS * _MOMENT.size
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, _MOMENT.size, offset)
        except OSError as error:
            if error.errno in _BUSY:
                return None
            raise
        try:
            now = self._clock()
            written = os.pread(self._file, _MOMENT.size, offset)
            taken = _MOMENT.unpack(written)[0] if len(written) == _MOMENT.size else 0.0
            mine = taken if now < taken < now + _LONGEST else now
            os.pwrite(self._file, _MOMENT.pack(mine + interval), offset)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, _MOMENT.size, offset)
        return mine - now

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)


def turns_file() -> Path:
    """Where this user's crawls find each other: the folder of the session, else one of the user's own among the
    temporary files."""
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    if session and os.access(session, os.W_OK):
        return Path(session) / "govaudit" / "turns"
    return Path(tempfile.gettempdir()) / f"govaudit-{os.getuid()}" / "turns"
