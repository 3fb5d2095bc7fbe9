"""The part ``[gate]`` of the settings: which findings keep a release back, and what happens when something could not
be checked."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from govaudit.inspection.verdict import Kind

LEDGER = "ledger"
"""As ``baseline``: the findings that the ledger of the workspace knows."""
CLOSING_KINDS = (Kind.VETO, Kind.DEDUCT)
"""Kinds that close a gate of which nothing else is said."""

OnInconclusive = Literal["fail", "warn"]


class GateRule(BaseModel):
    """One rule of a gate: certain findings that fit it close the gate when there are more than ``at_most`` of them.

    ``checks``: ids or patterns (``LNK*``). Checks that depend on the date, or whose fault may lie with others, are
    meant only when a pattern other than ``*`` names them. ``kinds``: without any, those that cost points, or all when
    ``checks`` are named. ``paths``: patterns of the pages' paths (``/news/*``). ``closes`` false: they are only shown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    kinds: tuple[Kind, ...] = ()
    checks: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    at_most: int = Field(default=0, ge=0)
    closes: bool = True

    @field_validator("paths")
    @classmethod
    def _begin_at_the_root(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not one.startswith(("/", "*")):
                raise PydanticCustomError("no_path", "no path")
        return value

    def names(self, check: str) -> bool:
        """Whether the rule speaks of this very check, and not of all."""
        return any(pattern != "*" and fnmatchcase(check, pattern) for pattern in self.checks)

    def means_check(self, check: str, *, must_be_named: bool) -> bool:
        """Whether findings of a check can fit. ``must_be_named``: it is meant only when it is named."""
        return self.names(check) or (not must_be_named and (not self.checks or "*" in self.checks))

    def means_kind(self, kind: Kind) -> bool:
        """Whether findings of a kind can fit."""
        return kind in (self.kinds or (tuple(Kind) if self.checks else CLOSING_KINDS))

    def means_paths(self, paths: list[str]) -> bool:
        """Whether a finding on pages of these paths can fit: to be let pass it has to lie there with all its pages, to
        be kept back with one."""
        if not self.paths:
            return True
        lets_pass = not self.closes or self.at_most > 0
        return (all if lets_pass else any)(
            any(fnmatchcase(path, pattern) for pattern in self.paths) for path in paths
        )


class GatePolicy(BaseModel):
    """``[gate]``. A finding belongs to the first of ``rules`` that it fits, else to the rule that ``kinds``,
    ``checks``, ``paths`` and ``at_most`` of the table itself make.

    ``baseline``: a ``findings.json``, from the workspace on, or ``ledger``; ``new_only``: what it knows does not count.
    ``inconclusive``: own pages that could not be read and checks named in a rule that could not tell, ``fail`` with
    exit code 3; ``inconclusive_external``: other sites' pages. ``seconds``: what the crawl may take, 0 = no limit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[GateRule, ...] = ()
    kinds: tuple[Kind, ...] = ()
    checks: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    at_most: int = Field(default=0, ge=0)
    baseline: str = ""
    new_only: bool = True
    inconclusive: OnInconclusive = "fail"
    inconclusive_external: OnInconclusive = "warn"
    seconds: float = Field(default=0.0, ge=0)

    @property
    def in_order(self) -> tuple[GateRule, ...]:
        """All rules, the table's own at the end."""
        last = GateRule(kinds=self.kinds, checks=self.checks, paths=self.paths, at_most=self.at_most)
        return (*self.rules, last)

    @field_validator("rules")
    @classmethod
    def _have_names(cls, value: tuple[GateRule, ...]) -> tuple[GateRule, ...]:
        names = [rule.name for rule in value]
        if "" in names or len(set(names)) < len(names):
            raise PydanticCustomError("no_names", "no names")
        return value

    @field_validator("paths")
    @classmethod
    def _paths_of_a_rule(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return GateRule(paths=value).paths
