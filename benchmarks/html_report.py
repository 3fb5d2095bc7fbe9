"""How quick the pages of a large report are: ``python benchmarks/html_report.py``.

A run of 20,000 findings is written, on one site and on three hundred, and the pages are opened in Chromium from the
folder. Every time is from the key or the choice until the frame that shows the answer has been drawn; the first search
comes a second after the page opened. The exit code is 1 when one of them is over the limit.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from govaudit.reports.html_report import write_html_report
from large_reports import large_report

if TYPE_CHECKING:
    from playwright.sync_api import Page

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
LIMIT_MS = 200
_DRAWN = """async (act) => {
  const list = document.querySelector("#problems [data-list]");
  const status = list.querySelector("[data-status]");
  const told = new Promise((done) => {
    const watcher = new MutationObserver(() => { watcher.disconnect(); done(); });
    watcher.observe(status, { childList: true, characterData: true, subtree: true });
  });
  const begin = performance.now();
  new Function("list", act)(list);
  await told;
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - begin;
}"""
_TYPE = 'const q = list.querySelector("[data-query]"); q.value = {}; q.dispatchEvent(new Event("input"));'
_CHOOSE = (
    'const s = list.querySelector("[data-filter={}]"); s.value = {}; s.dispatchEvent(new Event("change"));'
)
ACTS = {
    "search that finds one": _TYPE.format('"files/19"'),
    "search in Chinese": _TYPE.format('"实施方案"'),
    "two words": _TYPE.format('"t20250112 实施方案》"'),
    "nothing found": _TYPE.format('"没有这样的文字"'),
    "all again": _TYPE.format('""'),
    "filter by class": _CHOOSE.format("class", '"LNK"'),
    "filter by kind": _CHOOSE.format("kind", '"veto"'),
    "no filter": _CHOOSE.format("class", '""'),
    "reset": 'list.querySelector("[data-reset]").click();',
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        print("no browser found", file=sys.stderr)
        return 2
    folder = given.keep or Path(tempfile.mkdtemp(prefix="html-report-"))
    slow = 0
    try:
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
            for sites in (1, 300):
                target = folder / str(sites)
                target.mkdir(parents=True, exist_ok=True)
                begin = time.process_time()
                written = write_html_report(large_report(sites, given.findings), target)
                print(
                    f"{given.findings} findings on {sites} sites: written in {time.process_time() - begin:.1f} s CPU"
                )
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                for file in (written[0], written[1]) if sites == 1 else (written[0],):
                    slow += _measure(page, file, given.rounds)
                page.close()
            browser.close()
    finally:
        if given.keep is None:
            shutil.rmtree(folder)
    return 1 if slow else 0


def _measure(page: Page, file: Path, rounds: int) -> int:
    begin = time.monotonic()
    page.goto(file.as_uri())
    loaded = time.monotonic() - begin
    page.wait_for_timeout(1000)
    first = page.evaluate(_DRAWN, ACTS["search in Chinese"])
    page.wait_for_timeout(300)
    print(f"  {'/'.join(file.parts[-3:])}: {file.stat().st_size / 1e6:.1f} MB, opened in {loaded:.2f} s")
    slow = _told("first search", [first])
    for name, act in ACTS.items():
        slow += _told(name, [page.evaluate(_DRAWN, act) for _ in range(rounds)])
        page.wait_for_timeout(50)
    return slow


def _told(name: str, times: list[float]) -> int:
    over = max(times) > LIMIT_MS
    print(f"    {name:24} {median(times):7.0f} ms, at most {max(times):.0f}{'  OVER' if over else ''}")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
