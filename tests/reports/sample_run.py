"""A run as inspections leave it: a qualified portal, a vetoed department, a site that did not answer and one that
was switched off; findings of every check that has texts, with hostile text wherever a page could have put it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle, islice

import msgspec

from govaudit.inspection.facts import Skipped
from govaudit.inspection.finding import (
    Arguments,
    Availability,
    CheckResult,
    ColumnOverview,
    Coverage,
    DayAvailability,
    Effect,
    Evidence,
    Finding,
    Locator,
    Overview,
    RowScore,
    Score,
    SiteJudgement,
    VetoHit,
    finding_id,
)
from govaudit.inspection.messages import catalogue
from govaudit.inspection.profile import load_profile
from govaudit.inspection.run import BEIJING
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Kind, Reason, Result, State, Verdict
from govaudit.reports.earlier import EarlierRun, EarlierSite
from govaudit.reports.run_report import RunReport, note_of

AS_OF = datetime(2026, 11, 22, 9, 0, tzinfo=BEIJING)

HOSTILE = (
    "<script>window.hostile = 1</script>",
    '"><img src="https://outside.example/x.png" onerror="window.hostile = 1">',
    "</script><script>window.hostile = 1</script><!--",
    '=HYPERLINK("https://outside.example/","点击")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "{{ 7 * 7 }} {subject} %s",
    "\u202eкод.示例\u202c 倒写",
    "很长的没有空格的文字" * 30,
    "a | b [链接](javascript:alert(1)) `x` ![i](https://outside.example/i.png)",
)

PORTAL = Site(
    url="https://www.shili.example/",
    code="4401000001",
    name="示例市人民政府门户网站",
    sponsor="示例市人民政府办公室",
    region="示例市",
    level="city",
    kind="portal",
)
DEPARTMENT = Site(
    url="http://mzj.shili.example/",
    code="4401000022",
    name="示例市民政局",
    sponsor="示例市民政局",
    region="示例市",
    level="department",
    kind="department",
)
SILENT = Site(
    url="https://www.yangli.example/",
    code="4401060003",
    name="样例区人民政府 <b>&amp;</b>",
    region="样例区",
    level="county",
    kind="portal",
)
DISABLED = Site(
    url="https://www.tingyong.example:8443/", name="", region="样例区", kind="department", enabled=False
)

_NUMBERS = {
    "count": 12, "examined": 318, "days": 46, "status": 404, "without": 7, "unread": 3, "looks": 2,
    "pages": 35, "items": 20, "bytes": 65536,
    "required": 10, "malformed": 1, "outdated": 2, "other_code": 1, "wrong_code": 1,
}  # fmt: skip

_WORDS = {
    "url": "https://www.shili.example/zwgk/tzgg/202609/t20260930_118.html",
    "text": "关于开展2026年度社会救助专项检查的通知",
    "reason": "timeout",
    "where": "template",
    "newest": "2026-10-07",
    "column": "通知公告",
    "name": "ColumnName",
    "guide": "最低生活保障对象认定",
    "missing": "收费标准、办理时间、联系电话、办理流程",
    "code": "4401000001",
    "title": "示例市2026年国庆节放假安排",
    "since": "2026-11-08",
    "host": "www.shili.example",
    "final": "https://www.shili.example/404.html",
    "address": "2001:db8::1",
    "nearest": "公示公告、通知",
}


def sample_report(language: str = "zh-CN", *, per_site: int = 40) -> RunReport:
    """The run. ``per_site``: findings of the portal and of the department each."""
    profile = note_of(load_profile("gov-2019"))
    portal = _portal(profile.digest, language, per_site)
    department = _department(profile.digest, language, per_site)
    silent = _judgement(SILENT, profile.digest, Result.INCONCLUSIVE, reason="timeout: 15 秒内无应答")
    disabled = _judgement(DISABLED, profile.digest, Result.NOT_INSPECTED, reason="disabled")
    gone = msgspec.structs.replace(portal.findings[0], id="0123456789abcdef", subject=HOSTILE[0])
    unclear = msgspec.structs.replace(portal.findings[0], id="fedcba9876543210", check="COV001")
    before = msgspec.structs.replace(portal, findings=(*portal.findings[:10], gone, unclear))
    return RunReport(
        run="2026Q4",
        as_of=AS_OF,
        started_at=AS_OF.replace(hour=1),
        finished_at=AS_OF.replace(hour=3, minute=20),
        partial=False,
        tool_version="0.1.0",
        profiles=(profile,),
        organiser="示例市人民政府办公室",
        language=language,
        sites=(portal, department, silent, disabled),
        earlier=(earlier_run("2026Q3", AS_OF - timedelta(days=92), before),),
    )


def earlier_run(run: str, as_of: datetime, *judgements: SiteJudgement) -> EarlierRun:
    """A run as later ones look back on it: what was stored of its judgements."""
    return EarlierRun(
        run=run,
        as_of=as_of,
        sites={one.site.key: msgspec.convert(one, EarlierSite, from_attributes=True) for one in judgements},
    )


def texted_faults(language: str = "zh-CN") -> list[tuple[str, str]]:
    """Every check with each of its faults that has texts."""
    keys = [key.split(".") for key in catalogue("checks", language).entries]
    return sorted({(parts[0], parts[2]) for parts in keys if len(parts) == 4 and parts[1] == "faults"})


def _one_of_each_check_first(faults: list[tuple[str, str]]) -> list[tuple[str, str]]:
    place = {
        fault: sum(other[0] == fault[0] for other in faults[:index]) for index, fault in enumerate(faults)
    }
    return sorted(faults, key=lambda fault: (place[fault], fault))


def arguments_for(check: str, fault: str, language: str, number: int) -> Arguments:
    """Values for every placeholder of a fault's texts; every third finding carries hostile ones."""
    texts = catalogue("checks", language)
    names: set[str] = set()
    for part in ("message", "expected", "observed", "fix"):
        names |= texts.placeholders(f"{check}.faults.{fault}.{part}")
    values: Arguments = {}
    for name in sorted(names):
        if name in _NUMBERS:
            values[name] = _NUMBERS[name]
        elif name in {"reason", "where"} or number % 3:
            values[name] = _WORDS.get(name, "示例内容")
        else:
            values[name] = HOSTILE[(number // 3) % len(HOSTILE)]
    return values


def _findings(site: Site, language: str, count: int) -> tuple[Finding, ...]:
    faults = list(islice(cycle(_one_of_each_check_first(texted_faults(language))), count))
    return tuple(
        _finding(site, check, fault, language, number) for number, (check, fault) in enumerate(faults)
    )


def _finding(site: Site, check: str, fault: str, language: str, number: int) -> Finding:
    page = f"{site.url}zwgk/list_{number}.html?a=1&b=%E4%B8%AD"
    subject = HOSTILE[number % len(HOSTILE)] if number % 4 == 0 else f"{site.url}files/{number}.pdf"
    verdict, kind, state = _nature(number)
    pages = (
        tuple(f"{site.url}zwgk/{number}/{place}.html" for place in range(35)) if number % 5 == 1 else (page,)
    )
    return Finding(
        id=finding_id(check, site.key, f"{fault} {number}"),
        check=check,
        verdict=verdict,
        site=site.key,
        page=page,
        subject=subject,
        fault=fault,
        arguments=arguments_for(check, fault, language, number),
        kind=kind,
        effects=(
            Effect(
                profile="gov-2019",
                row="可用性",
                kind=kind,
                points=-0.1 if kind is Kind.DEDUCT and site.kind == "portal" else None,
            ),
        )
        if verdict is Verdict.FAIL
        else (),
        measured_at=AS_OF.replace(hour=2),
        locator=Locator(
            xpath=f"/html/body/div[2]/ul/li[{number + 1}]/a",
            line=100 + number,
            text=HOSTILE[number % len(HOSTILE)],
        ),
        column="通知公告" if number % 2 else "",
        clause="首页上的链接(包括图片、附件、外部链接等)打不开或错误的,每发现一处,扣0.2分。",
        reason=Reason.BLOCKED_STATUS if verdict is Verdict.INCONCLUSIVE else None,
        state=state,
        first_seen="2026Q3" if number < 10 else "2026Q4",
        last_seen="2026Q4",
        count=len(pages),
        pages=pages,
        evidence=(
            Evidence(
                kind="headers",
                text=f"HTTP/1.1 404 Not Found\n{HOSTILE[number % len(HOSTILE)]}",
                path=f"evidence/{site.key}/{number}-1-headers.txt",
                sha256="ab" * 32,
            ),
        ),
    )


def _nature(number: int) -> tuple[Verdict, Kind, State]:
    if number % 7 == 6:
        return Verdict.INCONCLUSIVE, Kind.WARN, State.OPEN
    if number % 11 == 5:
        return Verdict.REVIEW, Kind.VETO, State.REVIEW
    return Verdict.FAIL, (Kind.DEDUCT, Kind.DEDUCT, Kind.WARN, Kind.OPEN)[number % 4], State.OPEN


def _checks(findings: tuple[Finding, ...]) -> dict[str, CheckResult]:
    checks: dict[str, CheckResult] = {}
    for check in sorted({check for check, _ in texted_faults()}):
        own = [one for one in findings if one.check == check]
        verdict = Verdict.FAIL if any(one.verdict is Verdict.FAIL for one in own) else Verdict.PASS
        checks[check] = CheckResult(verdict=verdict, findings=len(own), examined=318)
    checks["COV001"] = CheckResult(
        verdict=Verdict.INCONCLUSIVE, examined=318, reason=Reason.BUDGET, detail=HOSTILE[0]
    )
    return checks


def _judgement(
    site: Site, digest: str, result: Result, *, reason: str = "", findings: tuple[Finding, ...] = ()
) -> SiteJudgement:
    return SiteJudgement(
        site=site,
        profile="gov-2019",
        profile_hash=digest,
        as_of=AS_OF,
        result=result,
        reason=reason,
        findings=findings,
        checks=_checks(findings) if findings else {},
    )


def _portal(digest: str, language: str, count: int) -> SiteJudgement:
    findings = _findings(PORTAL, language, count)
    costing = tuple(one.id for one in findings if one.points)
    rows = (
        RowScore(
            row="FUN-links", name="可用性", section="功能设计", cap=1, deducted=1, raw=1.7, findings=costing
        ),
        RowScore(row="FUN-marks", name="网站标识", section="功能设计", cap=3, deducted=0.5, raw=0.5),
        RowScore(row="REL-news", name="动态要闻", section="发布解读", cap=5, deducted=0, raw=0),
    )
    return msgspec.structs.replace(
        _judgement(PORTAL, digest, Result.QUALIFIED, findings=findings),
        undecided=("VETO-security", "AVL001"),
        score=Score(
            deducted=1.5, total=98.5, bonus=0, complete=False, manual_open=("FUN-marks",), rows=rows
        ),
        coverage=Coverage(
            discovered=3412,
            visited=3120,
            skipped={Skipped.ROBOTS: 12, Skipped.BUDGET: 200},
            failed=8,
            inconclusive=3,
        ),
        overview=Overview(
            title=HOSTILE[1],
            site_code="4401000001",
            icp="粤ICP备00000000号",
            police="粤公网安备44010000000000号",
            sponsor="示例市人民政府办公室",
            charset="utf-8",
            newest="2026-11-21",
            kinds={"home": 1, "column": 86, "article": 2900},
            columns=(
                ColumnOverview(
                    name="通知公告", canonical="通知公告", url="https://www.shili.example/zwgk/tzgg/",
                    path=("政务公开", "通知公告"), type="policy", items=20, newest="2026-10-07",
                    newest_source="list", period="6 months", verdict=Verdict.PASS,
                ),
                ColumnOverview(
                    name=HOSTILE[2], canonical="", url="javascript:alert(1)", path=(HOSTILE[0],), type="",
                    items=0, newest="", newest_source="", period="", verdict=Verdict.NOT_APPLICABLE,
                ),
            ),
        ),
        started_at=AS_OF.replace(hour=1),
        finished_at=AS_OF.replace(hour=2),
        availability=Availability(
            until=AS_OF,
            required=20,
            days=tuple(
                DayAvailability(begin=AS_OF - timedelta(days=7 - day), measured=24 - 3 * day, failed=day, ours=day)
                for day in range(7)
            ),
            gaps=((AS_OF - timedelta(days=2), AS_OF - timedelta(days=1)),),
        ),
    )  # fmt: skip


def _department(digest: str, language: str, count: int) -> SiteJudgement:
    findings = _findings(DEPARTMENT, language, count)
    first = msgspec.structs.replace(
        findings[0],
        kind=Kind.VETO,
        effects=(Effect(profile="gov-2019", row="首页不更新", kind=Kind.VETO),),
    )
    return msgspec.structs.replace(
        _judgement(
            DEPARTMENT, digest, Result.UNQUALIFIED, reason="veto: 首页不更新", findings=(first, *findings[1:])
        ),
        vetoes=(VetoHit(row="VETO-home", name="首页不更新", checks=(first.check,), findings=(first.id,)),),
        coverage=Coverage(discovered=410, visited=402, failed=8),
        overview=Overview(title="示例市民政局", charset="gb18030"),
        started_at=AS_OF.replace(hour=2),
        finished_at=AS_OF.replace(hour=3),
    )
