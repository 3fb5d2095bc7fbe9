"""How many sites one machine can watch: processor time, memory and punctuality of ``govaudit watch``.

    python benchmarks/watch_load.py                                  # 2,000 sites, a visit a minute each: 5 minutes
    python benchmarks/watch_load.py --sites 200 --minutes 2          # a first look

Every site is a loopback address of its own; one of fifty answers at no port. The home page has about 40 KB, with a
clock in it, so that it is read on every visit. The watch visits a site as often in a minute as it would in an hour
of the ordinary plan (``--per-day 1440`` against 24), which is sixty times the load.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from clients import program_beside_python
from govaudit.inspection.watch_log import Outcome, Visit, WatchLog
from measured_process import run_measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection

ORDINARY = 24
DEAD = 50
MOST_LATE = 15.0
_LINKS = "".join(
    f'<li><a href="/zwgk/tzgg/202611/t202611{day:02}_{number}.html">关于做好第{number}项工作的通知</a>'
    f"<span>2026-11-{day:02}</span></li>\n"
    for day in range(1, 23)
    for number in range(12)
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark. Exit code 1 when visits were missed or came late."""
    options = _options(arguments)
    program = program_beside_python("govaudit")
    if program is None:
        print("govaudit is not installed beside this Python", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="govaudit-watch-") as name, _server() as port:
        folder = Path(name)
        keys = _workspace(folder, port, options.sites, options.per_day)
        begun = time.time()
        run = run_measured(
            [str(program), "watch", "--allow-private", "--rate", "0"],
            folder=folder,
            output=folder / "output.txt",
            limit=options.minutes * 60,
            environment={},
        )
        ended = time.time()
        with closing(WatchLog.open(folder / "watch.sqlite")) as log:
            visits = {key: list(log.visits(key, 0, ended)) for key in keys}
        size = (folder / "watch.sqlite").stat().st_size
    if not run.cut:
        print("the watch ended by itself", file=sys.stderr)
        return 1
    made = [one for found in visits.values() for one in found]
    first = sorted(min(one.at for one in found) - begun for found in visits.values() if found)
    # New sites are due at once: the plan begins to be kept when all of them had their first visit.
    settled = begun + first[-1]
    planned = [one for one in made if one.slot > settled]
    late = sorted(one.at - one.slot for one in planned)
    expected = options.sites * options.per_day * (ended - settled) / 86_400
    print(f"sites {options.sites}, {options.minutes:g} minutes, {options.per_day} visits a day and site")
    print(f"first visit of every site after {first[-1]:.1f} s ({len(first)} sites)")
    print(f"visits {len(made)}, at their moment {len(planned)} (plan: about {expected:.0f})")
    print(_outcomes(made))
    print(
        f"late by: median {statistics.median(late):.3f} s, 99 % {late[len(late) * 99 // 100]:.3f} s,"
        f" most {late[-1]:.3f} s"
    )
    cpu = run.cpu_seconds / len(made)
    print(
        f"processor: {run.cpu_seconds:.1f} s in {run.seconds:.0f} s, {1000 * cpu:.2f} ms a visit;"
        f" the ordinary plan ({ORDINARY} a day): {100 * cpu * options.sites * ORDINARY / 86_400:.2f} % of one"
    )
    print(f"memory: {run.megabytes:.0f} MB; log: {size / len(made):.0f} bytes a visit")
    return int(late[-1] > MOST_LATE or len(planned) < 0.9 * expected)


def _outcomes(made: Sequence[Visit]) -> str:
    counted = {one: sum(visit.outcome() is one for visit in made) for one in Outcome}
    return ", ".join(f"{outcome.value} {count}" for outcome, count in counted.items())


def _workspace(folder: Path, port: int, sites: int, per_day: int) -> list[str]:
    """A site list of loopback addresses; gives the sites' keys."""
    rows, keys = ["code,name,url"], []
    for number in range(sites):
        key = f"44{number:08}"
        address = f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"
        rows.append(f"{key},网站{number},http://{address}:{port if number % DEAD else port + 1}/")
        keys.append(key)
    (folder / "sites.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "govaudit.toml").write_text(f"[watch]\nper_day = {per_day}\n", encoding="utf-8")
    return keys


@contextmanager
def _server() -> Iterator[int]:
    """A server in a process of its own, at every loopback address; gives its port."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(told: Connection) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            return
        html = (
            "<!DOCTYPE html><html><head><meta charset='utf-8'><title>某市人民政府</title>"
            "<meta name='SiteName' content='某市人民政府'></head>"
            f"<body><p>{time.time()}</p><ul>{_LINKS}</ul></body></html>"
        ).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(html)}\r\n\r\n"
        writer.write(head.encode() + html)
        await writer.drain()
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=1000)  # noqa: S104 - loopback addresses
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sites", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--per-day", type=int, default=1440)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
