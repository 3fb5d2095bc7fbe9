"""Invented runs of any size, for the benchmarks of reports."""

from __future__ import annotations

from datetime import datetime
from itertools import cycle, islice

from govaudit.inspection.finding import (
    Arguments,
    CheckResult,
    Effect,
    Evidence,
    Finding,
    Locator,
    SiteJudgement,
    finding_id,
)
from govaudit.inspection.messages import catalogue
from govaudit.inspection.profile import load_profile
from govaudit.inspection.run import BEIJING
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Kind, Result, Verdict
from govaudit.reports.run_report import RunReport, note_of

AS_OF = datetime(2026, 11, 22, 9, 0, tzinfo=BEIJING)
_KINDS = (Kind.DEDUCT, Kind.WARN, Kind.OPEN, Kind.VETO)
_NUMBERS = frozenset({"count", "days", "status", "pages", "items", "bytes", "examined", "required"})


def large_report(sites: int, findings: int) -> RunReport:
    """A run with so many sites and findings, spread evenly over sites and over the faults of all checks."""
    profile = note_of(load_profile("gov-2019"))
    faults = sorted(
        {
            (parts[0], parts[2])
            for key in catalogue("checks", "zh-CN").entries
            if len(parts := key.split(".")) == 4 and parts[1] == "faults"
        }
    )
    each = findings // sites
    return RunReport(
        run="2026Q4",
        as_of=AS_OF,
        started_at=AS_OF,
        finished_at=AS_OF,
        partial=False,
        tool_version="benchmark",
        profiles=(profile,),
        organiser="示例市人民政府办公室",
        language="zh-CN",
        sites=tuple(_site(number, each, faults, profile.digest) for number in range(sites)),
    )


def _site(number: int, count: int, faults: list[tuple[str, str]], digest: str) -> SiteJudgement:
    site = Site(
        url=f"http://www.site{number}.example/",
        code=f"44{number:08}",
        name=f"示例市第{number}局",
        region=f"第{number % 12}区",
        level="county",
        kind="portal",
    )
    chosen = islice(cycle(faults), count)
    findings = tuple(_finding(site, place, check, fault) for place, (check, fault) in enumerate(chosen))
    return SiteJudgement(
        site=site,
        profile="gov-2019",
        profile_hash=digest,
        as_of=AS_OF,
        result=Result.QUALIFIED,
        findings=findings,
        checks={check: CheckResult(verdict=Verdict.FAIL, examined=count) for check, _ in faults},
    )


def _finding(site: Site, place: int, check: str, fault: str) -> Finding:
    page = f"{site.url}zwgk/{place // 40}/t{20250101 + place % 28}_{place}.html"
    subject = f"{site.url}files/{place}.pdf"
    return Finding(
        id=finding_id(check, site.key, subject),
        check=check,
        verdict=Verdict.REVIEW if place % 20 == 7 else Verdict.FAIL,
        site=site.key,
        page=page,
        subject=subject,
        fault=fault,
        arguments=_arguments(check, fault, place),
        kind=_KINDS[place % 4] if place % 97 else Kind.VETO,
        effects=(Effect(profile="gov-2019", row="可用性", kind=Kind.DEDUCT, points=-0.1),),
        measured_at=AS_OF,
        locator=Locator(
            xpath=f"/html/body/div[2]/div[{place % 5}]/ul/li[{place % 30}]/a",
            line=40 + place % 900,
            character=5,
            text=f"关于印发《示例市第{place}号实施方案》的通知",
        ),
        column="通知公告",
        clause="首页上的链接（包括图片、附件、外部链接等）打不开或错误的，每发现一处，扣0.2分。",
        first_seen="2026Q4",
        last_seen="2026Q4",
        count=1 + place % 3,
        pages=tuple(f"{page}?from={number}" for number in range(1 + place % 3)),
        evidence=(Evidence(kind="headers", path=f"evidence/{site.key}/{place}.txt", sha256="ab" * 32),),
    )


def _arguments(check: str, fault: str, place: int) -> Arguments:
    texts = catalogue("checks", "zh-CN")
    names: set[str] = set()
    for part in ("message", "expected", "observed", "fix"):
        names |= texts.placeholders(f"{check}.faults.{fault}.{part}")
    values: Arguments = {}
    for name in names:
        if name in _NUMBERS:
            values[name] = place % 300
        elif name == "reason":
            values[name] = "timeout"
        elif name == "where":
            values[name] = "template"
        else:
            values[name] = f"示例{place}"
    return values
