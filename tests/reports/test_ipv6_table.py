"""The table of regions: every site is counted once in each group of columns."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from govaudit.inspection.ipv6_figures import IPv6Figures
from govaudit.inspection.verdict import Verdict
from govaudit.reports.html_report import write_html_report
from govaudit.reports.ipv6_table import ipv6_by_region
from govaudit.reports.papers.circular import circular
from govaudit.reports.problems_xlsx import write_problems_xlsx
from govaudit.reports.texts import Texts
from tests.reports.sample_run import sample_report

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.reports.run_report import RunReport

REPORT = sample_report(per_site=1)
ANSWERS = st.sampled_from([Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE])
COUNTS = st.integers(0, 60).flatmap(lambda most: st.tuples(st.integers(0, most), st.just(most)))
FIGURES = st.builds(
    IPv6Figures, address=ANSWERS, home=ANSWERS, second=COUNTS, third=COUNTS, windows=st.integers(-1, 40)
)


def with_figures(*figures: IPv6Figures | None) -> RunReport:
    sites = tuple(
        msgspec.structs.replace(site, ipv6=one) for site, one in zip(REPORT.sites, figures, strict=True)
    )
    return replace(REPORT, sites=sites)


@given(st.lists(st.none() | FIGURES, min_size=4, max_size=4).filter(any))
def test_numbers_add_up(figures: list[IPv6Figures | None]) -> None:
    table = ipv6_by_region(with_figures(*figures), Texts("zh-CN"))
    assert table is not None
    *regions, total = table.rows
    assert [row[0] for row in table.rows] == ["示例市", "样例区", "合计"]
    for row in table.rows:
        listed, *numbers = (cell for cell in row[1:] if isinstance(cell, int))
        assert listed == sum(numbers[:3]) == sum(numbers[3:6])
        assert numbers[6] + numbers[8] <= listed
    for place, cell in enumerate(total):
        if isinstance(cell, int):
            assert cell == sum(int(row[place]) for row in regions)
    assert total[1] == 4


def test_shares_are_those_of_all_pages_not_of_sites() -> None:
    whole = IPv6Figures(address=Verdict.PASS, home=Verdict.PASS, second=(60, 60), third=(0, 0), windows=2)
    part = IPv6Figures(address=Verdict.PASS, home=Verdict.FAIL, second=(0, 20), windows=0)
    table = ipv6_by_region(with_figures(whole, part, None, None), Texts("zh-CN"))
    assert table is not None
    assert table.rows[0] == ("示例市", 2, 2, 0, 0, 1, 1, 0, "75.0% (60/80)", "-", 1, 2, 0)
    assert table.rows[1] == ("样例区", 2, 0, 0, 2, 0, 0, 2, "-", "-", 0, 0, 2)


def test_the_table_stands_in_the_web_report_and_the_spreadsheet(tmp_path: Path) -> None:
    report = with_figures(IPv6Figures(second=(17, 23), windows=3), None, None, None)
    write_html_report(report, tmp_path)
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "各地区IPv6支持情况" in html
    assert "(17/23)" in html
    write_problems_xlsx(report, tmp_path)
    with zipfile.ZipFile(tmp_path / "problems.xlsx") as book:
        assert "IPv6支持情况" in book.read("xl/workbook.xml").decode()
        assert any("(17/23)" in book.read(name).decode() for name in book.namelist() if "worksheets/" in name)


def test_the_circular_has_it_as_an_annex() -> None:
    report = with_figures(IPv6Figures(address=Verdict.PASS, second=(17, 23), windows=3), None, None, None)
    (annex,) = (one for one in circular(report).annexes if one.title == "各地区政府网站IPv6支持情况表")
    assert annex.headings[2:5] == ("有AAAA记录", "首页IPv6可访问", "二级链接支持率")
    assert [tuple(row) for row in annex.rows] == [
        ("示例市", "2", "1", "0", "73.9% (17/23)", "-", "1", "2"),
        ("样例区", "2", "0", "0", "-", "-", "0", "2"),
        ("合计", "4", "1", "0", "73.9% (17/23)", "-", "1", "4"),
    ]
    assert all("IPv6" not in one.title for one in circular(REPORT).annexes)


def test_a_run_without_ipv6_has_no_such_table(tmp_path: Path) -> None:
    assert ipv6_by_region(REPORT, Texts("en")) is None
    write_html_report(REPORT, tmp_path)
    assert "各地区IPv6支持情况" not in (tmp_path / "index.html").read_text(encoding="utf-8")
