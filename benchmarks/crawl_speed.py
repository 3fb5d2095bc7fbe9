"""How fast a whole inspection is, beside link checkers that only check links, on one synthetic portal.

    python benchmarks/crawl_speed.py --pages 3000 --rounds 5

Everything happens on loopback: a portal is generated into a temporary folder and served by nginx; the programs
run one after another, round by round, so that ratios compare like with like. See README.md for what is counted.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clients import Client, installed_clients
from measured_process import Run, run_measured
from synthetic_portal import Portal, build
from web_server import NginxMissingError, Served, nginx

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_PAGES = 100_000
MOST_ROUNDS = 20
REFERENCES = ("wget", "plain spider")


@dataclass(frozen=True, slots=True)
class Result:
    """One program in one round. ``pages``: HTML pages that were asked for; ``planted``: broken links found of
    those planted; ``false``: others that it calls broken; ``problem``: why there are no findings."""

    client: str
    round: int
    run: Run
    pages: int
    requests: int
    planted: int
    false: int
    problem: str

    @property
    def seconds(self) -> float:
        return self.run.seconds

    @property
    def megabytes(self) -> float:
        return self.run.megabytes

    @property
    def pages_a_second(self) -> float:
        return self.pages / self.run.seconds

    @property
    def cpu_milliseconds(self) -> float:
        """A page."""
        return self.run.cpu_seconds * 1000 / self.pages if self.pages else math.nan


@dataclass(frozen=True, slots=True)
class Goal:
    """The median of ``attribute`` of a program, over that of ``reference`` in the same round when there is one,
    is at most ``limit``."""

    client: str
    attribute: str
    limit: float
    reference: str = ""


GOALS = (
    Goal("govaudit crawl", "seconds", 2.0, "wget"),
    Goal("govaudit", "seconds", 3.0, "wget"),
    Goal("govaudit crawl", "cpu_milliseconds", 3.5),
    Goal("govaudit", "megabytes", 300),
    Goal("govaudit gzip", "cpu_milliseconds", 1.15, "govaudit"),
)
"""For 3,000 pages; memory at 30,000 pages may reach 500 MB."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark. Exit code 1 when govaudit misses a planted link, a page, or invents a broken one."""
    options = _options(arguments)
    clients, missing = installed_clients()
    chosen = [client for client in clients if not options.only or client.name in options.only]
    if missing:
        print(f"not installed: {', '.join(missing)}")
    with tempfile.TemporaryDirectory(prefix="govaudit-speed-") as name:
        folder = Path(name)
        portal = build(folder / "portal", options.pages)
        print(
            f"{len(portal.pages)} pages of {portal.bytes_a_page / 1000:.1f} KB with {portal.links_a_page:.0f} "
            f"links, {len(portal.broken)} broken links planted"
        )
        try:
            with nginx(folder / "portal", folder / "nginx") as served, _busy(options.busy):
                results = list(_rounds(chosen, _Rig(portal, served, folder, options)))
        except NginxMissingError:
            print("nginx is needed and is not installed here: apt-get install nginx-light", file=sys.stderr)
            return 2
    _print_summary(results, options.rounds)
    _print_goals(results, options.rounds)
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in results], indent=1), encoding="utf-8")
    return 0 if all(_right(one, portal) for one in results if one.client.startswith("govaudit")) else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=3000, help="HTML pages of the portal")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=1, help="rounds in which slow programs take part")
    parser.add_argument("--limit", type=float, default=900, help="seconds that one program may take")
    parser.add_argument("--busy", action="store_true", help="keep every processor busy with something else")
    parser.add_argument("--only", action="append", help="measure this program only; may be repeated")
    parser.add_argument("--json", type=Path, help="write every single figure into this file")
    parser.add_argument("--keep", type=Path, help="copy what the programs wrote into this folder")
    options = parser.parse_args(arguments)
    if not 25 <= options.pages <= MOST_PAGES:
        parser.error(f"--pages: 25 to {MOST_PAGES}")
    if not 1 <= options.rounds <= MOST_ROUNDS:
        parser.error(f"--rounds: 1 to {MOST_ROUNDS}")
    return options


@dataclass(frozen=True, slots=True)
class _Rig:
    """What all programs meet."""

    portal: Portal
    served: Served
    folder: Path
    options: argparse.Namespace


def _rounds(clients: Sequence[Client], rig: _Rig) -> Iterable[Result]:
    print(_LINE.format(*_HEADINGS))
    for number in range(1, rig.options.rounds + 1):
        for client in clients:
            if client.slow and number > rig.options.slow_rounds:
                continue
            result = _measure(client, number, rig)
            print(_line(result, rig.portal), flush=True)
            yield result


def _measure(client: Client, number: int, rig: _Rig) -> Result:
    portal, options = rig.portal, rig.options
    place = rig.folder / f"{number}-{client.name.replace(' ', '-')}"
    place.mkdir()
    output = place.with_suffix(".output")
    url = rig.served.gzip_url if client.compressed else rig.served.url
    rig.served.visits.since_last()
    run = run_measured(
        client.command(url, place),
        folder=place,
        output=output,
        limit=options.limit,
        environment=client.environment,
    )
    seen = rig.served.visits.since_last()
    found, problem = _found(client, place, output, run)
    broken = {f"{url.rstrip('/')}{path}" for path in portal.broken}
    if options.keep:
        shutil.copytree(place, options.keep / place.name, dirs_exist_ok=True)
        shutil.copy(output, options.keep / output.name)
    shutil.rmtree(place)
    served = {path.removesuffix("index.html") for status, path in seen if status < 400}
    return Result(
        client=client.name,
        round=number,
        run=run,
        pages=len(served.intersection(portal.pages)),
        requests=seen.total(),
        planted=len(found & broken),
        false=len(found - broken),
        problem=problem,
    )


@contextmanager
def _busy(wanted: bool) -> Iterator[None]:  # noqa: FBT001 - read where it is called
    """Another program on every processor while the context is open."""
    count = (os.cpu_count() or 1) if wanted else 0
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def _found(client: Client, place: Path, output: Path, run: Run) -> tuple[set[str], str]:
    """What the program calls broken, or why that cannot be told."""
    if run.cut:
        return set(), "took too long"
    try:
        return client.found(place, output), ""
    except (OSError, ValueError, KeyError) as error:
        words = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = words[-1] if words else type(error).__name__
        return set(), f"exit code {run.exit_code}: {last[:160]}"


def _right(result: Result, portal: Portal) -> bool:
    return (result.planted, result.false, result.pages) == (len(portal.broken), 0, len(portal.pages))


_LINE = "{:>5}  {:<14} {:>8} {:>8} {:>9} {:>8} {:>8} {:>9} {:>9} {:>6}  {}"
_HEADINGS = (
    "round", "program", "pages/s", "seconds", "CPU ms/pg", "peak MB", "pages", "requests", "found", "false", "",
)  # fmt: skip


def _line(result: Result, portal: Portal) -> str:
    return _LINE.format(
        result.round,
        result.client,
        f"{result.pages_a_second:.1f}",
        f"{result.run.seconds:.1f}",
        f"{result.cpu_milliseconds:.2f}",
        f"{result.run.megabytes:.0f}",
        result.pages,
        result.requests,
        f"{result.planted}/{len(portal.broken)}",
        result.false,
        result.problem,
    ).rstrip()


def _print_summary(results: Sequence[Result], rounds: int) -> None:
    """Medians, and the medians of the ratios within a round."""
    names = list(dict.fromkeys(result.client for result in results))
    print("\nmedians")
    line = "{:<14} {:>8} {:>9} {:>8}" + " {:>17}" * len(REFERENCES) * 2
    headings = [f"{what} : {name}" for name in REFERENCES for what in ("speed", "CPU")]
    print(line.format("program", "pages/s", "CPU ms/pg", "peak MB", *headings))
    for name in names:
        own = [result for result in results if result.client == name]
        ratios = [
            "" if ratio is None else f"{ratio:.2f}"
            for reference in REFERENCES
            for attribute in ("pages_a_second", "cpu_milliseconds")
            for ratio in [_ratio(results, name, reference, attribute, rounds)]
        ]
        print(
            line.format(
                name,
                f"{statistics.median(one.pages_a_second for one in own):.1f}",
                f"{statistics.median(one.cpu_milliseconds for one in own):.2f}",
                f"{statistics.median(one.run.megabytes for one in own):.0f}",
                *ratios,
            )
        )


def _print_goals(results: Sequence[Result], rounds: int) -> None:
    """What is asked of govaudit, and the medians that were measured."""
    print("\ngoals")
    for goal in GOALS:
        measured = (
            _ratio(results, goal.client, goal.reference, goal.attribute, rounds)
            if goal.reference
            else _median(results, goal.client, goal.attribute)
        )
        if measured is None:
            continue
        against = f" : {goal.reference}" if goal.reference else ""
        met = "met" if measured <= goal.limit else "NOT met"
        print(f"{goal.client}{against}, {goal.attribute}: {measured:.2f}, at most {goal.limit:g}: {met}")


def _median(results: Sequence[Result], name: str, attribute: str) -> float | None:
    values = [getattr(one, attribute) for one in results if one.client == name and not one.problem]
    return statistics.median(values) if values else None


def _ratio(results: Sequence[Result], name: str, reference: str, attribute: str, rounds: int) -> float | None:
    """Median over the rounds that both finished, ``None`` when there is none."""
    ratios = []
    for number in range(1, rounds + 1):
        pair = {one.client: one for one in results if one.round == number and one.pages and not one.problem}
        if name in pair and reference in pair:
            ratios.append(getattr(pair[name], attribute) / getattr(pair[reference], attribute))
    return statistics.median(ratios) if ratios else None


if __name__ == "__main__":
    sys.exit(main())
