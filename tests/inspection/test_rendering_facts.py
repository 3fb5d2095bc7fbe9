"""What the browser saw and what plain HTTP brought are both facts; the judgement sees the browser's."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

from govaudit.inspection.fact_writer import FactWriter
from govaudit.inspection.facts import (
    Charset,
    Fetch,
    Lane,
    Link,
    Mark,
    MarkKind,
    MenuEntry,
    PageKind,
    Reading,
    Rendering,
    Tag,
)
from govaudit.inspection.finding import Finding, Locator
from govaudit.inspection.run import BEIJING, CrawlPlan
from govaudit.inspection.site import Site
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.workflow.evidence import keep_evidence
from govaudit.workflow.locate import located

if TYPE_CHECKING:
    from pathlib import Path

HOME = "http://www.x.gov.cn/"
SEEN, FAILED, UNSEEN = f"{HOME}seen", f"{HOME}failed", f"{HOME}unseen"
LOOK = Rendering(at=5.0, browser="chromium 156", status=200, settled=True)
HTML = b'<html><body><a href="/late">late</a></body></html>'


def _plain(scripted: tuple[str, ...] = ("footer",)) -> Reading:
    menu = (MenuEntry("plain", HOME, ("plain",)),)
    return Reading(PageKind.OTHER, (), "plain", Charset("utf-8"), navigation=menu, scripted=scripted)


def _in_browser() -> Reading:
    marks = (Mark(MarkKind.ICP, "京ICP备12345678号"),)
    return Reading(PageKind.COLUMN, (), "browser", Charset("utf-8"), marks=marks)


def _store(path: Path) -> SiteFacts:
    plan = CrawlPlan(run="r", site=Site(url=HOME), as_of=datetime(2026, 11, 20, tzinfo=BEIJING), seed=1)
    with closing(FactWriter.open(path, plan)) as writer:
        for url in (SEEN, FAILED, UNSEEN):
            writer.add_target(url, Lane.PAGE, 1)
            fetch = writer.add_fetch(Fetch(url=url, status=200, final_url=url), b"<a href='/plain'>plain</a>")
            writer.add_page(
                url, fetch, 1, _plain(), [writer.anchor(Link(Tag.A, f"{HOME}plain", "/plain", "plain"))]
            )
            writer.note_scripted(writer.url_id(url), ("footer",), unmarked=True)
        writer.note_scripted(writer.url_id(UNSEEN), ("footer", "list"), unmarked=True)
        late = writer.anchor(Link(Tag.A, f"{HOME}late", "/late", "late"))
        writer.add_rendering(writer.url_id(SEEN), LOOK, _in_browser(), [late], HTML)
        writer.add_rendering(
            writer.url_id(FAILED),
            Rendering(at=6.0, browser="chromium 156", reason=Reason.TLS, detail="expired"),
        )
        writer.commit()
        assert writer.rendered() == 2
        assert [(page.url, page.rendered) for page in writer.scripted_pages()] == [
            (FAILED, True), (SEEN, True), (UNSEEN, False),
        ]  # fmt: skip
    return SiteFacts.open(path)


def test_the_browser_is_believed_where_it_saw_something(tmp_path: Path) -> None:
    with closing(_store(tmp_path / "site.sqlite")) as facts:
        pages = {page.url: page for page in facts.pages()}
        assert {url: page.in_browser for url, page in pages.items()} == {
            SEEN: True,
            FAILED: False,
            UNSEEN: False,
        }
        assert pages[SEEN].reading == _in_browser()
        assert pages[FAILED].reading == _plain()
        assert pages[UNSEEN].reading.scripted == ("footer", "list")
        assert [page.url for page in facts.pages(PageKind.COLUMN)] == [SEEN]
        assert {url: [link.text for link in facts.links(page.url_id)] for url, page in pages.items()} == {
            SEEN: ["late"], FAILED: ["plain"], UNSEEN: ["plain"],
        }  # fmt: skip
        assert {key.url: key.kind for key, _ in facts.references()}[SEEN] == "column"


def test_what_plain_http_brought_stays(tmp_path: Path) -> None:
    with closing(_store(tmp_path / "site.sqlite")) as facts:
        plain = facts.page(SEEN, plain=True)
        assert plain is not None
        assert (plain.reading, plain.in_browser) == (_plain(), False)
        assert [page.reading.title for page in facts.pages(plain=True)] == ["plain"] * 3
        assert [page.url for page in facts.pages(PageKind.COLUMN, plain=True)] == []


def test_how_the_browser_saw_it_is_told(tmp_path: Path) -> None:
    with closing(_store(tmp_path / "site.sqlite")) as facts:
        assert facts.rendering(SEEN) == (LOOK, HTML)
        failed = facts.rendering(FAILED)
        assert failed is not None
        assert (failed[0].reason, failed[1]) == (Reason.TLS, None)
        assert facts.rendering(UNSEEN) is None


def test_places_and_evidence_are_those_of_the_browser(tmp_path: Path) -> None:
    with closing(_store(tmp_path / "site.sqlite")) as facts:
        finding = Finding(
            id="1", check="LNK001", verdict=Verdict.FAIL, site="x", page=SEEN, subject="s", fault="f",
            locator=Locator(raw="/late"),
        )  # fmt: skip
        (found,) = located([finding], facts)
        assert (found.locator.xpath, found.locator.line) == ("/html/body/a", 0)
        (kept,) = keep_evidence([finding], facts, tmp_path / "evidence")
        assert "seen-in-browser: chromium 156" in kept.evidence[0].text
