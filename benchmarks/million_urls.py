"""Whether a very large site costs no more memory and no more time a page at its end than at its start.

    python benchmarks/million_urls.py --urls 100000              # some minutes
    python benchmarks/million_urls.py                            # a million addresses: an hour
    python benchmarks/million_urls.py --max-pages 50000          # a million found, fifty thousand visited

A portal is generated as it is asked for and inspected by the real command, as fast as it goes. See README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clients import program_beside_python
from generated_site import GeneratedSite, generated_site
from measured_process import session_use
from synthetic_portal import AS_OF

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_MEGABYTES = 500
MOST_GROWTH = 1.2
MOST_BYTES_A_PAGE = 6000
SAMPLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """``served``: answers so far; ``megabytes`` and ``cpu_seconds``: of all processes together."""

    seconds: float
    served: int
    megabytes: float
    cpu_seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark. Exit code 1 when memory, growth or the store are beyond their limits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--urls", type=int, default=1_000_000, help="addresses of the portal")
    parser.add_argument("--max-pages", type=int, default=0, help="pages that are visited; 0: all")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    parser.add_argument("--json", type=Path, help="write all samples into this file")
    options = parser.parse_args(arguments)
    program = program_beside_python("govaudit")
    if program is None:
        print("govaudit is not installed beside this Python", file=sys.stderr)
        return 2
    with (
        tempfile.TemporaryDirectory(prefix="govaudit-million-") as name,
        generated_site(options.urls) as site,
    ):
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        code, samples = _inspected(program, site, folder, options.max_pages)
        store = next((folder / "runs" / "million").glob("*.sqlite"))
        right = code == 0 and _told(samples, store)
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in samples]), encoding="utf-8")
    return 0 if right else 1


def _inspected(program: str, site: GeneratedSite, folder: Path, most: int) -> tuple[int, list[Sample]]:
    words = [program, "inspect", site.url, "--workspace", str(folder)]
    words += [
        "--run",
        "million",
        "--as-of",
        f"{AS_OF}",
        "--allow-private",
        "--rate",
        "0",
        "--max-pages",
        f"{most}",
    ]
    words += ["--concurrency", "32", "--browser", "never"]
    samples: list[Sample] = []
    begun = time.monotonic()
    with (folder / "output.txt").open("wb") as sink:
        child = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "GOVAUDIT_LANG": "en"},
        )  # fmt: skip
        try:
            while child.poll() is None:
                time.sleep(SAMPLE_SECONDS)
                megabytes, cpu = session_use(child.pid)
                if megabytes:
                    samples.append(Sample(time.monotonic() - begun, site.served.value, megabytes, cpu))
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
    return child.returncode, samples


def _told(samples: Sequence[Sample], store: Path) -> bool:
    """Print the figures; whether they are within their limits."""
    last = samples[-1].served
    crawled = [one for one in samples if one.served < last]
    peaks = [max(one.megabytes for one in samples if one.served <= last * share) for share in (0.1, 0.5, 1)]
    after = max(one.megabytes for one in samples[len(crawled) :])
    first, end = _milliseconds(crawled, 0.05, 0.15), _milliseconds(crawled, 0.9, 1)
    pages, size, tables = _store(store)
    print(
        f"{last} answers in {samples[-1].seconds:.0f} s, {samples[-1].cpu_seconds * 1000 / last:.2f} ms CPU each"
    )
    print("peak MB until 10 %, 50 %, the end of the crawl: {:.0f}, {:.0f}, {:.0f}".format(*peaks))
    print(
        f"peak MB of judging and reporting: {after:.0f} in {samples[-1].seconds - crawled[-1].seconds:.0f} s"
    )
    print(f"ms CPU an answer, after 5 to 15 %: {first:.2f}, in the last tenth: {end:.2f} ({end / first:.2f})")
    print(f"{pages} pages, {size:.0f} bytes a page in the store without bodies:")
    print("  " + ", ".join(f"{name} {share:.0f}" for name, share in tables))
    return max(*peaks, after) < MOST_MEGABYTES and end / first < MOST_GROWTH and size < MOST_BYTES_A_PAGE


def _milliseconds(samples: Sequence[Sample], begin: float, end: float) -> float:
    """CPU an answer between two shares of the crawl."""
    last = samples[-1].served
    part = [one for one in samples if begin * last <= one.served <= end * last]
    return (part[-1].cpu_seconds - part[0].cpu_seconds) * 1000 / (part[-1].served - part[0].served)


def _store(file: Path) -> tuple[int, float, list[tuple[str, float]]]:
    """Pages, bytes a page without bodies, and their split by table and index."""
    with closing(sqlite3.connect(file)) as connection:
        pages: int = connection.execute("SELECT count(*) FROM page").fetchone()[0]
        rows = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC")
        tables = [(name, size / pages) for name, size in rows if name != "body"]
    return pages, sum(share for _, share in tables), [one for one in tables if one[1] >= 1]


if __name__ == "__main__":
    sys.exit(main())
