"""A site of many pages with broken targets in its template and in its texts: are all of them found, each with the right
number of pages, and can the reports be used?

    python benchmarks/broken_links.py [--pages 20000] [--targets 500]

Needs nginx, and Chromium for the time in which the report opens.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from playwright.sync_api import sync_playwright

from web_server import nginx

IN_TEMPLATE = 20
"""Targets that every article holds; each of the others stands in the text of some articles."""
PER_LIST = 100
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_START = "import sys; from govaudit.cli.main import main; sys.exit(main())"
_PAGE = (
    '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head>'
    "<body>{body}</body></html>"
)


def build(root: Path, pages: int, targets: int) -> Counter[str]:
    """Write the site. Returns path of a broken target → on how many pages it stands."""
    template = [f"/gone/template{number}.html" for number in range(IN_TEMPLATE)]
    texts = [f"/gone/text{number}.html" for number in range(targets - IN_TEMPLATE)]
    expected: Counter[str] = Counter()
    menu = "".join(f'<a href="{path}">栏目{number}</a>' for number, path in enumerate(template))
    lists = (pages + PER_LIST - 1) // PER_LIST
    for number in range(pages):
        target = texts[number % len(texts)]
        expected.update([*template, target])
        # No 404 in what a page says: a short one that does may be taken for an error page.
        title = f"第{number + 1000}号通知"
        body = f'{menu}<h1>{title}</h1><p>正文内容，详见<a href="{target}">附件</a>。</p>'
        file = root / f"list{number // PER_LIST}" / f"a{number}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_PAGE.format(title=title, body=body), encoding="utf-8")
    for number in range(lists):
        numbers = range(number * PER_LIST, min(pages, (number + 1) * PER_LIST))
        links = "".join(f'<li><a href="a{one}.html">第{one}号通知</a></li>' for one in numbers)
        file = root / f"list{number}" / "index.html"
        file.write_text(_PAGE.format(title=f"目录{number}", body=f"<ul>{links}</ul>"), encoding="utf-8")
    links = "".join(f'<a href="/list{number}/index.html">目录{number}</a>' for number in range(lists))
    (root / "index.html").write_text(_PAGE.format(title="首页", body=links), encoding="utf-8")
    return expected


def inspect(url: str, folder: Path) -> float:
    """Inspect and report; seconds."""
    command = [
        sys.executable, "-c", _START, "inspect", url, "--workspace", str(folder), "--run", "links",
        "--allow-private", "--rate", "0", "--max-pages", "0", "--browser", "never",
    ]  # fmt: skip
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.perf_counter() - started


def counts_in_json(file: Path) -> Counter[str]:
    """Path of each broken target → pages."""
    findings = json.loads(file.read_text(encoding="utf-8"))["findings"]
    broken = [one for one in findings if one["check"] == "LNK001" and one["verdict"] == "fail"]
    return Counter({_path(one["subject"]): one["occurrences"]["count"] for one in broken})


def counts_in_xlsx(file: Path) -> Counter[str]:
    """Path of each broken target → rows of the sheets of pages."""
    book = load_workbook(file, read_only=True)
    found: Counter[str] = Counter()
    for sheet in book.worksheets:
        rows: Any = sheet.iter_rows(values_only=True)
        heading = next(rows)
        if sheet.title.startswith("出现页面"):
            place = heading.index("问题对象") if "问题对象" in heading else 3
            found.update(_path(row[place]) for row in rows if "/gone/" in str(row[place]))
    return found


def _path(url: str) -> str:
    return f"/{url.split('/', 3)[-1]}"


def seconds_to_open(file: Path) -> float:
    """Until Chromium has loaded a page and shown it."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        return float("nan")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        before = time.perf_counter()
        page.goto(file.as_uri(), wait_until="load")
        page.locator("article.card").first.wait_for()
        opened = time.perf_counter() - before
        browser.close()
    return opened


def main() -> None:
    """Build, inspect, compare, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--targets", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        root = folder / "site"
        root.mkdir()
        expected = build(root, options.pages, options.targets)
        with nginx(root, folder / "server") as served:
            seconds = inspect(served.url, folder / "workspace")
        reports = folder / "workspace" / "reports" / "links"
        site = next((reports / "sites").iterdir())
        said, listed = counts_in_json(reports / "findings.json"), counts_in_xlsx(reports / "problems.xlsx")
        opened = seconds_to_open(site / "index.html")
        size = (site / "index.html").stat().st_size
        print(f"pages {options.pages}, broken targets {len(expected)}, occurrences {expected.total()}")
        print(f"inspected in {seconds:.1f} s")
        print(f"findings: {len(said)}, counts {'right' if said == expected else 'WRONG'}")
        print(f"spreadsheet: {listed.total()} occurrences, {'all' if listed == expected else 'NOT ALL'}")
        print(f"report of the site: {size / 1e6:.1f} MB, opened in {opened:.2f} s")
    if said != expected or listed != expected:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
