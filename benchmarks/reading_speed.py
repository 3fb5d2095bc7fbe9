"""How much processor time the reader takes for a page, as a ratio to an older checkout or by stage.

Run: python benchmarks/reading_speed.py [--pages 600] [--folder DIR] [--against CHECKOUT] [--stages]

Pages are read once each in a fresh process, as a crawl reads them: those of the synthetic portal, or every HTML
file below a folder. With ``--against`` both codes read the same pages in turn, twenty at a time, and the ratio is
the median of the pairs: only it can be compared between machines and days.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

HERE = Path(__file__).resolve().parents[1]
PORTAL_PAGES = 3000
BATCH = 20
ADDRESS = "http://127.0.0.1/"
WORKER = "--worker"


def main() -> int:
    """Print milliseconds a page, and the ratio or the stages that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=600, help="how many pages are read (600)")
    parser.add_argument("--folder", type=Path, help="read the HTML files below this folder instead")
    parser.add_argument(
        "--repeat", type=int, default=1, help="how many times each page is read, one after the other"
    )
    parser.add_argument("--against", type=Path, help="an older checkout of the project")
    parser.add_argument("--stages", action="store_true", help="CPU time of each part of the reader")
    chosen = parser.parse_args()
    with TemporaryDirectory() as made:
        root = chosen.folder or _portal(Path(made))
        files = _files(root, chosen.pages) * chosen.repeat
        if not files:
            parser.error(f"no HTML file below {root}")
        batches = [files[start : start + BATCH] for start in range(0, len(files), BATCH)]
        checkouts = [HERE, *([chosen.against.resolve()] if chosen.against else [])]
        measured = _measured(checkouts, root, batches, stages=chosen.stages)
    for checkout, (times, first, stages) in zip(checkouts, measured, strict=True):
        pages = sum(len(batch) for batch in batches)
        print(
            f"{checkout}: {1000 * sum(times) / pages:.3f} ms CPU a page; the first took {1000 * first:.0f} ms"
        )
        for name, seconds in sorted(stages.items(), key=lambda one: -one[1]):
            print(f"  {1e6 * seconds / pages:8.1f} us  {name}")
    if chosen.against:
        ratios = sorted(own / other for own, other in zip(measured[0][0], measured[1][0], strict=True))
        print(
            f"ratio {median(ratios):.3f} (quarters {ratios[len(ratios) // 4]:.3f}, {ratios[-len(ratios) // 4]:.3f})"
        )
    return 0


def _portal(root: Path) -> Path:
    from synthetic_portal import build  # noqa: PLC0415

    build(root, PORTAL_PAGES)
    return root


def _files(root: Path, count: int) -> list[str]:
    found = sorted(str(file.relative_to(root)) for file in root.rglob("*.htm*") if file.is_file())
    random.Random(count).shuffle(found)  # noqa: S311
    return found[:count]


def _measured(
    checkouts: list[Path], root: Path, batches: list[list[str]], *, stages: bool
) -> list[tuple[list[float], float, dict[str, float]]]:
    """Of each checkout: CPU seconds of every batch, of the first page alone, seconds by stage."""
    with ExitStack() as running:
        workers = []
        for checkout in checkouts:
            command = [sys.executable, __file__, WORKER, str(root), "stages" if stages else ""]
            environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
            worker = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            workers.append(running.enter_context(worker))
        first = [_asked(worker, batches[0][:1]) for worker in workers]
        times: list[list[float]] = [[] for _ in workers]
        for number, batch in enumerate(batches):
            order = range(len(workers)) if number % 2 else reversed(range(len(workers)))
            for one in order:
                times[one].append(_asked(workers[one], batch))
        return [(times[one], first[one], _asked(worker, [])) for one, worker in enumerate(workers)]


def _asked(worker: subprocess.Popen[str], files: list[str]) -> Any:
    if worker.stdin is None or worker.stdout is None:
        raise RuntimeError("the worker has no pipes")
    worker.stdin.write(json.dumps(files) + "\n")
    worker.stdin.flush()
    return json.loads(worker.stdout.readline())


def _work(root: Path, *, stages: bool) -> None:
    """Answers lists of files with the CPU seconds that reading them takes, an empty list with the stages."""
    from govaudit.crawler.reading import page  # noqa: PLC0415

    spent: dict[str, float] = {}
    if stages:
        _watch(page, spent)
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    for line in sys.stdin:
        files = json.loads(line)
        bodies = [(root / file).read_bytes() for file in files]
        start = process_time()
        for file, body in zip(files, bodies, strict=True):
            address = ADDRESS + file.removesuffix("index.html")
            page.read_page(body, address, "text/html", home=file == "index.html")
        print(json.dumps(process_time() - start if files else spent), flush=True)


def _watch(module: Any, spent: dict[str, float]) -> None:
    """Adds up the time of everything that the module takes from the reader's other modules."""

    def watched(name: str, called: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            start = process_time()
            try:
                return called(*arguments, **named)
            finally:
                spent[name] = spent.get(name, 0.0) + process_time() - start

        return call

    for name, value in list(vars(module).items()):
        origin = getattr(value, "__module__", None) or ""
        if callable(value) and origin.startswith("govaudit.crawler.reading.") and origin != module.__name__:
            if isinstance(value, type) and name not in {"Anchors", "Resolver"}:
                continue
            setattr(module, name, watched(name, value))


if __name__ == "__main__":
    if sys.argv[1:2] == [WORKER]:
        _work(Path(sys.argv[2]), stages=sys.argv[3] == "stages")
    else:
        sys.exit(main())
