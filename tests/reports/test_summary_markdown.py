from __future__ import annotations

from govaudit.reports.headline import headline
from govaudit.reports.summary_markdown import summary
from tests.reports.sample_run import sample_report


def test_says_the_headline_and_every_site() -> None:
    report = sample_report()
    text = summary(report)
    assert text.startswith("# 2026年第四季度政府网站检查情况报告\n\n" + headline(report))
    assert "| 示例市民政局 | 4401000022 | 不合格 | — |" in text
    assert text.index("示例市民政局") < text.index("示例市人民政府门户网站")


def test_names_of_sites_cannot_become_markup() -> None:
    text = summary(sample_report())
    assert "样例区人民政府 \\<b\\>\\&amp;\\</b\\>" in text
    assert "<b>" not in text.replace("\\<b\\>", "")


def test_rows_of_tables_are_as_wide_as_their_heads() -> None:
    blocks = [block for block in summary(sample_report()).split("\n\n") if block.startswith("|")]
    assert len(blocks) == 3
    for block in blocks:
        assert len({line.replace("\\|", "").count("|") for line in block.strip().splitlines()}) == 1
