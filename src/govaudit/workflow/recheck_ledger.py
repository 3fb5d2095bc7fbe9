"""What a recheck writes into the ledger: what was seen again, and what is gone. What was not told moves nothing."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.registry import all_checks
from govaudit.inspection.ledger.entries import Look, Rule
from govaudit.inspection.run import BEIJING
from govaudit.workflow.ledger import due_by, ledger_of
from govaudit.workflow.recheck_answers import Answer
from govaudit.workflow.run_record import profile_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.inspection.finding import Finding
    from govaudit.inspection.ledger.entries import Entry
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.recheck_answers import Told
    from govaudit.workflow.recheck_site import SiteRecheck
    from govaudit.workflow.run_record import RunRecord


def record_recheck(
    workspace: Workspace, record: RunRecord, number: int, as_of: datetime, sites: Iterable[SiteRecheck]
) -> None:
    """Move the states of what was rechecked, in one transaction. Doing it again changes nothing."""
    ledger = ledger_of(workspace)
    if ledger is None:
        return
    due, now = due_by(workspace), datetime.now(BEIJING).replace(microsecond=0)
    checks = all_checks()
    with ledger.writing() as pen:
        for one in sites:
            profile = profile_for(record, one.site, workspace)
            look = Look(
                run=look_name(record.id, number),
                as_of=as_of,
                site=one.site,
                rules={name: Rule(checks[name].version, profile.checks[name]) for name in one.checks},
                at=now,
            )
            fixed = frozenset(told.before.id for told in one.told if told.answer is Answer.FIXED)
            still = [_as_it_was_known(told, told.after) for told in one.told if told.after is not None]
            pen.observe(look, still, partial(_is_among, fixed), due)


def _is_among(ids: frozenset[str], entry: Entry) -> bool:
    return entry.id in ids


def look_name(run: str, number: int) -> str:
    """Under which name the ledger knows a recheck, beside the runs."""
    return f"{run}/recheck-{number}"


def _as_it_was_known(told: Told, after: Finding) -> Finding:
    """What was found, under the identity that it had: a page that moved takes its fault along."""
    before = told.before
    return msgspec.structs.replace(after, id=before.id, identity=before.identity or before.subject)
