"""Killed, out of disk, cut off: does the run that goes on say what an undisturbed one says?

Run: python benchmarks/kill_matrix.py [--kills 20] [--seed 1] [--state 2026Q4] [--disk-full] [--network-loss] [--keep]

The demo portals with every planted fault are inspected through a gate that counts requests. In each round the
inspection is killed (SIGKILL, with all its workers) when the counter reaches a random number, started again, killed
once more, and started a third time to the end. Its ``findings.json`` is then held against that of an undisturbed run:
the same findings with the same content, times aside, and the same results of sites and checks.

``--disk-full``: the workspace lies on a small file system (a tmpfs; needs the right to mount) that fills up, and is
given more room before the second start. ``--network-loss``: instead of being killed, the inspection loses the
network at a random request: all portals and the name server fall silent, and come back after a number of knocks.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec

from govaudit.demo.server import running_portals
from govaudit.inspection.errors import GovauditError
from govaudit.inspection.run import Network, nameserver_address
from govaudit.inspection.workspace import open_workspace
from govaudit.workflow.inspect import RunOptions, begin_run, inspect_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from govaudit.demo.server import DemoPortals

_SERVER_FAILED = b"\x81\x82"
"""Flags of a DNS answer that says SERVFAIL."""
TIMES = frozenset({"measured_at", "first_seen", "last_seen", "evidence", "sha256", "path"})


class Gate:
    """Counts the connections' requests on their way to the portals. ``at``: at which one ``happens`` is called;
    ``silent``: how many are reset after that."""

    def __init__(self) -> None:
        self.requests = 0
        self.at = 0
        self.silent = 0
        self.happens: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self._names: socket.socket | None = None

    def lets_pass(self) -> bool:
        """Count one request."""
        with self._lock:
            self.requests += 1
            if self.at and self.requests >= self.at:
                self.at = 0
                self.happens()
            if self.silent:
                self.silent -= 1
                return False
            return True

    @contextmanager
    def before(self, family: int) -> Iterator[socket.socket]:
        """A socket for ``serve``, to be bound."""
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            yield listener

    def serve(self, listener: socket.socket, port: int) -> None:
        """Pass connections on until the listener is closed."""
        listener.listen(128)
        host = listener.getsockname()[0]

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=self._pass_on, args=(client, (host, port)), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()

    def nameserver(self, behind: str) -> str:
        """Address of a name server in front of ``behind``, always the same: findings name it."""
        if self._names is None:
            self._names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._names.bind(("127.0.0.1", 0))
            threading.Thread(target=self.resolve, args=(self._names, behind), daemon=True).start()
        return f"127.0.0.1:{self._names.getsockname()[1]}"

    def resolve(self, listener: socket.socket, nameserver: str) -> None:
        """Pass questions on to the name server, one after another, until the listener is closed; while the network is
        silent they come back as failed."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.connect(nameserver_address(nameserver))
            while True:
                try:
                    question, client = listener.recvfrom(65_536)
                    if self.silent:
                        answer = question[:2] + _SERVER_FAILED + question[4:]
                    else:
                        server.send(question)
                        answer = server.recv(65_536)
                    listener.sendto(answer, client)
                except OSError:
                    return

    def _pass_on(self, client: socket.socket, portal: tuple[str, int]) -> None:
        try:
            with client, socket.create_connection(portal) as server:
                threading.Thread(target=_pour, args=(server, client), daemon=True).start()
                while request := client.recv(65_536):
                    if not self.lets_pass():
                        return
                    server.sendall(request)
        except OSError:
            return


def _pour(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def gated(portals: DemoPortals, gate: Gate) -> Iterator[Network]:
    """The network by which the portals are reached through the gate; what is closed stays closed."""
    with ExitStack() as stack:
        places: dict[int, int] = {}
        for port in sorted(set(portals.connect_port.values())):
            first = stack.enter_context(gate.before(socket.AF_INET))
            if not _listens(port, socket.AF_INET):
                places[port] = port
                continue
            first.bind(("127.0.0.1", 0))
            places[port] = first.getsockname()[1]
            gate.serve(first, port)
            if portals.ipv6:
                second = stack.enter_context(gate.before(socket.AF_INET6))
                second.bind(("::1", places[port]))
                if _listens(port, socket.AF_INET6):
                    gate.serve(second, port)
        yield Network(
            nameserver=gate.nameserver(portals.nameserver), allow_private=True, rate=0.0,
            connect_port={name: places[port] for name, port in portals.connect_port.items()},
        )  # fmt: skip


def _listens(port: int, family: int) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(("127.0.0.1" if family == socket.AF_INET else "::1", port)) == 0


def inspect_here(root: Path, state: str, as_of: str, network: str) -> int:
    """In a process of its own: the whole inspection. Returns 5 when the disk is full."""
    from datetime import datetime  # noqa: PLC0415 - the child's own work

    from govaudit.demo.server import demo_sites  # noqa: PLC0415

    options = RunOptions(
        run=state, as_of=datetime.fromisoformat(as_of), network=msgspec.json.decode(network, type=Network),
        formats=("json",), jobs=2,
    )  # fmt: skip
    workspace = open_workspace(root)
    try:
        end = inspect_run(
            workspace, begin_run(workspace, demo_sites(), options, listed=True), options, lambda _: None
        )
    except GovauditError as error:
        print(*(problem.key for problem in error.problems), file=sys.stderr)
        return 5
    for problem in end.problems:
        print(problem.key, problem.arguments, file=sys.stderr)
    print(end.crashes, file=sys.stderr)
    return 5 if end.problems else end.exit_code(strict=True)


class Inspection:
    """One inspection in a process group of its own."""

    def __init__(self, root: Path, portals: DemoPortals, network: Network) -> None:
        command = [
            sys.executable, __file__, "--inspect", str(root), portals.state, portals.as_of.isoformat(),
            msgspec.json.encode(network).decode(),
        ]  # fmt: skip
        self.log = root.with_name(f"{root.name}.log")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stderr=log, start_new_session=True)

    def kill(self) -> None:
        """SIGKILL for it and all its workers."""
        os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> int:
        """Wait for its end."""
        return self.process.wait()


def told(root: Path, state: str) -> dict[str, Any]:
    """What a run says, without the moments at which it looked."""
    data = json.loads((root / "reports" / state / "findings.json").read_text(encoding="utf-8"))
    findings = {one["id"]: _timeless(one) for one in data["findings"]}
    sites = {
        one["code"]: _timeless({**one, "coverage": {**one["coverage"], "flapping": 0}})
        for one in data["sites"]
    }
    return {"findings": findings, "sites": sites}


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(part) for name, part in value.items() if name not in TIMES}
    return [_timeless(part) for part in value] if isinstance(value, list) else value


def differences(mine: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Everything in which two runs differ."""
    found = []
    for part in ("findings", "sites"):
        for name in sorted(mine[part].keys() | theirs[part].keys()):
            one, other = mine[part].get(name), theirs[part].get(name)
            if one != other:
                found.append(f"{part} {name}: {_first_difference(one, other)}")
    return found


def _first_difference(one: Any, other: Any) -> str:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            if one.get(name) != other.get(name):
                return f"{name}: {_first_difference(one.get(name), other.get(name))}"
    return f"{str(one)[:160]} | undisturbed: {str(other)[:160]}"


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of that size at ``folder``."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _killed_twice(folder: Path, portals: DemoPortals, gate: Gate, chance: random.Random, total: int) -> str:
    moments = []
    for _ in range(2):
        gate.requests, gate.at = 0, chance.randrange(1, total)
        moments.append(gate.at)
        with gated(portals, gate) as network:
            inspection = Inspection(folder, portals, network)
            gate.happens = inspection.kill
            inspection.end()
        gate.at = 0
    return f"killed at {moments[0]} and {moments[1]}"


def _filled(folder: Path, portals: DemoPortals, gate: Gate, chance: random.Random) -> str:
    size = chance.randrange(60, 2400)
    with small_disk(folder, f"{size}k"), gated(portals, gate) as network:
        code = Inspection(folder, portals, network).end()
        shutil.copytree(folder, folder.with_name(f"{folder.name}-saved"))
    shutil.rmtree(folder)
    folder.with_name(f"{folder.name}-saved").rename(folder)
    return f"disk of {size} KiB, exit {code}"


def _cut_off(folder: Path, portals: DemoPortals, gate: Gate, chance: random.Random, total: int) -> str:
    gate.requests, gate.at = 0, chance.randrange(1, total)
    knocks = chance.randrange(40, 120)
    moment = gate.at

    def fall_silent() -> None:
        gate.silent = knocks

    gate.happens = fall_silent
    with gated(portals, gate) as network:
        Inspection(folder, portals, network).end()
    left, gate.at, gate.silent = gate.silent, 0, 0
    return f"cut off at {moment} for {knocks - left} requests"


def main(arguments: argparse.Namespace) -> int:
    """Print a line for each round and how many differ. Returns 1 when one does."""
    chance = random.Random(arguments.seed)  # noqa: S311 - moments, no secrets
    gate = Gate()
    folder = Path(tempfile.mkdtemp(prefix="kill-matrix-"))
    bad = 0
    with running_portals(arguments.state) as portals:
        with gated(portals, gate) as network:
            Inspection(folder / "whole", portals, network).end()
        total, whole = gate.requests, told(folder / "whole", arguments.state)
        print(f"undisturbed: {total} requests, {len(whole['findings'])} findings; seed {arguments.seed}")
        for number in range(1, arguments.kills + 1):
            started = perf_counter()
            place = folder / f"round{number}"
            if arguments.disk_full:
                what = _filled(place, portals, gate, chance)
            elif arguments.network_loss:
                what = _cut_off(place, portals, gate, chance, total)
            else:
                what = _killed_twice(place, portals, gate, chance, total)
            with gated(portals, gate) as network:
                code = Inspection(place, portals, network).end()
            found = differences(told(place, arguments.state), whole)
            bad += bool(found) or code != 0
            seconds = perf_counter() - started
            print(
                f"{number:3}  {what:44}  {'the same' if not found else f'{len(found)} differ'}  {seconds:5.1f} s",
                flush=True,
            )
            for one in found[:10]:
                print(f"       {one}")
    print(f"{arguments.kills - bad} of {arguments.kills} rounds say what the undisturbed run says")
    if arguments.keep:
        print(folder)
    else:
        shutil.rmtree(folder)
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inspect"]:
        sys.exit(inspect_here(Path(sys.argv[2]), *sys.argv[3:6]))
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20, help="rounds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", default="2026Q4")
    parser.add_argument("--disk-full", action="store_true")
    parser.add_argument("--network-loss", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the workspaces")
    sys.exit(main(parser.parse_args()))
