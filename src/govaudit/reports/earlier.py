"""What earlier runs said of the sites, as far as reports compare with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.verdict import Kind, Reason, Result, State, Verdict

if TYPE_CHECKING:
    from datetime import datetime


class EarlierFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of an earlier run. ``state``: where it is now, if there is a ledger; ``standing``: its
    verdict after what people decided."""

    id: str
    check: str
    standing: Verdict
    subject: str
    kind: Kind = Kind.WARN
    state: State = State.OPEN


class EarlierCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a check said of a site. ``reason``: why it could not tell, or not of everything."""

    verdict: Verdict
    reason: Reason | None = None
    rule_version: int = 1


class EarlierSite(msgspec.Struct, frozen=True, kw_only=True):
    """A site in an earlier run. Its fields are those of the stored judgement, which is read as this."""

    result: Result
    provisional: int = 0
    profile_hash: str = ""
    checks: dict[str, EarlierCheck] = {}
    findings: tuple[EarlierFinding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRun:
    """An earlier run. ``sites``: key → what was said of it, for every site of its list."""

    run: str
    as_of: datetime
    sites: dict[str, EarlierSite]
