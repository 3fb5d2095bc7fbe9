"""axe-core finds nothing on the pages that people read, wide and narrow; the keyboard reaches everything."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from govaudit.reports.circular_html import write_circular_html
from govaudit.reports.html_report import write_html_report
from govaudit.reports.papers.html_paper import html_of
from govaudit.reports.papers.notice import notice
from tests.reports.browser import running_chromium
from tests.reports.sample_run import DEPARTMENT, DISABLED, PORTAL, SILENT, sample_report
from tests.reports.test_trends import two_years

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
SITES = tuple(f"sites/{site.key}/index.html" for site in (PORTAL, DEPARTMENT, SILENT, DISABLED))
PAGES = ("index.html", "trends.html", "circular.html", "notice.html", *SITES[:2])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from running_chromium()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("accessible")
    report = replace(
        sample_report(per_site=12), earlier=two_years().earlier, organiser="示例市人民政府办公室"
    )
    write_html_report(report, folder)
    write_circular_html(report, folder)
    (folder / "notice.html").write_text(html_of(notice(report, report.sites[0])), encoding="utf-8")
    return folder


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    """What axe finds: rule and places."""
    page.evaluate(AXE)
    told: dict[str, Any] = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    assert told["passes"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']][:3]}" for one in told["violations"]]


@pytest.mark.parametrize(
    ("name", "width"),
    [*((name, width) for name in PAGES for width in (1280, 390)), *((name, 1280) for name in SITES[2:])],
)
def test_axe_finds_nothing(page: Page, folder: Path, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((folder / name).as_uri())
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_would_find_something(page: Page) -> None:
    page.set_content("<img src='data:,'><a href='#x'></a>")
    assert any(one.startswith("image-alt") for one in violations(page))


def test_the_keyboard_reaches_the_contents_and_every_wide_table(page: Page, folder: Path) -> None:
    page.goto((folder / "trends.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    wide = page.locator(".wide").evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert set(wide) <= reached


def test_charts_are_printed_whole(page: Page, folder: Path) -> None:
    page.goto((folder / "trends.html").as_uri())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 960})
    assert page.locator("svg.chart").count() == 3
    assert page.evaluate("[...document.querySelectorAll('svg.chart')].every((one) => one.clientWidth <= 680)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
