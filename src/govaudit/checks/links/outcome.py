"""What the looks at one target amount to: opened, broken for certain, or could not tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.checks.links.ladder import BEHIND, LADDER, UNSURE, Rung, Standing, opened, rung_of
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.inspection.facts import Fetch

DOCUMENT_EXTENSIONS = frozenset(
    [
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "wps",
        "et",
        "dps",
        "ofd",
        "rtf",
        "zip",
        "rar",
        "7z",
        "tar",
        "gz",
    ]
)
"""Files that can never be a web page; others (pictures, text, data) are at times shown inside one."""

CONFIRMING_LOOKS = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """``fault``: key of the text; ``fetch``: the last look."""

    fault: str
    verdict: Verdict
    fetch: Fetch
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Certainty:
    """What decides whether a failure is the target's own. ``own``: a page or file of the site itself;
    ``network_works``: our side was able to reach others of its kind; ``form_only``: only forms lead there, which
    were opened without the fields that they send."""

    own: bool
    network_works: bool
    form_only: bool = False


def outcome_of(looks: Sequence[Fetch], certainty: Certainty) -> Outcome | None:
    """Judge the looks at one target; ``None`` when it opened on any of them or redirects without end.

    Fails only on two looks that agree and leave no doubt, the last ones of three where the first did not;
    everything else is inconclusive with its reason.
    """
    rungs = [rung_of(fetch) for fetch in looks]
    last = looks[-1]
    if any(map(opened, rungs)):
        return None
    rung = rungs[-1]
    if len(set(rungs[-CONFIRMING_LOOKS:])) > 1:
        return _doubt("uncertain", last, rung)
    if LADDER[rung] is Standing.DOUBT:
        return _doubt(rung.value, last, rung)
    if len(looks) < CONFIRMING_LOOKS:
        return Outcome("unconfirmed", Verdict.INCONCLUSIVE, last, Reason.NOT_MEASURED)
    if not _is_certain(rung, certainty):
        return _doubt(rung + UNSURE, last, rung)
    return Outcome(rung + BEHIND if last.hops else rung.value, Verdict.FAIL, last)


def _is_certain(rung: Rung, certainty: Certainty) -> bool:
    standing = LADDER[rung]
    if certainty.form_only and rung not in {Rung.NOT_FOUND, Rung.REMOVED, Rung.NO_SUCH_NAME, Rung.REFUSED}:
        return False
    if standing is Standing.PASSING:
        return certainty.own and certainty.network_works
    return standing is Standing.ANSWERED or certainty.network_works


def _doubt(fault: str, fetch: Fetch, rung: Rung) -> Outcome:
    return Outcome(
        fault, Verdict.INCONCLUSIVE, fetch, fetch.reason or _REASONS.get(rung, Reason.NOT_MEASURED)
    )


_REASONS = {
    Rung.PROGRAM_ERROR: Reason.SERVER_ERROR,
    Rung.BAD_GATEWAY: Reason.SERVER_ERROR,
    Rung.OVERLOADED: Reason.SERVER_ERROR,
    Rung.GATEWAY_TIMEOUT: Reason.SERVER_ERROR,
    Rung.ORIGIN_DOWN: Reason.SERVER_ERROR,
    Rung.BLOCKED: Reason.BLOCKED_STATUS,
    Rung.RATE_LIMITED: Reason.BLOCKED_STATUS,
}
"""Where a stored look names no reason of its own."""


def host_named(fetch: Fetch) -> str:
    """Host at which a chain of redirects ended."""
    return hostname_of(fetch.final_url or fetch.url)
