from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec
import pytest
from selectolax.lexbor import LexborHTMLParser

from govaudit.inspection.verdict import Verdict
from govaudit.reports import html_report
from govaudit.reports.figures import figures
from govaudit.reports.html_report import SHOWN_ITEMS, write_html_report
from tests.reports.sample_run import DEPARTMENT, DISABLED, HOSTILE, PORTAL, SILENT, sample_report

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.reports.run_report import RunReport

PAGES = ("index.html", *(f"sites/{site.key}/index.html" for site in (PORTAL, DEPARTMENT, SILENT, DISABLED)))


@pytest.fixture(scope="module")
def report() -> RunReport:
    return sample_report()


@pytest.fixture(scope="module")
def folder(report: RunReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("html")
    write_html_report(report, folder)
    return folder


def parsed(folder: Path, page: str) -> LexborHTMLParser:
    return LexborHTMLParser((folder / page).read_text(encoding="utf-8"))


def figure(page: LexborHTMLParser, name: str) -> str:
    node = page.css_first(f'[data-figure="{name}"]')
    assert node is not None
    return node.text()


def test_the_figures_are_those_of_the_run(report: RunReport, folder: Path) -> None:
    page = parsed(folder, "index.html")
    counted = figures(report.sites)
    shown = {
        name: figure(page, name) for name in ("listed", "inspected", "qualified", "unqualified", "problems")
    }
    assert shown == {
        "listed": "4",
        "inspected": "3",
        "qualified": "1",
        "unqualified": "1",
        "problems": str(counted.fail),
    }
    assert figure(page, "rate") == "50.0%"
    problems = list(page.css("#problems tr[data-item]"))
    assert len(problems) == counted.fail + counted.review


def test_every_site_has_a_line_and_a_page(report: RunReport, folder: Path) -> None:
    lines = parsed(folder, "index.html").css("#sites tr[data-item] a")
    assert [line.attributes["href"] for line in lines] == list(PAGES[1:])
    assert all((folder / page).is_file() for page in PAGES)


@pytest.mark.parametrize("number", [0, 1])
def test_a_site_page_shows_each_finding_in_full(report: RunReport, folder: Path, number: int) -> None:
    judgement = report.sites[number]
    page = parsed(folder, f"sites/{judgement.site.key}/index.html")
    cards = {str(card.attributes["data-item"]): card for card in page.css("article.card")}
    assert cards.keys() == {finding.id for finding in judgement.findings}
    for finding in judgement.findings:
        text = cards[finding.id].text()
        for part in (
            finding.page,
            f"源代码第{finding.locator.line}行",
            finding.locator.xpath,
            finding.clause,
        ):
            assert part in text
        assert "整改建议" in text
        assert finding.evidence[0].sha256 in text
        leading = cards[finding.id].css_first("a.address")
        assert leading is not None
        page_address, _, words = str(leading.attributes["href"]).partition("#:~:text=")
        assert page_address == finding.page
        assert unquote(words) == finding.locator.text.strip()


def test_findings_that_could_not_be_told_stand_apart(report: RunReport, folder: Path) -> None:
    page = parsed(folder, f"sites/{PORTAL.key}/index.html")
    unsure = {str(card.attributes["data-item"]) for card in page.css(".group.unsure article")}
    assert unsure == {one.id for one in report.sites[0].findings if one.verdict is Verdict.INCONCLUSIVE}
    groups = [group.attributes["class"] for group in page.css(".group")]
    assert groups == sorted(groups, key=lambda name: "unsure" in str(name))


def test_checks_without_findings_are_listed_too(report: RunReport, folder: Path) -> None:
    rows = parsed(folder, f"sites/{PORTAL.key}/index.html").css("#checks tbody tr")
    assert len(rows) == len(report.sites[0].checks)
    assert all("318" in row.text() for row in rows)


def test_a_site_that_was_not_read_never_looks_faultless(folder: Path) -> None:
    for site, word in ((SILENT, "无法判定"), (DISABLED, "未检查")):
        text = parsed(folder, f"sites/{site.key}/index.html").css_first("main").text()  # type: ignore[union-attr]
        assert word in text
        assert "没有问题清单不等于没有问题" in text
        assert "未发现问题。" not in text


def test_comparison_is_told_per_site(folder: Path) -> None:
    page = parsed(folder, "index.html").css_first("#comparison")
    assert page is not None
    assert "2026年第三季度" in page.text()
    assert "上期未检查" in page.text()
    site = parsed(folder, f"sites/{PORTAL.key}/index.html")
    assert [one.text() for one in site.css(".past summary")] == [
        "上期问题中已整改的（1 个）",
        f"上期问题中本期未能复查的（{len(site.css('.past:last-of-type li'))} 个）",
    ]


@pytest.mark.parametrize("page", [*PAGES, "trends.html"])
def test_pages_carry_nothing_foreign(folder: Path, page: str) -> None:
    document = parsed(folder, page)
    policy = document.css_first("meta[http-equiv]")
    assert policy is not None
    for tag, directive in (("style", "style-src"), ("script:not([type])", "script-src")):
        (node,) = document.css(tag)
        digest = base64.b64encode(hashlib.sha256(node.text().encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in str(policy.attributes["content"])
    assert document.css("img, iframe, object, embed, form, base, [src], link:not([rel=icon])") == []
    names = {name for node in document.css("*") for name in node.attributes}
    assert not [name for name in names if name.startswith("on") or name == "style"]
    targets = [str(node.attributes["href"]) for node in document.css("a[href]")]
    assert all(
        re.match(r"https?://|#|sites/|\.\./\.\./index\.html|index\.html$|trends\.html$", target)
        for target in targets
    )


def test_hostile_text_is_shown_as_text(folder: Path) -> None:
    text = parsed(folder, f"sites/{PORTAL.key}/index.html").css_first("body").text()  # type: ignore[union-attr]
    assert all(hostile in text for hostile in HOSTILE)


def test_long_lists_go_on_in_data(tmp_path: Path) -> None:
    report = sample_report(per_site=SHOWN_ITEMS + 50)
    write_html_report(report, tmp_path)
    page = parsed(tmp_path, f"sites/{PORTAL.key}/index.html")
    later = page.css_first("script[data-later]")
    assert later is not None
    assert not re.search(r"</|<!", later.text())
    entries = json.loads(later.text())["entries"]
    assert len(page.css("article.card")) == SHOWN_ITEMS
    shown = {str(card.attributes["data-item"]) for card in page.css("article.card")}
    assert shown | {identifier for identifier, *_ in entries} == {one.id for one in report.sites[0].findings}
    assert len(entries) == 50


def test_a_page_holds_so_many_findings_and_says_how_many_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html_report, "MOST_FINDINGS", 150)
    report = sample_report(per_site=1)
    portal = next(one for one in report.sites if one.site == PORTAL)
    first = portal.findings[0]
    many = tuple(
        msgspec.structs.replace(first, id=f"{number:016x}", subject=str(number)) for number in range(157)
    )
    write_html_report(replace(report, sites=(msgspec.structs.replace(portal, findings=many),)), tmp_path)
    page = parsed(tmp_path, f"sites/{PORTAL.key}/index.html")
    notice = page.css_first(".group .notice")
    assert notice is not None
    assert "另有 7 项" in notice.text()
    later = page.css_first("script[data-later]")
    assert later is not None
    assert len(json.loads(later.text())["entries"]) == 150 - SHOWN_ITEMS


def test_english_pages_say_so(tmp_path: Path) -> None:
    write_html_report(sample_report("en"), tmp_path)
    for page in PAGES:
        document = parsed(tmp_path, page)
        assert document.root is not None
        assert document.root.attributes["lang"] == "en"
    assert "Pass rate" in parsed(tmp_path, "index.html").text()


def test_a_run_without_problems_and_without_history(report: RunReport, tmp_path: Path) -> None:
    quiet = tuple(msgspec.structs.replace(one, findings=(), vetoes=()) for one in report.sites)
    write_html_report(replace(report, sites=quiet, earlier=()), tmp_path)
    text = parsed(tmp_path, "index.html").text()
    assert "本次检查未发现问题" in text
    assert "没有可供对比的上期检查结果" in text
    assert not (tmp_path / "trends.html").exists()
    assert "未发现问题。" in parsed(tmp_path, f"sites/{PORTAL.key}/index.html").text()


def test_a_veto_names_its_row_and_leads_to_its_proof(report: RunReport, folder: Path) -> None:
    page = parsed(folder, f"sites/{DEPARTMENT.key}/index.html")
    proofs = page.css("#result .proof a")
    (hit,) = report.sites[1].vetoes
    assert [link.attributes["href"] for link in proofs] == [f"#f-{one}" for one in hit.findings]
    assert "首页不更新" in page.css_first("#result").text()  # type: ignore[union-attr]
    line = parsed(folder, "index.html").css("#sites tr[data-item]")[1]
    assert "首页不更新" in line.text()


def test_what_is_undecided_is_named(folder: Path) -> None:
    text = parsed(folder, f"sites/{PORTAL.key}/index.html").css_first("#result").text()  # type: ignore[union-attr]
    assert "安全、泄密事故等严重问题 (VETO-security)" in text
    assert "网站标识 (FUN-marks)" in text


def test_the_week_of_visits_is_drawn_and_told(report: RunReport, folder: Path) -> None:
    seen = report.sites[0].availability
    assert seen is not None
    page = parsed(folder, f"sites/{PORTAL.key}/index.html")
    failed = [float(bar.attributes["height"] or 0) for bar in page.css(".strip .bar-red")]
    heights = [48 / max(seen.required, day.measured + day.unclear + day.ours) for day in seen.days]
    assert failed == [round(height * day.failed, 2) for height, day in zip(heights, seen.days, strict=True)]
    opened = [float(bar.attributes["height"] or 0) for bar in page.css(".strip .bar-blue")]
    assert opened == [
        round(height * (day.measured - day.failed), 2) for height, day in zip(heights, seen.days, strict=True)
    ]
    rows = page.css("#availability tbody tr")
    figures = [[cell.text(deep=False).strip() for cell in row.css("td")][1:] for row in rows]
    assert figures == [[str(n) for n in (d.measured, d.failed, d.unclear, d.ours)] for d in seen.days]
    assert [bool(row.css(".minor")) for row in rows] == [day.measured < 20 for day in seen.days]
    assert "超过3小时没有访问的时段" in page.css_first("#availability").text()  # type: ignore[union-attr]


def test_a_site_that_was_not_watched_has_no_week(folder: Path) -> None:
    assert parsed(folder, f"sites/{DEPARTMENT.key}/index.html").css_first("#availability") is None
