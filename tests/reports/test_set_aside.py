"""What people decided, in the reports: a dismissed or waived finding accuses nobody, a confirmed doubt does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.finding import Effect
from govaudit.inspection.verdict import Kind, State, Verdict
from govaudit.reports.figures import figures
from govaudit.reports.github_annotations import write_github_annotations
from govaudit.reports.gitlab_json import write_gitlab_json
from govaudit.reports.html_report import write_html_report
from govaudit.reports.papers.notice import has_notice, notice
from govaudit.reports.texts import Texts
from tests.reports.sample_run import sample_report

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import Finding
    from govaudit.reports.run_report import RunReport


def with_decision(verdict: Verdict, decided: State) -> tuple[RunReport, Finding]:
    """The sample run after a person decided about one finding of the portal, which had that verdict."""
    report = sample_report()
    portal, *others = report.sites
    chosen = next(one for one in portal.findings if one.verdict is verdict)
    settled = msgspec.structs.replace(
        chosen,
        state=decided,
        decided=decided,
        remark="已人工核实",
        remark_by="张三",
        deadline=date(2026, 12, 4),
    )
    findings = tuple(settled if one.id == chosen.id else one for one in portal.findings)
    sites = (msgspec.structs.replace(portal, findings=findings), *others)
    return replace(report, sites=sites), settled


@pytest.mark.parametrize("decided", [State.DISMISSED, State.WAIVED])
def test_what_was_put_aside_is_listed_and_accuses_nobody(decided: State, tmp_path: Path) -> None:
    before = sample_report()
    report, settled = with_decision(Verdict.FAIL, decided)
    assert figures(report.sites).fail == figures(before.sites).fail - 1
    rows = len(notice(before, before.sites[0]).annexes[0].rows)
    assert len(notice(report, report.sites[0]).annexes[0].rows) == rows - 1
    assert settled.id not in write_gitlab_json(report, tmp_path)[0].read_text(encoding="utf-8")
    annotations = [
        write_github_annotations(one, tmp_path)[0].read_text(encoding="utf-8").splitlines()
        for one in (before, report)
    ]
    assert len(annotations[1]) == len(annotations[0]) - 1
    texts = Texts("zh-CN")
    assert texts.nature(settled) == texts.word(f"states.{decided.value}")
    write_html_report(report, tmp_path)
    page = (tmp_path / "sites" / report.sites[0].site.key / "index.html").read_text(encoding="utf-8")
    shown = page[page.index(f'id="f-{settled.id}"') :]
    shown = shown[: shown.index("</article>")]
    assert texts.word(f"states.{decided.value}") in shown
    assert "已人工核实 (张三)" in shown
    assert "2026-12-04" in shown


def test_a_confirmed_doubt_is_a_fault_like_others() -> None:
    before = sample_report()
    report, settled = with_decision(Verdict.REVIEW, State.CONFIRMED)
    assert (figures(report.sites).fail, figures(report.sites).review) == (
        figures(before.sites).fail + 1,
        figures(before.sites).review - 1,
    )
    vetoing = msgspec.structs.replace(settled, effects=(Effect(profile="p", row="r", kind=Kind.VETO),))
    assert Texts("zh-CN").nature(vetoing) == "单项否决"


def test_a_site_with_nothing_left_to_mend_gets_no_notice() -> None:
    portal = sample_report().sites[0]
    aside = tuple(msgspec.structs.replace(one, decided=State.DISMISSED) for one in portal.findings)
    assert has_notice(portal)
    assert not has_notice(msgspec.structs.replace(portal, findings=aside))
