"""A network of one's own for a part of a test: a network namespace that a thread enters alone."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import threading
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_CLONE_NEWNET = 0x40000000


@cache
def may_have_own_network() -> bool:
    """Whether this process may make network namespaces and set them up (root, on Linux, with ``ip``)."""
    if shutil.which("ip") is None:
        return False
    try:
        in_own_network(["link set lo up"], lambda: None)
    except OSError:
        return False
    return True


def in_own_network(commands: Sequence[str], work: Callable[[], T]) -> T:
    """Do ``work`` in a thread that sees nothing but a new network, which ``commands`` (of ``ip -batch``) set up.

    Threads and processes that the work starts are in that network too; it ends with the last of them. Raises
    ``OSError`` when networks may not be made here, and whatever the work raises.
    """
    ended: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            _enter(commands)
            ended.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread of the caller
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return ended[0]


def _enter(commands: Sequence[str]) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace")
    lines = "".join(f"{command}\n" for command in commands)
    told = subprocess.run(["ip", "-batch", "-"], input=lines, capture_output=True, text=True, check=False)
    if told.returncode:
        raise OSError(told.stderr.strip())
