"""What the sites of a run tell each other, and the second judgement of those that were judged too early to hear it.

A site is judged in its own process as soon as its crawl has ended; the portal of its government may come later.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.peers import Peer, is_portal_of
from govaudit.workflow.run_record import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from govaudit.inspection.site import Site
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.run_record import RunRecord


class _Judged(msgspec.Struct):
    """What of a stored judgement is asked for here."""

    heard: tuple[str, ...] = ()


def told_to(workspace: Workspace, record: RunRecord, site: Site) -> list[bytes]:
    """What the other sites of the run that matter to ``site`` have told so far, as stored."""
    files = (_told_file(workspace, record, other) for other in record.sites if is_portal_of(other, site))
    return [file.read_bytes() for file in files if file.is_file()]


def peers_in(told: list[bytes]) -> tuple[Peer, ...]:
    """The sites that told it."""
    return tuple(msgspec.json.decode(one, type=Peer) for one in told)


def digests_of(told: list[bytes]) -> tuple[str, ...]:
    """By which a judgement is known to rest on it."""
    return tuple(hashlib.sha256(one).hexdigest()[:16] for one in told)


def listener(workspace: Workspace, record: RunRecord, site: Site) -> Callable[[Peer], None] | None:
    """Keeps what ``site`` tells, where another site of the run wants to know it."""
    if not any(is_portal_of(site, other) for other in record.sites):
        return None
    file = _told_file(workspace, record, site)

    def keep(peer: Peer) -> None:
        told = msgspec.json.encode(peer)
        if not file.is_file() or file.read_bytes() != told:
            write_whole(file, told)

    return keep


def judged_too_early(workspace: Workspace, record: RunRecord) -> list[Site]:
    """Sites that were judged without all that the others have told by now."""
    found = []
    for site in record.sites:
        file = workspace.judgement_file(record.id, site.key)
        told = told_to(workspace, record, site) if site.enabled else []
        if told and file.is_file():
            judged = msgspec.json.decode(file.read_bytes(), type=_Judged)
            if judged.heard != digests_of(told):
                found.append(site)
    return found


def _told_file(workspace: Workspace, record: RunRecord, site: Site) -> Path:
    return workspace.run_folder(record.id) / f"{site.key}.told.json"
