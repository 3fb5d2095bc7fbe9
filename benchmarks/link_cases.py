"""Every case of a link, put before govaudit and before other checkers of links: who says what.

    python benchmarks/link_cases.py [--tools FOLDER …] [--out TABLE.md]

The checkers are looked for on the search path and in the folders given: lychee, linkchecker, linkinator. Those that
cannot be given a name server get the same cases by numbers. Nothing leaves this machine.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.http_site import Reply
from tests.support.link_cases import CASES, Case, Served, home_of, served_cases

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECONDS = 4
LIMIT = 300
PAGE = "/cases.html"
_WORDS = {"fail": "broken", "review": "review", "inconclusive": "undecided", "pass": "ok"}

Said = dict[str, str]
"""Address → ``ok`` or ``broken``."""


def lychee(program: str, url: str, folder: Path, environment: Mapping[str, str]) -> Said:
    """Links that lychee saw, fragments included."""
    out = folder / "lychee.json"
    command = [
        program, "--no-progress", "--format", "json", "--verbose", "--verbose", "--include-fragments=anchor-only",
        "--include-mail", "--timeout", str(SECONDS), "--max-retries", "1", "--output", str(out), url,
    ]  # fmt: skip
    _run(command, folder, environment)
    report = json.loads(out.read_text(encoding="utf-8"))
    said: Said = {}
    for name, word in (("success_map", "ok"), ("excluded_map", "excluded"), ("error_map", "broken"),
                       ("timeout_map", "timeout")):  # fmt: skip
        for entries in report.get(name, {}).values():
            said |= {_plain(entry["url"]): word for entry in entries}
    return said


def linkchecker(program: str, url: str, folder: Path, environment: Mapping[str, str]) -> Said:
    """Links that LinkChecker saw; warnings told apart."""
    command = [
        program, "--verbose", "--no-status", "--output", "csv/utf-8", "--check-extern", "--no-robots",
        "--recursion-level", "1", "--timeout", str(SECONDS), url,
    ]  # fmt: skip
    text = _run(command, folder, environment)
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    said: Said = {}
    for row in csv.DictReader(io.StringIO("\n".join(lines)), delimiter=";"):
        word = "broken" if row["valid"] == "False" else "warning" if row["warningstring"] else "ok"
        for key in (row["urlname"], row["url"]):
            said.setdefault(_plain(_joined(url, key)), word)
    return said


def linkinator(program: str, url: str, folder: Path, environment: Mapping[str, str]) -> Said:
    """Links that linkinator saw, fragments and style sheets included."""
    command = [
        program, url, "--format", "json", "--timeout", str(SECONDS * 1000), "--check-css", "--check-fragments",
    ]  # fmt: skip
    text = _run(command, folder, environment)
    report = json.loads(text[text.index("{") :])
    words = {"OK": "ok", "BROKEN": "broken", "SKIPPED": "skipped"}
    return {_plain(one["url"]): words[one["state"]] for one in report["links"]}


TOOLS: dict[str, Callable[[str, str, Path, Mapping[str, str]], Said]] = {
    "lychee": lychee,
    "linkchecker": linkchecker,
    "linkinator": linkinator,
}


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=dict(environment), capture_output=True, text=True, timeout=LIMIT, check=False
    )
    return done.stdout


def _plain(address: str) -> str:
    return unquote(address).rstrip("/")


def said_of(case: Case, served: Served, said: Said) -> str:
    """What a checker says of a case, ``not seen`` when it never found the link."""
    written = served.address(case).replace("&lt;", "<").replace("&gt;", ">")
    for address in (written, _joined(served.url, written), _joined(served.url, written).partition("#")[0]):
        if _plain(address) in said:
            return said[_plain(address)]
    return "not seen"


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(f"{base.rstrip('/')}{PAGE}", address)
    except ValueError:
        return address


def main() -> None:
    """Serve, ask, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--tools", type=Path, nargs="*", default=[], help="folders in which checkers are installed"
    )
    parser.add_argument("--out", type=Path, help="where the table is written")
    options = parser.parse_args()
    path = os.pathsep.join([*map(str, options.tools), os.environ.get("PATH", "")])
    programs = {name: found for name in TOOLS if (found := shutil.which(name, path=path))}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        with served_cases(folder) as served:
            plain = served.without_names()
            authority = str(folder / "trusted.pem")
            environment = os.environ | {
                "PATH": path, "NO_COLOR": "1", "SSL_CERT_FILE": authority, "REQUESTS_CA_BUNDLE": authority,
                "NODE_EXTRA_CA_CERTS": authority, "HOME": name,
            }  # fmt: skip
            columns: dict[str, Said] = {}
            for tool, program in programs.items():
                served.server.forget()
                served.server.add(PAGE, Reply(body=home_of(plain)))
                columns[tool] = TOOLS[tool](program, f"{plain.url.rstrip('/')}{PAGE}", folder, environment)
            table = "\n".join(_lines(plain, columns))
    print(table)
    if options.out:
        options.out.write_text(f"{table}\n", encoding="utf-8")


def _lines(served: Served, columns: Mapping[str, Said]) -> list[str]:
    lines = [
        f"| case | written | {' | '.join(columns)} | govaudit |",
        f"| --- | --- |{' --- |' * (len(columns) + 1)}",
    ]
    for case in CASES:
        said = [said_of(case, served, one) for one in columns.values()]
        ours = f"{_WORDS[case.verdict]}{f' ({case.check} {case.fault})' if case.check else ''}"
        lines.append(f"| {case.name} | `{case.url}` | {' | '.join(said)} | {ours} |")
    return lines


if __name__ == "__main__":
    main()
