"""A whole portal with planted columns: the exact verdict for each, in both scripts and in the old charsets too."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.profile import load_profile
from govaudit.inspection.run import parse_moment
from govaudit.workflow.judge import judge_site
from tests.crawler.crawling import QUICK, crawled, plan_for

if TYPE_CHECKING:
    from govaudit.inspection.finding import SiteJudgement

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import column_portal
import column_verdicts

LEAST_COMPARED = 450


@pytest.mark.parametrize(("script", "encoding"), [("simplified", "gbk"), ("traditional", "big5")])
def test_every_planted_column_gets_exactly_its_verdict(script: str, encoding: str, tmp_path: Path) -> None:
    spec = column_portal.shortened(column_portal.load())
    look = column_portal.Look(script, encoding)
    expected = column_portal.build(tmp_path / "portal", look, 0, stale_home=False, spec=spec)
    judgement = _judged(tmp_path, str(spec.as_of))
    report = column_verdicts.Report(
        sites=[
            column_verdicts.InspectedSite(
                {check: column_verdicts.Due(one.verdict) for check, one in judgement.checks.items()}
            )
        ],
        findings=[
            column_verdicts.Finding(one.check, one.verdict, one.page, one.subject)
            for one in judgement.findings
        ],
    )
    rows = column_verdicts.compare(msgspec.convert(expected, column_verdicts.Expected), report)
    assert len(rows) >= LEAST_COMPARED
    assert [row for row in rows if row.outcome is not column_verdicts.Outcome.RIGHT] == []


def _judged(folder: Path, as_of: str) -> SiteJudgement:
    profile = load_profile("gov-2019")
    columns = {check: values for check, values in profile.checks.items() if check[:3] in {"COL", "FRE"}}
    with column_portal.served(folder / "portal") as url:
        plan = msgspec.structs.replace(plan_for(url, QUICK), as_of=parse_moment(as_of))
        run = crawled(plan, folder / "facts.sqlite")
    try:
        return judge_site(
            run.facts, profile.model_copy(update={"checks": columns}), (plan.site,), folder / "evidence"
        )
    finally:
        run.facts.close()
