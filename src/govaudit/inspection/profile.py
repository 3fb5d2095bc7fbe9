"""Profiles: rule books in YAML that say which checks are due, what they need and what a finding costs."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from govaudit.inspection.column_types import ColumnType
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.validation import PeriodOrNone, problems_of
from govaudit.inspection.yaml_text import YamlDocument, load_yaml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from govaudit.inspection.site import Site

SiteKind = Literal["portal", "department", "service"]
ALL_KINDS: tuple[SiteKind, ...] = ("portal", "department", "service")


_KEYED = {"columns": "name", "rows": "id"}
"""Lists of a profile whose entries a profile that extends it may change one by one, with the key that tells them."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VetoRule(_Strict):
    """The row vetoes when the fail findings (distinct subjects) of ``checks`` together reach ``at_least``."""

    checks: tuple[str, ...] = Field(min_length=1)
    at_least: int = Field(default=1, ge=1)
    aspects: tuple[str, ...] = ()


class Deduction(_Strict):
    """Findings of ``checks`` (with one of ``aspects``, when given) cost ``points`` each.

    ``per``: ``finding``; ``occurrence`` (``Finding.count`` times); ``page`` (every page that has one of the findings,
    once); ``part`` (every part that is missing anywhere, once); ``once`` (however many). ``sample``: only that many of
    the judged pages, drawn by the run's seed, count.
    """

    checks: tuple[str, ...] = Field(min_length=1)
    points: float = Field(gt=0)
    per: Literal["finding", "occurrence", "page", "part", "once"] = "finding"
    aspects: tuple[str, ...] = ()
    sample: int = Field(default=0, ge=0)


class Award(_Strict):
    """``points`` are won when one of ``checks`` found that one of ``aspects`` was earned."""

    checks: tuple[str, ...] = Field(min_length=1)
    points: float = Field(gt=0)
    aspects: tuple[str, ...] = Field(min_length=1)


class Row(_Strict):
    """One row of the rule book's table, with its sentence.

    ``sure``: how the wording is known: V seen in an official text, N near-verbatim copy, P paraphrased, K common
    knowledge. ``manual``: at least a part of the row is answered by a person. ``shown``: checks whose findings
    are listed under the row and cost nothing. ``topics``: columns of which the row speaks; what ``shown`` checks say of
    other columns is not listed there. ``unless``: tags of sites on which the row is not checked; ``only``: tags
    of which a site must bear one for it.
    """

    id: str = Field(pattern=r"^[A-Z0-9]+(-[A-Za-z0-9]+)*$")
    name: str
    part: Literal["veto", "deduct", "bonus", "open", "warn"]
    section: str = ""
    cap: float = Field(default=0, ge=0)
    clause: str
    sure: Literal["V", "N", "P", "K"]
    kinds: tuple[SiteKind, ...] = ALL_KINDS
    veto: tuple[VetoRule, ...] = ()
    deduct: tuple[Deduction, ...] = ()
    shown: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    manual: bool = False
    unless: tuple[str, ...] = ()
    award: tuple[Award, ...] = ()
    only: tuple[str, ...] = ()

    def holds_for(self, site: Site) -> bool:
        """Whether the row is checked on a site."""
        tags = set(site.tags)
        asked = not self.only or bool(tags & set(self.only))
        return site.kind in self.kinds and asked and not tags & set(self.unless)

    def check_ids(self) -> frozenset[str]:
        """All checks that the row names."""
        named = [*(rule.checks for rule in self.veto), *(rule.checks for rule in self.deduct), self.shown]
        named += [rule.checks for rule in self.award]
        return frozenset(check for checks in named for check in checks)


class Element(_Strict):
    """Something that a column has to show. ``also``: further names that count as it."""

    name: str
    also: tuple[str, ...] = ()


class RequiredColumn(_Strict):
    """A column (or topic) that sites of ``kinds`` must have; of no kind: it need not be there, the rest holds all the
    same. ``also``: further names that count as it.

    What is not said of ``type``, ``period`` and ``may_be_empty`` comes from the vocabulary. ``period``: within which
    something new has to appear there, ``none`` when nothing is owed. ``elements``: what the column has to show.
    """

    name: str = Field(min_length=1)
    kinds: tuple[SiteKind, ...] = ALL_KINDS
    also: tuple[str, ...] = ()
    type: ColumnType | None = None
    period: PeriodOrNone = ""
    may_be_empty: bool | None = None
    elements: tuple[Element, ...] = ()

    @field_validator("elements", mode="before")
    @classmethod
    def _named_elements(cls, value: object) -> object:
        """An element may be written as its name alone."""
        if not isinstance(value, list):
            return value
        return [{"name": one} if isinstance(one, str) else one for one in value]


class Band(_Strict):
    """The office's own name for scores above ``above``."""

    name: str
    above: float


class Profile(_Strict):
    """A rule book. ``checks``: due checks with their parameters (text values, typed by the check); ``scored``: kinds of
    site that get a score, the others are judged by the vetoes alone."""

    name: str
    title: str
    basis: str
    extends: str = ""
    checks: dict[str, dict[str, str | list[str]]] = {}
    columns: tuple[RequiredColumn, ...] = ()
    rows: tuple[Row, ...] = ()
    pass_line: float = 60
    bonus_line: float = 80
    bands: tuple[Band, ...] = ()
    scored: tuple[SiteKind, ...] = ("portal",)
    minimum_coverage: float = 0.8

    @property
    def digest(self) -> str:
        """``sha256:…`` of everything the profile says."""
        return "sha256:" + hashlib.sha256(self.content).hexdigest()

    @property
    def content(self) -> bytes:
        """Everything the profile says, as the JSON that ``digest`` is made of."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True).encode()

    def row(self, row_id: str) -> Row | None:
        """The row with that id."""
        return next((row for row in self.rows if row.id == row_id), None)


def builtin_profiles() -> tuple[str, ...]:
    """Names of the rule books that come with the program."""
    folder = files("govaudit") / "checks" / "profiles"
    return tuple(
        sorted(one.name.removesuffix(".yaml") for one in folder.iterdir() if one.name.endswith(".yaml"))
    )


def find_profile(name: str, folder: Path | None = None) -> Traversable | None:
    """The file of a profile: the workspace's own ``profiles`` folder first, then the built-in ones."""
    if folder is not None and (folder / f"{name}.yaml").is_file():
        return folder / f"{name}.yaml"
    if name in builtin_profiles():
        return files("govaudit") / "checks" / "profiles" / f"{name}.yaml"
    return None


@cache
def load_profile(name: str, folder: Path | None = None) -> Profile:
    """Load a profile and everything that it extends.

    Raises ``InputError`` naming file, line and key of each mistake.
    """
    return _load(name, folder, ())


class ProfileSource:
    """The files of a profile, its own first, then what it extends."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        """Raises ``InputError`` when a file is missing or no YAML."""
        self._documents: list[YamlDocument] = []
        known: set[str] = set()
        while name and name not in known:
            known.add(name)
            file = find_profile(name, folder)
            if file is None:
                break
            document = load_yaml(file)
            self._documents.append(document)
            name = str(document.data.get("extends") or "") if isinstance(document.data, dict) else ""

    def place_of(self, *path: str) -> tuple[str, int | None]:
        """File and line of the nearest document that holds ``path``; entries of ``rows`` and ``columns`` go by id and
        name."""
        for document in self._documents:
            steps = _steps(document.data, path)
            if steps in document.lines:
                return document.where, document.lines[steps]
        first = self._documents[0]
        return first.where, first.line_of(path)


def _steps(data: Any, path: tuple[str, ...]) -> tuple[str | int, ...]:
    part, *rest = path
    entries = data.get(part) if isinstance(data, dict) else None
    if part not in _KEYED or not rest or not isinstance(entries, list):
        return path
    for number, entry in enumerate(entries):
        if isinstance(entry, dict) and entry.get(_KEYED[part]) == rest[0]:
            return (part, number, *rest[1:])
    return path


def _load(name: str, folder: Path | None, via: tuple[str, ...]) -> Profile:
    file = find_profile(name, folder)
    if file is None:
        known = ", ".join(builtin_profiles())
        raise InputError(Problem("profile.unknown", name, arguments={"name": name, "known": known}))
    if name in via:
        raise InputError(Problem("profile.circle", str(file), arguments={"circle": " → ".join((*via, name))}))
    document = load_yaml(file)
    if not isinstance(document.data, dict):
        raise InputError(Problem("profile.no-mapping", document.where, line=1))
    data: dict[str, Any] = document.data
    if extends := data.get("extends"):
        base = _load(str(extends), folder, (*via, name)).model_dump(mode="json")
        own = _without_blanks(data)
        _validated(_completed(own, base), document)
        data = _merged(base, own)
    profile = _validated(data, document)
    if profile.name != name:
        raise InputError(
            Problem(
                "profile.other-name",
                document.where,
                document.line_of(("name",)),
                "name",
                {"name": profile.name},
            )
        )
    return profile


def _validated(data: dict[str, Any], document: YamlDocument) -> Profile:
    try:
        return Profile.model_validate(data)
    except ValidationError as error:
        raise InputError(*problems_of(error, document)) from error


def _without_blanks(own: dict[str, Any]) -> dict[str, Any]:
    """What the file really says: keys without a value add nothing, a check without parameters takes its defaults."""
    said = {key: value for key, value in own.items() if value is not None}
    if isinstance(said.get("checks"), dict):
        said["checks"] = {check: values or {} for check, values in said["checks"].items()}
    return said


def _completed(own: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """``own`` as if it stood alone: what it leaves to ``base`` filled in, its entries in their places."""
    completed = {"title": base["title"], "basis": base["basis"], **own}
    for part, key in _KEYED.items():
        known = {entry[key]: entry for entry in base[part]}
        if isinstance(own.get(part), list):
            completed[part] = [
                {**known.get(entry.get(key), {}), **entry} if isinstance(entry, dict) else entry
                for entry in own[part]
            ]
    return completed


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """``own`` on top of ``base``: checks by id and parameter, columns by name and rows by id with what they say. Rows
    that ``base`` does not have come first: a finding is told with the sentence of the nearest book."""
    merged = {**base, **own}
    merged["checks"] = dict(base["checks"])
    for check, parameters in own.get("checks", {}).items():
        merged["checks"][check] = {**merged["checks"].get(check, {}), **parameters}
    for part, key in _KEYED.items():
        entries = {entry[key]: entry for entry in base[part]}
        known = frozenset(entries)
        for entry in own.get(part, []):
            entries[entry[key]] = {**entries.get(entry[key], {}), **entry}
        added = [one for name, one in entries.items() if part == "rows" and name not in known]
        merged[part] = [*added, *(one for one in entries.values() if one not in added)]
    return merged
