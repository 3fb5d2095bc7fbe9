"""Sites that were silent over IPv6, judged by what the run's other sites met.

A site is judged in its own process as soon as its crawl has ended, and alone it cannot tell its own silence from a
broken line of this machine. When all are through, the other sites can: what one of them reached over IPv6 at about the
same time shows that the line worked.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from govaudit.inspection.errors import InputError
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.verdict import Reason
from govaudit.workflow.site_job import judge_stored, read_judgement

if TYPE_CHECKING:
    from govaudit.inspection.finding import SiteJudgement
    from govaudit.inspection.site import Site
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.run_record import RunRecord

NEAR_SECONDS = 3600.0
"""How far apart two measurements may be to say something of the same state of the line."""


class _Tested(NamedTuple):
    """A machine's test of itself, as a site's facts hold it. ``witness``: what answered from the outside."""

    site: str
    at: float
    witness: str


def settle_silence(
    workspace: Workspace, record: RunRecord, not_applicable: frozenset[str] = frozenset()
) -> list[str]:
    """Judge again the sites of which a check could not tell because nothing showed that this machine's IPv6 worked,
    where another site of the run shows it. Gives their keys."""
    doubtful = [site for site in record.sites if site.enabled and _in_doubt(workspace, record, site)]
    if not doubtful:
        return []
    tests = [test for site in record.sites if (test := _tested(workspace, record, site)) is not None]
    settled = []
    for site in doubtful:
        own = next((test for test in tests if test.site == site.key), None)
        witness = next((one for one in tests if own is not None and _speaks_for(one, own)), None)
        if witness is not None:
            told = f"{witness.site}: {witness.witness}"
            judge_stored(workspace, record, site, not_applicable, ipv6_witness=told)
            settled.append(site.key)
    return settled


def _speaks_for(one: _Tested, own: _Tested) -> bool:
    return one.site != own.site and bool(one.witness) and abs(one.at - own.at) <= NEAR_SECONDS


def _in_doubt(workspace: Workspace, record: RunRecord, site: Site) -> bool:
    if not workspace.judgement_file(record.id, site.key).is_file():
        return False
    judgement: SiteJudgement = read_judgement(workspace, record, site)
    return any(result.reason is Reason.IPV6_UPSTREAM for result in judgement.checks.values())


def _tested(workspace: Workspace, record: RunRecord, site: Site) -> _Tested | None:
    file = workspace.facts_file(record.id, site.key)
    if not file.is_file():
        return None
    try:
        with closing(SiteFacts.open(file)) as facts:
            tests = [probe for probe in facts.probes("self-check") if probe.subject == "ipv6"]
    except InputError:
        return None
    if not tests:
        return None
    last = tests[-1]
    outside = last.result.get("scope") == "global"
    return _Tested(site.key, last.at, str(last.result.get("witness", "")) if outside else "")
