"""The pages as a reader meets them: opened from a folder, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from govaudit.reports.html_report import SHOWN_ITEMS, write_html_report
from tests.reports.browser import running_chromium
from tests.reports.sample_run import DEPARTMENT, DISABLED, PORTAL, SILENT, sample_report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PAGES = ("index.html", *(f"sites/{site.key}/index.html" for site in (PORTAL, DEPARTMENT, SILENT, DISABLED)))
SITE_PAGE = PAGES[1]
MANY = SHOWN_ITEMS + 100


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from running_chromium()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    write_html_report(sample_report(), folder)
    (folder / "many").mkdir()
    write_html_report(sample_report(per_site=MANY), folder / "many")
    return folder


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when it logs, throws or asks for anything that is not a local file."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "data:")) else complaints.append(request.url)
        ),
    )
    yield page
    hostile = page.evaluate("window.hostile")
    page.close()
    assert complaints == []
    assert hostile is None


def status(page: Page, section: str) -> str:
    return str(page.locator(f"{section} [data-status]").inner_text())


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(page: Page, folder: Path, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto((folder / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").is_visible()


def test_search_leaves_what_was_asked_for(page: Page, folder: Path) -> None:
    page.goto((folder / SITE_PAGE).as_uri())
    assert status(page, "#problems") == "共 40 条，符合条件 40 条，当前显示 40 条"
    page.locator("#problems [data-query]").fill("list_7.html")
    expect(page.locator("#problems article")).to_have_count(1)
    assert status(page, "#problems") == "共 40 条，符合条件 1 条，当前显示 1 条"
    assert "list_7.html" in page.locator("#problems article").inner_text()
    assert page.locator("#problems .group:visible").count() == 1
    page.locator("#problems [data-query]").fill("没有这样的文字")
    page.locator("#problems [data-nothing]").wait_for(state="visible")
    page.locator("#problems [data-reset]").click()
    assert page.locator("#problems article").count() == 40


def test_filters_combine(page: Page, folder: Path) -> None:
    page.goto((folder / SITE_PAGE).as_uri())
    everything = sample_report().sites[0].findings
    page.locator("#problems [data-filter=verdict]").select_option("fail")
    fails = [one for one in everything if one.verdict == "fail"]
    assert page.locator("#problems article").count() == len(fails)
    page.locator("#problems [data-filter=kind]").select_option("deduct")
    deducts = [one for one in fails if one.kind == "deduct"]
    assert page.locator("#problems article").count() == len(deducts)
    shown = page.locator("#problems article").evaluate_all("all => all.map(one => one.dataset.item)")
    assert set(shown) == {one.id for one in deducts}
    page.locator("#problems [data-filter=history]").select_option("still")
    before = {one.id for one in everything[:10]}
    assert page.locator("#problems article").count() == len([one for one in deducts if one.id in before])


def test_sites_can_be_filtered_and_sorted_by_keyboard(page: Page, folder: Path) -> None:
    page.goto((folder / PAGES[0]).as_uri())
    head = page.locator("#sites th button").nth(3)
    head.focus()
    page.keyboard.press("Enter")
    assert page.locator("#sites th[aria-sort=ascending]").count() == 1
    assert "示例市民政局" in page.locator("#sites tbody tr").first.inner_text()
    page.keyboard.press("Enter")
    assert "示例市人民政府门户网站" in page.locator("#sites tbody tr").first.inner_text()
    page.locator("#sites [data-filter=result]").select_option("inconclusive")
    assert page.locator("#sites tbody tr").count() == 1
    assert "样例区人民政府 <b>&amp;</b>" in page.locator("#sites tbody tr").inner_text()


def test_a_problem_of_the_run_leads_to_its_card(page: Page, folder: Path) -> None:
    page.goto((folder / PAGES[0]).as_uri())
    page.locator("#problems tbody a[href^=sites]").first.click()
    page.wait_for_url("**/sites/**")
    target = page.evaluate("location.hash.slice(1)")
    assert page.evaluate("document.activeElement.id") == target
    assert page.locator(f"#{target}").is_visible()


def test_long_lists_show_more_and_find_what_is_not_shown(page: Page, folder: Path) -> None:
    page.goto((folder / "many" / SITE_PAGE).as_uri())
    assert page.locator("#problems article").count() == SHOWN_ITEMS
    page.locator("#problems [data-query]").fill(f"list_{MANY - 1}.html?a=1&b=")
    expect(page.locator("#problems article")).to_have_count(1)
    page.locator("#problems [data-reset]").click()
    page.locator("#problems [data-more]").click()
    assert page.locator("#problems article").count() == MANY
    assert page.locator("#problems [data-more]").is_hidden()


def test_an_address_with_a_finding_opens_it_even_beyond_the_first(page: Page, folder: Path) -> None:
    page.goto((folder / "many" / SITE_PAGE).as_uri())
    last = page.evaluate("JSON.parse(document.querySelector('[data-later]').textContent).entries.at(-1)[0]")
    page.goto("about:blank")
    page.goto((folder / "many" / SITE_PAGE).as_uri() + f"#f-{last}")
    assert page.evaluate("document.activeElement.id") == f"f-{last}"


def test_print_holds_every_finding(page: Page, folder: Path) -> None:
    page.goto((folder / "many" / SITE_PAGE).as_uri())
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#problems article").count() == MANY
    page.emulate_media(media="print")
    assert page.locator("#problems .filters").is_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#problems article").count() == SHOWN_ITEMS


def test_without_scripts_the_findings_are_still_there(browser: Browser, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / SITE_PAGE).as_uri())
    assert page.locator("#problems article").count() == 40
    assert page.locator("noscript p").is_visible()
    context.close()
