"""The site list: which websites there are. Every row that cannot be used is named, the others stay usable.

Columns and words are those of ``site_list_words.yaml``. The headings stand in the first row that shows a column
for the address, so a title above the table does no harm. ``#`` at the beginning of a row makes it a comment.
An address without a scheme counts as ``http://``. Without a kind a site is a portal, or a department when its
level is ``department``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import ada_url

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.messages import catalogue
from govaudit.inspection.site import Site
from govaudit.inspection.site_list_table import (
    FORMULA_ERRORS,
    Table,
    TableRow,
    folded_heading,
    read_table,
)
from govaudit.inspection.urls import (
    WEB_SCHEMES,
    canonical,
    host_of,
    hostname_of,
    literal_address_kind,
    own_identity,
    scheme_of,
)
from govaudit.inspection.vocabulary import simplified
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    _Readers = dict[str, Callable[[str], Any]]

NOTICES = frozenset({"site-list.unknown-column"})
"""Problems that are worth a line but spoil nothing."""
MAX_CELL_LENGTH = 2_000
HEADING_ROWS = 20
"""How far down the headings are looked for."""

_SITE_CODE = re.compile(r"(?:\d{10}|bm\d{8}|n\d{9})", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.ASCII)
_WRITTEN_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*)://", re.IGNORECASE)
_HOST_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_SEPARATORS = re.compile(r"[\s;；,，、|]+")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_INDEX_PAGE = re.compile(r"(?<=/)(?:index|default|main)\.[a-z]{2,5}$")


@dataclass(frozen=True, slots=True)
class SiteList:
    """``sites``: the good rows in the order of the file. ``problems``: everything that is wrong, by line."""

    sites: tuple[Site, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that cost a row or the whole list."""
        return tuple(problem for problem in self.problems if problem.key not in NOTICES)

    @property
    def notices(self) -> tuple[Problem, ...]:
        """Problems that cost nothing: headings that are not understood."""
        return tuple(problem for problem in self.problems if problem.key in NOTICES)


@dataclass(frozen=True, slots=True)
class _Words:
    headings: dict[str, str]
    chinese_headings: dict[str, str]
    ignored: frozenset[str]
    kinds: dict[str, str]
    levels: dict[str, str]
    enabled: dict[str, str]


class _CellError(Exception):
    """One cell cannot be used; ``key`` without its first part."""

    def __init__(self, key: str, **arguments: str | int) -> None:
        super().__init__(key)
        self.key = key
        self.arguments = arguments


@dataclass(slots=True)
class _Taken:
    """What the rows before have used up, with their lines."""

    codes: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, int] = field(default_factory=dict)
    hosts_without_code: dict[str, int] = field(default_factory=dict)


def read_site_list(path: Path, *, known_profiles: Collection[str], allow_private: bool = False) -> SiteList:
    """Read a site list from CSV or XLSX. Nothing is raised: what is wrong stands in ``problems``.

    ``known_profiles``: names that the column ``profile`` may hold. ``allow_private``: addresses of private
    networks and of this machine are accepted.
    """
    where = str(path)
    words = _words()
    table = read_table(path, words.headings.keys())
    if table.problems and not table.rows:
        return SiteList((), table.problems)
    if not table.rows:
        return SiteList((), (Problem("site-list.empty", where),))
    heading_row = _heading_row(table, words)
    columns, problems = _columns(where, heading_row, words)
    problems.extend(table.problems)
    if "url" not in columns.values():
        return SiteList((), tuple(problems))
    rows = [row for row in table.rows if row.line > heading_row.line]
    if not rows:
        problems.append(Problem("site-list.empty", where, heading_row.line))
    sites: list[Site] = []
    taken = _Taken()
    readers = _readers(words, known_profiles, allow_private=allow_private)
    for row in rows:
        found = _read_row(_Row(where, row, heading_row, columns, table.ragged), readers, taken)
        problems.extend(found.problems)
        if found.site is not None:
            sites.append(found.site)
    return SiteList(tuple(sites), tuple(sorted(problems, key=lambda problem: problem.line or 0)))


def write_example(path: Path, language: str) -> None:
    """Write a site list with headings and a commented example in ``language``, as spreadsheets open it.

    Raises ``FileExistsError`` when the file is there already, other ``OSError`` when it cannot be written.
    """
    words = _words()
    header = words.chinese_headings.values() if language.startswith("zh") else words.chinese_headings.keys()
    text = catalogue("inspection", language).text("site-list.example", header=",".join(header))
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        file.write(text.rstrip("\n").replace("\n", "\r\n") + "\r\n")


@cache
def _words() -> _Words:
    document = load_yaml(files("govaudit") / "inspection" / "site_list_words.yaml")
    data: dict[str, Any] = document.data
    columns: dict[str, list[str]] = data["columns"]
    unknown = set(columns) ^ set(Site.__struct_fields__)
    if unknown:
        raise InputError(Problem("vocabulary.no-list", document.where, column=", ".join(sorted(unknown))))
    return _Words(
        headings=_by_word(columns),
        chinese_headings={name: words[0] for name, words in columns.items()},
        ignored=frozenset(_folded(word) for word in data["ignored"]),
        kinds=_by_word(data["kinds"]),
        levels=_by_word(data["levels"]),
        enabled=_by_word(data["enabled"]),
    )


def _by_word(table: dict[str, list[str]]) -> dict[str, str]:
    """Folded word → canonical name."""
    return {_folded(word): name for name, words in table.items() for word in (name, *words)}


def _folded(word: str) -> str:
    return folded_heading(simplified(word))


def _heading_row(table: Table, words: _Words) -> TableRow:
    """The first row with a column for the address, else the one with most headings, else the first."""

    def known(row: TableRow) -> set[str]:
        return {words.headings[heading] for cell in row.cells if (heading := _folded(cell)) in words.headings}

    top = table.rows[:HEADING_ROWS]
    for row in top:
        if "url" in known(row):
            return row
    return max(top, key=lambda row: len(known(row)))


def _columns(where: str, row: TableRow, words: _Words) -> tuple[dict[int, str], list[Problem]]:
    """Position → canonical column, and what is wrong with the headings."""
    columns: dict[int, str] = {}
    headings: dict[str, str] = {}
    problems: list[Problem] = []
    for position, heading in enumerate(row.cells):
        folded = _folded(heading)
        name = words.headings.get(folded)
        if name is None:
            if heading and folded not in words.ignored:
                problems.append(Problem("site-list.unknown-column", where, row.line, heading))
        elif name in headings:
            arguments: dict[str, str | int] = {"other": headings[name]}
            problems.append(Problem("site-list.doubled-column", where, row.line, heading, arguments))
        else:
            headings[name] = heading
            columns[position] = name
    if "url" not in headings:
        arguments = {
            "expected": f"{words.chinese_headings['url']} / url",
            "found": ", ".join(cell for cell in row.cells if cell)[:200],
        }
        return columns, [Problem("site-list.no-url-column", where, row.line, arguments=arguments)]
    return columns, problems


@dataclass(frozen=True, slots=True)
class _Row:
    where: str
    row: TableRow
    heading_row: TableRow
    columns: dict[int, str]
    ragged: bool

    def problem(self, key: str, column: str | None = None, **arguments: str | int) -> Problem:
        return Problem(f"site-list.{key}", self.where, self.row.line, column, arguments)

    def heading(self, name: str) -> str | None:
        """The heading of a canonical column as the file writes it."""
        return next(
            (self.heading_row.cells[position] for position, known in self.columns.items() if known == name),
            None,
        )


@dataclass(slots=True)
class _Found:
    site: Site | None
    problems: list[Problem]


def _read_row(row: _Row, readers: _Readers, taken: _Taken) -> _Found:
    problems = _shape_problems(row)
    if problems:
        return _Found(None, problems)
    cells = {name: row.row.cells[at] for at, name in row.columns.items() if at < len(row.row.cells)}
    problems = [
        row.problem(problem.key, row.heading(name), **problem.arguments)
        for name, cell in cells.items()
        if (problem := _text_problem(cell)) is not None
    ]
    if problems:
        return _Found(None, problems)
    values: dict[str, Any] = {}
    for name, reader in readers.items():
        try:
            value = reader(cells.get(name, ""))
        except _CellError as error:
            problems.append(row.problem(error.key, row.heading(name), **error.arguments))
        else:
            if value is not None:
                values[name] = value
    if problems:
        return _Found(None, problems)
    if values.get("level") == "department":
        values.setdefault("kind", "department")
    site = Site(**values)
    problems = _clashes(row, site, taken)
    return _Found(None if problems else site, problems)


def _shape_problems(row: _Row) -> list[Problem]:
    """What is wrong with the row before any cell is read."""
    cells, headings = row.row.cells, row.heading_row.cells
    if row.row.problem:
        return [row.problem(row.row.problem)]
    beyond = [position for position in range(len(headings), len(cells)) if cells[position]]
    if beyond or (len(cells) < len(headings) and not row.ragged):
        return [row.problem("wrong-cell-count", expected=len(headings), found=len(cells))]
    return [
        row.problem("cell-without-heading", position=position + 1, value=_short(cells[position]))
        for position in range(min(len(headings), len(cells)))
        if cells[position] and not headings[position]
    ]


def _text_problem(cell: str) -> _CellError | None:
    """Why the text of a cell cannot be used at all."""
    if "\ufffd" in cell:
        return _CellError("undecodable")
    if len(cell) > MAX_CELL_LENGTH:
        return _CellError("cell-too-long", length=len(cell), limit=MAX_CELL_LENGTH)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in cell):
        return _CellError("control-character")
    if cell.upper() in FORMULA_ERRORS:
        return _CellError("formula-error", value=cell)
    return None


def _readers(words: _Words, known_profiles: Collection[str], *, allow_private: bool) -> _Readers:
    """Canonical column → what turns its cell into a value; ``None`` leaves the default."""
    return {
        "code": _code,
        "name": _text,
        "url": lambda cell: _address(cell, allow_private=allow_private),
        "sponsor": _text,
        "region": _text,
        "level": lambda cell: _word(cell, words.levels, "unknown-level"),
        "kind": lambda cell: _word(cell, words.kinds, "unknown-kind"),
        "profile": lambda cell: _profile(cell, known_profiles),
        "scope": _scope,
        "main_host": _main_host,
        "tags": lambda cell: tuple(_parts(cell)),
        "owner_email": _email,
        "enabled": lambda cell: _enabled(cell, words),
    }


def _text(cell: str) -> str | None:
    return cell or None


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _parts(cell: str) -> list[str]:
    return [part for part in _SEPARATORS.split(cell) if part]


def _code(cell: str) -> str | None:
    """The code in its usual letter case: ``bm07000001``, ``N000000672``."""
    code = unicodedata.normalize("NFKC", cell).strip().lower()
    if not code:
        return None
    if _SCIENTIFIC.fullmatch(code):
        raise _CellError("code-scientific", value=_short(cell))
    if not _SITE_CODE.fullmatch(code):
        raise _CellError("malformed-code", value=_short(cell))
    return code.upper() if code.startswith("n") else code


def _word(cell: str, table: dict[str, str], key: str) -> str | None:
    if not cell:
        return None
    name = table.get(_folded(cell))
    if name is None:
        raise _CellError(key, value=_short(cell), known=", ".join(dict.fromkeys(table.values())))
    return name


def _profile(cell: str, known: Collection[str]) -> str | None:
    name = unicodedata.normalize("NFKC", cell).strip()
    if name and name not in known:
        raise _CellError("unknown-profile", value=_short(cell), known=", ".join(sorted(known)))
    return name or None


def _enabled(cell: str, words: _Words) -> bool | None:
    if not cell:
        return None
    answer = words.enabled.get(_folded(cell))
    if answer is None:
        raise _CellError("unknown-enabled", value=_short(cell))
    return answer == "true"


def _email(cell: str) -> str | None:
    address = unicodedata.normalize("NFKC", cell).strip()
    if address and not _EMAIL.fullmatch(address):
        raise _CellError("email", value=_short(cell))
    return address or None


def _address(cell: str, *, allow_private: bool) -> str:
    """The canonical address of a home page."""
    value = _short(cell)
    written = unicodedata.normalize("NFKC", cell).strip()
    if not written:
        raise _CellError("missing-url")
    if any(character.isspace() for character in written):
        raise _CellError("url-spaces", value=value)
    scheme = _WRITTEN_SCHEME.match(written)
    if scheme is None:
        # `http:/x` and `http//x` are slips of the pen that a browser would repair in ways nobody meant.
        if written.lower().startswith(("http", "//")) and not written.lower().startswith("http."):
            raise _CellError("url-malformed", value=value)
        written = f"http://{written}"
    elif scheme.group(1).lower() not in WEB_SCHEMES:
        raise _CellError("url-scheme", value=value)
    address = canonical(written)
    if address is None or scheme_of(address) not in WEB_SCHEMES:
        raise _CellError("url-malformed", value=value)
    _refuse_authority(address, value)
    if not allow_private and literal_address_kind(address) in {"private", "loopback"}:
        raise _CellError("url-private", value=value)
    return address


def _refuse_authority(address: str, value: str) -> None:
    """Raise when host, port or user part of a canonical address cannot be those of a website."""
    parsed = ada_url.URL(address)
    if parsed.username or parsed.password:
        raise _CellError("url-credentials", value=value)
    if not _possible_host(hostname_of(address)):
        raise _CellError("url-host", value=value)
    if parsed.port == "0":
        raise _CellError("url-port", value=value)


def _possible_host(hostname: str) -> bool:
    """Whether a canonical host can be that of a website: an address, ``localhost`` or a name with a dot."""
    if ":" in hostname or hostname == "localhost":
        return True
    labels = hostname.split(".")
    return len(labels) > 1 and len(hostname) <= 253 and all(_HOST_LABEL.fullmatch(label) for label in labels)


def _scope(cell: str) -> tuple[str, ...] | None:
    return tuple(_own_part(part) for part in _parts(cell)) or None


def _main_host(cell: str) -> str | None:
    return _own_part(cell) if cell else None


def _own_part(written: str) -> str:
    """A host, or a host with a path, in canonical form without scheme: ``www.x.gov.cn/bm/``."""
    narrow = unicodedata.normalize("NFKC", written).strip()
    scheme = _WRITTEN_SCHEME.match(narrow)
    rest = narrow[scheme.end() :] if scheme else narrow
    address = canonical(f"http://{rest}")
    if address is None or "@" in rest or not _possible_host(hostname_of(address)):
        raise _CellError("scope-entry", value=_short(written))
    path = address.partition("://")[2].partition("/")[2]
    return f"{host_of(address)}/{path}" if path else host_of(address)


def _clashes(row: _Row, site: Site, taken: _Taken) -> list[Problem]:
    """What the row has in common with an earlier one although it must not; a good row is remembered."""
    identity = _INDEX_PAGE.sub("", own_identity(site.url))
    line = row.row.line
    if site.code in taken.codes:
        first = taken.codes[site.code]
        return [row.problem("duplicate-code", row.heading("code"), value=site.code, first=first)]
    if identity in taken.addresses:
        first = taken.addresses[identity]
        return [row.problem("duplicate-url", row.heading("url"), value=_short(site.url), first=first)]
    if not site.code and site.key in taken.hosts_without_code:
        first = taken.hosts_without_code[site.key]
        return [row.problem("duplicate-host", row.heading("url"), value=site.host, first=first)]
    if site.code:
        taken.codes[site.code] = line
    else:
        taken.hosts_without_code[site.key] = line
    taken.addresses[identity] = line
    return []
