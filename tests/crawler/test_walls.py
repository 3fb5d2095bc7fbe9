"""Walls, served: each is told by its name, none is asked again, and pages about walls are pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govaudit.crawler.reading.challenge import Signature, signatures
from govaudit.crawler.rules.tables import walls
from govaudit.inspection.facts import PageKind
from govaudit.inspection.messages import LANGUAGES, catalogue
from govaudit.inspection.verdict import BLOCKED, Reason
from govaudit.inspection.yaml_text import load_yaml
from tests.crawler.crawling import Crawled, crawled, plan_for
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from govaudit.crawler.rules.tables import Wall

CASES = load_yaml(Path(__file__).with_name("walls.yaml")).data
WALLS: list[dict[str, Any]] = CASES["walls"]
PAGES: list[dict[str, Any]] = CASES["pages"]
AT_ONCE = 12
"""Walls a crawl: a host that answers nothing else would be left alone."""


def answer(case: dict[str, Any]) -> Reply:
    """What the server sends."""
    headers = tuple(tuple(line.split(": ", 1)) for line in case.get("headers", ()))
    body = case["body"].encode(case.get("encoding", "utf-8"))
    return Reply(int(case.get("status", 200)), body, headers, "text/html")


def crawl_of(cases: list[dict[str, Any]], path: Path) -> tuple[HttpSite, Crawled]:
    """A site of these answers and its crawl."""
    routes = {f"/{number}": answer(case) for number, case in enumerate(cases)}
    with HttpSite({"/": Reply(body=page(*routes)), **routes}) as site:
        return site, crawled(plan_for(site.url), path)


@pytest.mark.parametrize("first", range(0, len(WALLS), AT_ONCE))
def test_every_wall_is_told_by_its_name_and_asked_once(tmp_path: Path, first: int) -> None:
    cases = WALLS[first : first + AT_ONCE]
    site, store = crawl_of(cases, tmp_path / "facts.sqlite")
    for number, case in enumerate(cases):
        look = store.looks(f"{site.url}/{number}")[-1]
        passed = case.get("status", "200") in {"200", "202"}
        reason = Reason.BLOCKED_PAGE if passed else Reason.BLOCKED_STATUS
        assert (look.reason, look.detail) == (reason, f"wall: {case['wall']}"), case
        if look.status < 500:
            assert site.paths().count(f"/{number}") == 1, case
    assert store.pages() == [f"{site.url}/"]
    assert store.state.blocked_from == ("127.0.0.1",)


def test_pages_about_walls_and_behind_them_are_pages(tmp_path: Path) -> None:
    site, store = crawl_of(PAGES, tmp_path / "facts.sqlite")
    read = {one.url: one.reading for one in store.facts.pages()}
    for number, case in enumerate(PAGES):
        url = f"{site.url}/{number}"
        assert store.last(url).reason not in BLOCKED, case["name"]
        if "status" not in case:
            assert read[url].kind is not PageKind.CHALLENGE, case["name"]
    assert store.state.blocked_from == ()


def test_a_wall_in_a_large_page_is_told_by_the_reader(tmp_path: Path) -> None:
    script = "<script>$_ts=window['$_ts'];$_ts.cd='" + "q" * 40_000 + "'</script>"
    site, store = crawl_of(
        [{"body": f"<html><head>{script}</head><body></body></html>"}], tmp_path / "facts.sqlite"
    )
    look = store.last(f"{site.url}/0")
    assert (look.reason, look.detail) == (Reason.BLOCKED_PAGE, "wall: ruishu")
    assert store.state.blocked_from == ("127.0.0.1",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_wall_has_a_name_to_be_read(language: str) -> None:
    words = catalogue("inspection", language)
    assert {name for name, _ in signatures()} | {wall.name for wall in walls()} == {
        key.removeprefix("walls.") for key in words.entries if key.startswith("walls.")
    }


def of_wall(name: str) -> list[dict[str, Any]]:
    """Cases of one wall."""
    return [case for case in WALLS if case["wall"] == name]


def squeezed(text: str) -> str:
    """Without blanks and capitals."""
    return "".join(text.split()).lower()


def by_body(case: dict[str, Any], row: Signature) -> bool:
    """Whether a case is made for the signature of a body."""
    wanted = [traces for traces in (row.code, row.also, row.says) if traces]
    return all(any(squeezed(trace) in squeezed(case["body"]) for trace in traces) for traces in wanted)


def by_head(case: dict[str, Any], wall: Wall) -> bool:
    """Whether a case is made for the signature of a head."""
    name = f"set-cookie:{wall.cookie}" if wall.cookie else wall.header.partition(":")[0]
    lines = case.get("headers", [""])
    right_status = int(case.get("status", 200)) in wall.statuses
    return right_status and any(squeezed(line).startswith(squeezed(name)) for line in lines)


@pytest.mark.parametrize(("name", "row"), signatures())
def test_every_signature_of_a_body_is_served(name: str, row: Signature) -> None:
    assert any(by_body(case, row) for case in of_wall(name))


@pytest.mark.parametrize("wall", walls(), ids=lambda wall: f"{wall.name}-{wall.header or wall.cookie}")
def test_every_signature_of_a_head_is_served(wall: Wall) -> None:
    assert any(by_head(case, wall) for case in of_wall(wall.name))
