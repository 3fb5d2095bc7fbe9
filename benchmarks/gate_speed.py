"""How long a gate over a folder of built pages takes, beside programs that only check its links.

    python benchmarks/gate_speed.py --pages 300 --rounds 5
    python benchmarks/gate_speed.py --pages 5000 --rounds 1

A synthetic portal is built into a temporary folder. ``govaudit gate`` and lychee are given the folder; wget and
linkinator are given its address while it is served on loopback, by the same server that the gate starts for itself.
The programs run one after another, round by round; cold start included. See README.md for what is counted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from clients import installed_clients, program_beside_python
from govaudit.workflow.served_folder import served_folder
from measured_process import Run, run_measured
from synthetic_portal import AS_OF, build

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clients import Client
    from synthetic_portal import Portal

BASE = "https://www.example.gov.cn/"
LIMIT = 900.0
_COMPILED = {
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": f"{tempfile.gettempdir()}/govaudit-gate-speed",
}
"""An installed program is compiled; one run from its sources is so after the round that is not counted."""
GOALS = {300: 6.0, 5000: 60.0}
"""Pages → seconds that a gate may take on two processors that have nothing else to do."""


@dataclass(frozen=True, slots=True)
class Program:
    """``command``: folder of pages, its address, an empty folder → what is run. ``broken``: what it calls broken, as
    paths, from the empty folder and its output."""

    name: str
    command: Callable[[Path, str, Path], list[str]]
    broken: Callable[[Path, Path], set[str]]


@dataclass(frozen=True, slots=True)
class Result:
    """One program in one round; ``missed`` and ``false`` of the planted broken links."""

    program: str
    run: Run
    missed: int
    false: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark. Exit code 1 when the gate missed a planted link or invented one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", help="measure this program only; may be repeated")
    options = parser.parse_args(arguments)
    programs = [one for one in _programs() if not options.only or one.name in options.only]
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="govaudit-gate-speed-") as name:
        folder = Path(name)
        portal = build(folder / "portal", options.pages)
        print(f"{len(portal.pages)} pages with {portal.links_a_page:.0f} links, {len(portal.broken)} broken")
        print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        print(_LINE.format("program", "seconds", "CPU s", "peak MB", "missed", "false"))
        for number in range(options.rounds + 1):
            for program in programs:
                place = folder / f"{number}-{program.name}"
                place.mkdir()
                if number == 0:
                    _measured(program, build(folder / "small", 25), folder / "small", place)
                    continue
                results.append(_measured(program, portal, folder / "portal", place))
                print(_told(results[-1]), flush=True)
    _summary(results, programs, options.pages)
    gates = [one for one in results if one.program == "govaudit gate"]
    return 1 if any(one.missed or one.false for one in gates) else 0


def _measured(program: Program, portal: Portal, folder: Path, place: Path) -> Result:
    output = place / "output"
    with served_folder(folder) as port:
        run = run_measured(
            program.command(folder, f"http://127.0.0.1:{port}/", place),
            folder=place,
            output=output,
            limit=LIMIT,
            environment={"GOVAUDIT_LANG": "en", "LC_ALL": "C", "no_proxy": "*", **_COMPILED},
        )
    found = program.broken(place, output)
    planted = set(portal.broken)
    return Result(program.name, run, missed=len(planted - found), false=len(found - planted))


def _programs() -> list[Program]:
    programs = []
    gate = program_beside_python("govaudit")
    if gate:
        programs.append(Program("govaudit gate", _gate_command(gate), _gate_broken))
    lychee = program_beside_python("lychee")
    if lychee:
        programs.append(Program("lychee", _lychee_command(lychee), _lychee_broken))
    clients, missing = installed_clients()
    missing = [name for name in missing if name in {"wget", "linkinator"}] + ([] if lychee else ["lychee"])
    if missing:
        print(f"not installed: {', '.join(missing)}")
    programs += [_over_http(client) for client in clients if client.name in {"wget", "linkinator"}]
    return programs


def _over_http(client: Client) -> Program:
    return Program(
        client.name,
        lambda _, url, place: client.command(url, place),
        lambda place, output: _paths(client.found(place, output)),
    )


def _gate_command(program: str) -> Callable[[Path, str, Path], list[str]]:
    """All checks that a folder can answer, all pages read, findings and the page for people written."""

    def command(folder: Path, _: str, place: Path) -> list[str]:
        terms = ["--base-url", BASE, "--as-of", f"{AS_OF}", "--max-pages", "0", "--workspace", str(place)]
        return [program, "gate", str(folder), *terms, "--out", str(place / "report"), "--report-only"]

    return command


def _gate_broken(place: Path, _: Path) -> set[str]:
    report = json.loads((place / "report" / "findings.json").read_text(encoding="utf-8"))
    return _paths({one["subject"] for one in report["findings"] if one["check"] == "LNK001"})


def _lychee_command(program: str) -> Callable[[Path, str, Path], list[str]]:
    def command(folder: Path, _: str, place: Path) -> list[str]:
        terms = ["--offline", "--no-progress", "--root-dir", str(folder), "--index-files", "index.html"]
        return [program, *terms, "--format", "json", "--output", str(place / "links.json"), str(folder)]

    return command


def _lychee_broken(place: Path, _: Path) -> set[str]:
    report = json.loads((place / "links.json").read_text(encoding="utf-8"))
    root = str(place.parent / "portal")
    named = {one["url"] for page in report["error_map"].values() for one in page}
    return {unquote(urlsplit(url).path).removeprefix(root) for url in named}


def _paths(urls: set[str]) -> set[str]:
    return {urlsplit(url).path for url in urls}


_LINE = "{:<14} {:>8} {:>8} {:>8} {:>7} {:>6}"


def _told(result: Result) -> str:
    run = result.run
    figures = (f"{run.seconds:.1f}", f"{run.cpu_seconds:.1f}", f"{run.megabytes:.0f}")
    return _LINE.format(result.program, *figures, result.missed, result.false)


def _summary(results: Sequence[Result], programs: Sequence[Program], pages: int) -> None:
    """Medians, and the gate's over those of the others."""
    medians = {
        one.name: tuple(
            statistics.median(getattr(result.run, name) for result in results if result.program == one.name)
            for name in ("seconds", "cpu_seconds")
        )
        for one in programs
    }
    print("\nmedians")
    for name, (seconds, cpu) in medians.items():
        print(f"{name:<14} {seconds:.1f} s, {cpu:.1f} s of processor time")
    gate = medians.get("govaudit gate")
    if gate is None:
        return
    for name, (seconds, cpu) in medians.items():
        if name != "govaudit gate":
            print(f"govaudit gate : {name}: time {gate[0] / seconds:.2f}, processor time {gate[1] / cpu:.2f}")
    if pages in GOALS:
        met = "met" if gate[0] <= GOALS[pages] else "NOT met"
        print(f"goal for {pages} pages: at most {GOALS[pages]:g} s: {met}")


if __name__ == "__main__":
    if shutil.which("wget") is None:
        print("wget is the reference: apt-get install wget", file=sys.stderr)
    sys.exit(main())
