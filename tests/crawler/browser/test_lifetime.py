"""The browser's life: it never outlives the crawl, its death never ends the crawl, and nothing is opened twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.crawler.browser.chromium import needs_chromium
from tests.crawler.crawling import crawled, plan_for, rows
from tests.support.http_site import HttpSite, Reply

pytestmark = needs_chromium

ROOT = Path(__file__).parents[3]
PAGES = 4
SHELL = '<title>{0}</title><div id="app"></div><script src="/app.js"></script><script src="/{0}.js"></script>'
APP = """
const links = [1, 2, 3, 4].map((one) => `<a href="/p${one}">第${one}页</a>`).join("");
document.getElementById("app").innerHTML = "<p>" + "正文".repeat(100) + "</p>" + links;
"""
SCRIPT = Reply(body="//", content_type="text/javascript")


def _site(held: threading.Event | None = None) -> HttpSite:
    """Shells that lead to one another; a script of the third page waits for ``held`` when the browser asks for it."""
    routes: dict[str, Reply | list[Reply]] = {
        f"/p{number}": Reply(body=SHELL.format(f"p{number}")) for number in range(1, PAGES + 1)
    }
    routes["/"] = Reply(body=SHELL.format("p0"))
    routes["/app.js"] = Reply(body=APP, content_type="text/javascript; charset=utf-8")
    routes["/p3.js"] = [SCRIPT, Reply(body="//", content_type="text/javascript", hold=held)]
    return HttpSite(routes, otherwise=lambda _: SCRIPT)


def _start(url: str, store: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crawler.crawl_process", url, str(store)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def _relatives(root: int) -> dict[int, str]:
    """Living processes below ``root``: number → command."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
                commands[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    found: set[int] = {root}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {number: commands[number] for number in found - {root}}


def _gone(numbers: set[int], seconds: float = 20.0) -> bool:
    """Whether all of them end within ``seconds``; what is dead and not yet collected counts as ended."""

    def lives(number: int) -> bool:
        try:
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state not in {"Z", "X"}

    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while any(map(lives, numbers)):
        if time.monotonic() > deadline:
            return False
        pause.wait(0.02)
    return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_no_browser_outlives_a_crawl_that_ends_early(tmp_path: Path, number: signal.Signals) -> None:
    held = threading.Event()
    with _site(held) as site:
        process = _start(f"{site.url}/", tmp_path / "facts.sqlite")
        assert site.wait_for(2, "/p3.js")
        below = _relatives(process.pid)
        assert any("chrom" in command for command in below.values())
        # A terminal sends the interrupt to the whole group; a kill meets the crawl alone.
        (os.killpg if number is signal.SIGINT else os.kill)(process.pid, number)
        said = process.communicate()[0]
        assert said.split()[:1] == ([] if number is signal.SIGKILL else ["interrupted"])
        assert _gone(set(below))
        held.set()
        asked = len(site.requests)
        resumed = crawled(plan_for(f"{site.url}/"), tmp_path / "facts.sqlite")
        assert not resumed.state.interrupted
        assert all(page.in_browser for page in resumed.facts.pages())
        again = [one.path for one in site.requests[asked:]]
        assert "/p3" in again
        if number is signal.SIGINT:
            assert "/p1" not in again, "what was recorded is not opened again"
        else:
            crawled(plan_for(f"{site.url}/"), tmp_path / "whole.sqlite").facts.close()
            assert list(rows(tmp_path / "facts.sqlite")) == list(rows(tmp_path / "whole.sqlite"))


def test_a_browser_that_dies_is_started_anew(tmp_path: Path) -> None:
    held = threading.Event()

    def kill(site: HttpSite) -> None:
        site.wait_for(2, "/p3.js")
        for number, command in _relatives(os.getpid()).items():
            if "chrom" in command and "--type=" not in command:
                # Its helper process may have gone with it.
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
        held.set()

    with _site(held) as site:
        killer = threading.Thread(target=kill, args=(site,))
        killer.start()
        store = crawled(plan_for(f"{site.url}/"), tmp_path / "facts.sqlite")
        killer.join()
        assert not store.state.problem
        assert {page.url.removeprefix(site.url): page.in_browser for page in store.facts.pages()} == {
            "/": True, **{f"/p{number}": True for number in range(1, PAGES + 1)},
        }  # fmt: skip


def test_a_page_that_never_ends_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govaudit.crawler.browser.renderer._PAGE_SECONDS", 5.0)
    routes = {
        "/": Reply(
            body='<title>首页</title><div id="app"></div><a href="/b"></a><script src="/s.js"></script>'
        ),
        "/s.js": Reply(body="for (;;) {}", content_type="text/javascript"),
        "/b": Reply(body=SHELL.format("p0")),
        "/app.js": Reply(body=APP, content_type="text/javascript; charset=utf-8"),
        "/p0.js": SCRIPT,
    }
    with HttpSite(routes) as site:
        store = crawled(plan_for(f"{site.url}/"), tmp_path / "facts.sqlite")
        found = store.facts.rendering(f"{site.url}/")
        assert found is not None
        assert found[0].reason == "timeout"
        assert {page.url.removeprefix(site.url): page.in_browser for page in store.facts.pages()} == {
            "/": False, "/b": True,
        }  # fmt: skip


def test_without_a_browser_auto_works_as_never(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVAUDIT_BROWSER", "/no/such/browser")
    with _site() as site:
        store = crawled(plan_for(f"{site.url}/"), tmp_path / "facts.sqlite")
        assert [(page.reading.scripted, page.in_browser) for page in store.facts.pages()] == [
            (("page",), False)
        ]
        (probe,) = store.facts.probes("browser")
        assert "GOVAUDIT_BROWSER" in str(probe.result["problem"])
