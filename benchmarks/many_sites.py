"""How much faster several processes inspect many sites than one processor does.

    python benchmarks/many_sites.py --sites 20 --pages 300 --rounds 3

Twenty host names lead to one portal on loopback. Every round inspects all of them three times: everything on one
processor, by one job at a time, and by one job for each processor.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clients import program_beside_python
from measured_process import Run, run_measured
from synthetic_portal import AS_OF, Portal, build
from web_server import NginxMissingError, nginx

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_GAIN = 1.8
MOST_SITES = 200
ONE_PROCESSOR, ONE_JOB, ALL_PROCESSORS = "one processor", "one job", "all processors"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark. Exit code 1 when the gain is too small or a site misses a planted link."""
    options = _options(arguments)
    program = program_beside_python("govaudit")
    if program is None:
        print("govaudit is not installed beside this Python", file=sys.stderr)
        return 2
    taskset = shutil.which("taskset")
    if taskset is None:
        print("taskset is needed and is not installed here: apt-get install util-linux", file=sys.stderr)
        return 2
    ways = {
        ONE_PROCESSOR: ([taskset, "-c", str(min(os.sched_getaffinity(0)))], 1),
        ONE_JOB: ([], 1),
        ALL_PROCESSORS: ([], len(os.sched_getaffinity(0))),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    right = True
    with tempfile.TemporaryDirectory(prefix="govaudit-sites-") as name:
        folder = Path(name)
        portal = build(folder / "portal", options.pages)
        try:
            with nginx(folder / "portal", folder / "nginx") as served:
                for number in range(1, options.rounds + 1):
                    for way, (prefix, jobs) in ways.items():
                        place = folder / f"{number}-{jobs}-{len(prefix)}"
                        command = [*prefix, program, *_inspection(place, served.url, options.sites, jobs)]
                        run = _measured(command, place)
                        right = _all_found(place, portal, options.sites) and right
                        seconds[way].append(run.seconds)
                        pages = options.sites * len(portal.pages)
                        print(
                            f"round {number}, {way:<14} {pages / run.seconds:7.1f} pages/s, "
                            f"{run.megabytes:4.0f} MB",
                            flush=True,
                        )
                        shutil.rmtree(place)
        except NginxMissingError:
            print("nginx is needed and is not installed here: apt-get install nginx-light", file=sys.stderr)
            return 2
    gain = statistics.median(
        one / all_ for one, all_ in zip(seconds[ONE_PROCESSOR], seconds[ALL_PROCESSORS], strict=True)
    )
    met = gain >= LEAST_GAIN
    print(f"gain of {ways[ALL_PROCESSORS][1]} processors: {gain:.2f}, at least {LEAST_GAIN}: ", end="")
    print("met" if met else "NOT met", "" if right else "; planted links were missed")
    return 0 if met and right else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--pages", type=int, default=300, help="HTML pages of each site")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    if not 2 <= options.sites <= MOST_SITES:
        parser.error(f"--sites: 2 to {MOST_SITES}")
    return options


def _inspection(workspace: Path, url: str, sites: int, jobs: int) -> list[str]:
    """A workspace with its site list, and the arguments that inspect it."""
    port = urlsplit(url).port
    workspace.mkdir()
    rows = "".join(
        f"99{number:08d},第{number}站,http://www.site{number:03d}.example:{port}/\n"
        for number in range(1, sites + 1)
    )
    (workspace / "sites.csv").write_text("code,name,url\n" + rows, encoding="utf-8")
    terms = ["--workspace", str(workspace), "--sites", str(workspace / "sites.csv"), "--run", "speed"]
    limits = ["--rate", "0", "--max-pages", "0", "--concurrency", "32", "--browser", "never"]
    where = ["--allow-private", "--resolve", f"*:{port}:127.0.0.1", "--as-of", f"{AS_OF}"]
    return ["inspect", *terms, *limits, *where, "--jobs", str(jobs)]


def _measured(command: Sequence[str], place: Path) -> Run:
    output = place.with_suffix(".output")
    run = run_measured(command, folder=place, output=output, limit=900, environment={"GOVAUDIT_LANG": "en"})
    if run.exit_code != 0:
        raise SystemExit(output.read_text(encoding="utf-8", errors="replace")[-2000:])
    return run


def _all_found(workspace: Path, portal: Portal, sites: int) -> bool:
    """Whether every site names exactly the planted links."""
    report = json.loads((workspace / "reports" / "speed" / "findings.json").read_text(encoding="utf-8"))
    broken = {
        str(one["subject"])
        for one in report["findings"]
        if one["check"].startswith("LNK") and one["verdict"] == "fail"
    }
    paths = {(urlsplit(url).hostname, urlsplit(url).path) for url in broken}
    return paths == {
        (f"www.site{number:03d}.example", path) for number in range(1, sites + 1) for path in portal.broken
    }


if __name__ == "__main__":
    sys.exit(main())
