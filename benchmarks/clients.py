"""The programs that are measured: how each is called and how its broken links are read."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from synthetic_portal import AS_OF

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
_WGET_BROKEN = re.compile(r"^Found \d+ broken links?\.$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Client:
    """``command``: start address and an empty folder → what is run in that folder. ``found``: folder and output
    file → the addresses it calls broken. ``slow``: measured in the first rounds only; ``compressed``: meets the
    portal compressed."""

    name: str
    command: Callable[[str, Path], list[str]]
    found: Callable[[Path, Path], set[str]]
    slow: bool = False
    compressed: bool = False
    environment: dict[str, str] = field(default_factory=dict)


def installed_clients() -> tuple[list[Client], list[str]]:
    """Those that can be measured here, and the names of those that are not installed."""
    tools = {
        "wget": shutil.which("wget"),
        "govaudit crawl": program_beside_python("govaudit"),
        "govaudit": program_beside_python("govaudit"),
        "govaudit gzip": program_beside_python("govaudit"),
        "plain spider": sys.executable,
        "linkchecker": program_beside_python("linkchecker"),
        "linkinator": shutil.which("linkinator"),
    }
    makers: dict[str, Callable[[str], Client]] = {
        "wget": _wget,
        "govaudit crawl": _govaudit_crawl,
        "govaudit": _govaudit,
        "govaudit gzip": _govaudit_gzip,
        "plain spider": _plain_spider,
        "linkchecker": _linkchecker,
        "linkinator": _linkinator,
    }
    clients = [makers[name](program) for name, program in tools.items() if program]
    return clients, [name for name, program in tools.items() if not program]


def program_beside_python(name: str) -> str | None:
    """The installed program of that name, first the one beside this Python."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def _govaudit_options(folder: Path) -> list[str]:
    terms = ["--workspace", str(folder), "--run", "speed", "--as-of", f"{AS_OF}", "--allow-private"]
    return [*terms, "--rate", "0", "--max-pages", "0", "--concurrency", "32", "--browser", "never"]


def _govaudit(program: str) -> Client:
    """The whole inspection: crawl, all checks, all facts stored, every report of the installation."""

    def command(url: str, folder: Path) -> list[str]:
        return [program, "inspect", url, *_govaudit_options(folder)]

    def found(folder: Path, _: Path) -> set[str]:
        report = json.loads((folder / "reports" / "speed" / "findings.json").read_text(encoding="utf-8"))
        return {
            str(finding["subject"])
            for finding in report["findings"]
            if finding["check"].startswith("LNK") and finding["verdict"] == "fail"
        }

    return Client("govaudit", command, found, environment={"GOVAUDIT_LANG": "en"})


def _govaudit_gzip(program: str) -> Client:
    return replace(_govaudit(program), name="govaudit gzip", compressed=True)


def _govaudit_crawl(program: str) -> Client:
    """Crawl, read and store, nothing judged: what is broken is read from the stored looks."""

    def command(url: str, folder: Path) -> list[str]:
        return [program, "crawl", url, *_govaudit_options(folder)]

    def found(folder: Path, _: Path) -> set[str]:
        (file,) = (folder / "runs" / "speed").glob("*.sqlite")
        with closing(sqlite3.connect(file)) as facts:
            rows = facts.execute(
                "SELECT url FROM url JOIN fetch ON fetch.url_id = url.id GROUP BY url HAVING min(status) >= 400"
            )
            return {url for (url,) in rows}

    return Client("govaudit crawl", command, found, environment={"GOVAUDIT_LANG": "en"})


def _plain_spider(program: str) -> Client:
    def command(url: str, folder: Path) -> list[str]:
        return [program, str(HERE / "plain_spider.py"), url, str(folder / "broken.txt")]

    def found(folder: Path, _: Path) -> set[str]:
        return set((folder / "broken.txt").read_text(encoding="utf-8").split())

    return Client("plain spider", command, found, slow=True)


def _wget(program: str) -> Client:
    def command(url: str, _: Path) -> list[str]:
        return [program, "--spider", "-r", "-l", "inf", "-p", "-nv", "-e", "robots=off", "-t", "1", url]

    def found(_: Path, output: Path) -> set[str]:
        text = output.read_text(encoding="utf-8", errors="replace")
        heading = _WGET_BROKEN.search(text)
        rest = text[heading.end() :] if heading else ""
        return {line for line in rest.splitlines() if line.startswith("http")}

    return Client("wget", command, found, environment={"LC_ALL": "C"})


def _linkchecker(program: str) -> Client:
    """Its report goes to the standard output: as root it drops its rights and could not write a file."""

    def command(url: str, folder: Path) -> list[str]:
        settings = folder / "linkcheckerrc"
        settings.write_text("[checking]\nmaxrequestspersecond=100000\nthreads=10\n", encoding="utf-8")
        options = ["--no-status", "--no-warnings", "--no-robots", "-r", "-1", "-o", "csv/utf-8"]
        return [program, "-f", str(settings), *options, url]

    def found(_: Path, output: Path) -> set[str]:
        text = output.read_text(encoding="utf-8", errors="replace")
        table = text[text.index("urlname;") :].splitlines()
        rows = csv.DictReader((line for line in table if not line.startswith("#")), delimiter=";")
        return {row["url"] for row in rows if row["valid"] == "False"}

    return Client("linkchecker", command, found, slow=True)


def _linkinator(program: str) -> Client:
    def command(url: str, _: Path) -> list[str]:
        return [program, url, "--recurse", "--format", "json", "--concurrency", "64", "--timeout", "30000"]

    def found(_: Path, output: Path) -> set[str]:
        text = output.read_text(encoding="utf-8", errors="replace")
        report = json.loads(text[text.index("{") : text.rindex("}") + 1])
        return {str(link["url"]) for link in report["links"] if link["state"] == "BROKEN"}

    return Client("linkinator", command, found, slow=True)
