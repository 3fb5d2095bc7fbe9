"""What this machine can do for an inspection, tried and not guessed."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from govaudit.crawler.browser.installed import find_browser
from govaudit.crawler.probes.self_check import check_route

if TYPE_CHECKING:
    from pathlib import Path

_FONTS_LINE = "apt-get install fontconfig fonts-wqy-microhei"
_LEAST_FREE = 5 * 1024**3
"""Bytes that the facts and reports of a large run may need."""

Subject = Literal["browser", "font", "ipv6", "disk"]


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing that was tried. ``detail``: what was found, or why it does not work; ``install``: the line that
    installs what is missing, empty where nothing can be installed."""

    subject: Subject
    works: bool
    detail: str
    install: str = ""


def examine(folder: Path) -> tuple[Ability, ...]:
    """Try the browser, look for a Chinese font, ask for an IPv6 route (nothing is sent), and measure the room where
    runs are stored."""
    return (_browser(), _font(), _ipv6(), _disk(folder))


def _browser() -> Ability:
    installed = find_browser()
    if not installed.usable:
        return Ability("browser", works=False, detail=installed.missing, install=installed.install)
    from playwright.async_api import Error  # noqa: PLC0415 - an optional library

    from govaudit.crawler.browser.renderer import version_of  # noqa: PLC0415

    try:
        version = asyncio.run(version_of(installed.program))
    except (Error, TimeoutError) as error:
        why = str(error).strip().partition("\n")[0]
        return Ability("browser", works=False, detail=f"{installed.program}: {why}")
    return Ability("browser", works=True, detail=f"{installed.program} {version}")


def _font() -> Ability:
    program = shutil.which("fc-list")
    if program is None:
        return Ability("font", works=False, detail="fc-list", install=_FONTS_LINE)
    told = subprocess.run([program, ":lang=zh", "family"], capture_output=True, text=True, check=False)  # noqa: S603
    families = sorted(filter(None, (line.partition(",")[0].strip() for line in told.stdout.splitlines())))
    if not families:
        return Ability("font", works=False, detail="", install=_FONTS_LINE)
    return Ability("font", works=True, detail=families[0])


def _ipv6() -> Ability:
    route = check_route(())
    return Ability("ipv6", works=route.route, detail=route.detail)


def _disk(folder: Path) -> Ability:
    place = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(place).free
    return Ability("disk", works=free >= _LEAST_FREE, detail=f"{free / 1024**3:.1f} GiB ({place})")
