"""What a check tells as evidence is written in the language of the workspace, beside how the page was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.workflow.evidence import keep_evidence
from govaudit.workflow.judge import judge_site
from tests.checks.fixture_site import FixtureSpec, build_context

if TYPE_CHECKING:
    from pathlib import Path

NAV = '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/sj/">審計公開</a></li></ul></div>'
PAGES = {
    "/": f"<html><head><title>云澜市人民政府</title></head><body>{NAV}<p>欢迎访问本网站。</p></body></html>",
    "/sj/": f"<html><head><title>審計公開</title></head><body>{NAV}<p class=none>暂无内容</p></body></html>",
}
TOLD = {
    "zh-CN": [
        "栏目：審計公開（http://www.yunlan.gov.cn/sj/）",
        "导航中有“審計公開”（http://www.yunlan.gov.cn/）",
    ],
    "en": [
        "column: 審計公開 (http://www.yunlan.gov.cn/sj/)",
        "found “審計公開” in the menu (http://www.yunlan.gov.cn/)",
    ],
}


@pytest.mark.parametrize("language", TOLD)
def test_the_name_that_was_found_is_told_in_the_language_of_the_workspace(
    language: str, tmp_path: Path
) -> None:
    spec = FixtureSpec.model_validate(
        {
            "check": "COL002",
            "profile": "gov-2019",
            "site": {"url": "http://www.yunlan.gov.cn/", "name": "云澜市人民政府"},
            "pages": PAGES,
            "expect": {"verdict": "fail"},
        }
    )
    context = build_context(spec, tmp_path)
    profile = context.profile.model_copy(update={"checks": {"COL002": {}}})
    folder = tmp_path / "evidence" / "site"
    try:
        judgement = judge_site(context.facts, profile, (context.site,), folder, language=language)
        (finding,) = judgement.findings
        assert [piece.kind for piece in finding.evidence] == ["text", "headers"]
        words, seen = ((folder.parents[1] / piece.path).read_text("utf-8") for piece in finding.evidence)
        assert words.splitlines() == TOLD[language]
        assert "url: http://www.yunlan.gov.cn/sj/" in seen
        assert list(keep_evidence([finding], context.facts, folder, language)) == [finding]
    finally:
        context.facts.close()
