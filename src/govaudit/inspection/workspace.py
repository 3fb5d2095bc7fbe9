"""A workspace: the folder with the user's settings, site list and profiles, and everything that runs leave."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from govaudit.inspection.ages import parse_age
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.gate_policy import GatePolicy
from govaudit.inspection.hours import parse_hours
from govaudit.inspection.run import DEFAULT_USER_AGENT, Archive, Nofollow
from govaudit.inspection.validation import invalid
from govaudit.inspection.watch_settings import WatchSettings

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS_FILE = "govaudit.toml"
NO_LEDGER = "none"
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Settings(BaseModel):
    """``govaudit.toml``. Everything has a default; options of the command line win."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profile: str = "gov-2019"
    language: Literal["zh-CN", "en"] = "zh-CN"
    organiser: str = ""
    """Name of the office that inspects and publishes."""
    area: str = ""
    """What the circular calls the inspected websites: 全市, 全省."""
    addressees: str = ""
    """Whom the circular is sent to."""
    paper_number: str = ""
    """Official number of the circular."""
    rectify_days: int = Field(default=10, ge=0)
    """Working days after the inspection by which problems have to be mended; 0: the papers name no day."""
    user_agent: str = DEFAULT_USER_AGENT
    contact: str = ""
    """Address at which site owners reach the inspecting office; part of the user agent."""
    rate: float = Field(default=5.0, ge=0)
    concurrency: int = Field(default=8, ge=1)
    hours: str = ""
    """The only hours to crawl in, Beijing time: ``22:00-06:00``; empty: any."""
    trust: str = ""
    """File of certificates (PEM) that are trusted beside the public authorities."""
    nofollow: Nofollow = "ignore"
    """Whether links marked ``nofollow`` are followed all the same."""
    jobs: int = Field(default=0, ge=0)
    """Sites inspected at once; 0: one a processor."""
    max_pages: int = Field(default=20_000, ge=0)
    max_depth: int = Field(default=0, ge=0)
    browser_pages: int = Field(default=200, ge=0)
    """Pages a site that a browser opens when it is used where it is needed."""
    screenshots: int = Field(default=10, ge=0)
    """Pictures of flagged places a site; 0: none."""
    screenshot_seconds: float = Field(default=60.0, gt=0)
    """Seconds a site that pictures may take."""
    sights: int = Field(default=3, ge=0)
    """Pages a site that a browser looks at for what only it can tell (accessibility, hidden links, narrow screens)."""
    formats: tuple[str, ...] = ()
    revalidate: bool = True
    """Ask only for what changed since the last run of a site; false: every page is sent again."""
    archive: Archive = "all"
    """Pages whose bodies stay stored after a run was judged."""
    retention: str = ""
    """How long runs are kept before ``runs purge`` deletes them: ``3y``, ``18m``, ``90d``; empty: for ever."""
    ipv6_controls: tuple[str, ...] = ()
    """Hosts that are known to have IPv6, ``host`` or ``host:port`` (443 where none is said): connected to when a site
    is silent over IPv6 and nothing else shows that this machine's IPv6 works. Empty: none."""
    watch: WatchSettings = WatchSettings()
    ledger: str = ""
    """Where the findings of all runs are kept: empty, ``ledger.sqlite`` in the workspace; an address
    ``postgresql+psycopg://user@host/database`` where several write to one; ``none``: nowhere."""
    ledger_password_env: str = ""
    """Environment variable that holds the password of the PostgreSQL user."""
    gate: GatePolicy = GatePolicy()

    @field_validator("hours")
    @classmethod
    def _are_hours(cls, value: str) -> str:
        if value:
            parse_hours(value)
        return value

    @field_validator("retention")
    @classmethod
    def _is_age(cls, value: str) -> str:
        if value:
            parse_age(value)
        return value

    @field_validator("ipv6_controls")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            host, _, port = one.partition(":")
            if not _HOST.fullmatch(host) or (port and not 0 < int(port) < 65_536):
                raise ValueError(f"no host, or no port: {one}")
        return value

    @field_validator("user_agent", "contact")
    @classmethod
    def _fits_header(cls, value: str) -> str:
        if not (value.isascii() and value.isprintable()):
            raise ValueError("only ASCII letters, digits and signs can be sent")
        return value


class Workspace:
    """Paths and settings of one workspace folder."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings

    @property
    def site_list(self) -> Path:
        """The registry that is used when no ``--sites`` is given."""
        return self.root / "sites.csv"

    @property
    def watch_log(self) -> Path:
        """What ``watch`` saw."""
        return self.root / "watch.sqlite"

    @property
    def ledger(self) -> Path:
        """Findings over all runs with their states, where no server keeps them."""
        return self.root / "ledger.sqlite"

    @property
    def profiles(self) -> Path:
        """Folder of the user's own profiles."""
        return self.root / "profiles"

    @property
    def templates(self) -> Path:
        """Folder of the user's own Word templates: ``circular.docx``, ``notice.docx``."""
        return self.root / "templates"

    @property
    def calendar(self) -> Path:
        """The user's own table of working days, for years that the official calendar does not know."""
        return self.root / "calendar.csv"

    @property
    def words(self) -> Path:
        """Folder of the user's own word lists."""
        return self.root / "words"

    def run_folder(self, run: str) -> Path:
        """Facts and judgements of a run."""
        return self.root / "runs" / run

    def facts_file(self, run: str, site_key: str) -> Path:
        """Fact store of one site."""
        return self.run_folder(run) / f"{site_key}.sqlite"

    def judgement_file(self, run: str, site_key: str) -> Path:
        """Judgement of one site."""
        return self.run_folder(run) / f"{site_key}.judged.json"

    def answers_file(self, run: str) -> Path:
        """What people answered in a run."""
        return self.run_folder(run) / "answers.json"

    def evidence_folder(self, run: str, site_key: str) -> Path:
        """Evidence of one site's findings."""
        return self.run_folder(run) / "evidence" / site_key

    def report_folder(self, run: str) -> Path:
        """Everything that a run reports."""
        return self.root / "reports" / run


def find_workspace(start: Path) -> Path:
    """The nearest folder upwards that holds ``govaudit.toml``, else ``start``."""
    for folder in (start, *start.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    return start


def open_workspace(folder: Path) -> Workspace:
    """Open a workspace; without ``govaudit.toml`` the defaults hold.

    Raises ``InputError`` naming file, line and key when the settings are wrong.
    """
    file = folder / SETTINGS_FILE
    if not file.is_file():
        return Workspace(folder, Settings())
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(Problem("settings.broken", str(file), arguments={"why": str(error)})) from error
    try:
        return Workspace(folder, Settings.model_validate(data))
    except ValidationError as error:
        raise InputError(
            *(
                invalid(one, str(file), ".".join(map(str, one["loc"])), _line_of(text, one["loc"]))
                for one in error.errors()
            )
        ) from error


_TABLE = re.compile(r"\s*\[(\[?)([^\[\]]+)\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


def _line_of(text: str, path: tuple[int | str, ...]) -> int | None:
    """The line of the innermost key, or table, of ``path`` that the file writes out."""
    lines: dict[tuple[int | str, ...], int] = {}
    table: tuple[int | str, ...] = ()
    counts: Counter[tuple[str, ...]] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if head := _TABLE.match(line):
            names = tuple(part.strip() for part in head[2].split("."))
            lines.setdefault(names, number)
            table = (*names, counts[names]) if head[1] else names
            counts[names] += 1
            lines[table] = number
        elif key := _KEY.match(line):
            lines.setdefault((*table, key[1]), number)
    return next((lines[path[:depth]] for depth in range(len(path), 0, -1) if path[:depth] in lines), None)
