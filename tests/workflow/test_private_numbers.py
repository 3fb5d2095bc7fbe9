"""A number of a person that a site publishes is in nothing that an inspection leaves."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from govaudit.inspection.run import Budget
from govaudit.inspection.site import Site
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.workspace import Settings, Workspace
from govaudit.workflow.inspect import RunOptions, begin_run, inspect_run
from govaudit.workflow.report import report_run
from tests.crawler.browser.chromium import needs_chromium
from tests.crawler.crawling import AS_OF, QUICK
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_chromium

NUMBERS = ("330106199003078120", "11010519491231002X")
HEAD = "<!DOCTYPE html><meta charset=utf-8><title>页面</title>"
ROUTES: dict[str, Reply | list[Reply]] = {
    "/": Reply(body=f"{HEAD}<h1>某市</h1><a href=/a.html>公示</a><a href=/b.html>名单</a>"),
    "/a.html": Reply(
        body=f"{HEAD}<h1>公示</h1><p>张某，身份证号{NUMBERS[0]}。</p><a href=/gone.html>附表</a>"
    ),
    "/b.html": Reply(
        body=f"{HEAD}<div id=app></div><script>document.getElementById('app').innerHTML="
        f"'<h1>名单</h1><p>李某，身份证号'+'{NUMBERS[1][:9]}'+'{NUMBERS[1][9:]}</p>'</script>"
    ),
}


def test_nothing_that_is_left_holds_a_number(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, Settings())
    with HttpSite(ROUTES) as site:
        formats = ("json", "html", "csv", "md")
        options = RunOptions(
            run="r", as_of=AS_OF, network=QUICK, budget=Budget(screenshots=5), formats=formats
        )
        record = begin_run(workspace, [Site(url=f"{site.url}/")], options, listed=False)
        end = inspect_run(workspace, record, options, lambda _: None)
        report_run(workspace, record, formats)
        judgement = end.judgements[0]
    told = {
        one.page.rpartition("/")[2]: str(one.arguments["masked"])
        for one in judgement.findings
        if one.check == "TXT001"
    }
    assert told["a.html"] == "330*************20"
    assert told.get("b.html", "110*************2X") == "110*************2X"
    broken = next(one for one in judgement.findings if one.subject.endswith("/gone.html"))
    assert broken.no_picture == "private"
    with closing(SiteFacts.open(workspace.facts_file("r", judgement.site.key))) as facts:
        held = [
            (page.reading, page.text, facts.body(page.url), facts.rendering(page.url))
            for page in facts.pages()
        ]
        assert len(held) == 3
        assert not [number for number in NUMBERS for one in held if number in repr(one)]
        (look,) = facts.looks(f"{site.url}/a.html")
        assert len(look.original) == 64
    for file in tmp_path.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert not [number for number in NUMBERS if number.encode() in content], file
