"""Findings, looks and days for tests of the ledger."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from govaudit.inspection.finding import Finding, finding_id
from govaudit.inspection.ledger.entries import Look, Rule
from govaudit.inspection.run import BEIJING
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Kind, State, Verdict

SITE = Site(url="http://www.x.gov.cn/", code="4401000001", name="云澜市人民政府", region="云澜市")
RULES = {"LNK001": Rule(1), "FRE006": Rule(1, {"days": "14"})}
START = datetime(2026, 9, 10, 9, tzinfo=BEIJING)


def finding(
    subject: str = "http://www.x.gov.cn/gone.html",
    *,
    check: str = "LNK001",
    verdict: Verdict = Verdict.FAIL,
    site: Site = SITE,
) -> Finding:
    """A finding as a judgement holds it."""
    identity = subject.partition("://")[2] or subject
    return Finding(
        id=finding_id(check, site.key, identity),
        check=check,
        verdict=verdict,
        site=site.key,
        page="http://www.x.gov.cn/",
        subject=subject,
        fault="not-found",
        kind=Kind.DEDUCT,
        state=State.REVIEW if verdict is Verdict.REVIEW else State.OPEN,
        identity=identity,
    )


def look(number: int, *, rules: dict[str, Rule] | None = None, site: Site = SITE) -> Look:
    """The look of run ``number``, each 30 days after the one before."""
    moment = START + timedelta(days=30 * number)
    return Look(
        run=f"run-{number}", as_of=moment, site=site, rules=RULES if rules is None else rules, at=moment
    )


def due(day: date) -> date | None:
    """Ten days to mend."""
    return day + timedelta(days=10)
