"""How a check introduces itself, and the list of all checks."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict, ValidationError

import govaudit.checks
from govaudit.inspection.errors import InputError
from govaudit.inspection.finding import Arguments, Evidence, Examined, Locator
from govaudit.inspection.validation import invalid
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govaudit.checks.context import Context


SHOWN_PAGES = 20
"""How many pages of a fault a reader is shown; the spreadsheet holds all."""


class Params(BaseModel):
    """Parameters of a check; profiles give them as text. Unknown names are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoParams(Params):
    """For checks that need none."""


class Fault(msgspec.Struct, kw_only=True):
    """One thing that a check found. ``fault``: key of its text in the check's messages; ``pages``: all pages it was
    seen on, home page first (empty: only ``page``); ``identity``: what its id is made of, when that is not
    ``subject``; ``verdict``: fail, review or inconclusive (then with ``reason``); ``spread``: how many
    of the pages count towards which aspect, where they are not all of one; ``topic``: canonical name of the column that
    the fault is about; ``parts``: what of the subject is missing, where that may count once for all subjects."""

    subject: str
    page: str
    fault: str
    arguments: Arguments = {}
    verdict: Verdict = Verdict.FAIL
    reason: Reason | None = None
    identity: str = ""
    locator: Locator = Locator()
    column: str = ""
    aspect: str = ""
    count: int = 1
    pages: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    measured_at: datetime | None = None
    spread: dict[str, int] = {}
    both_families: bool = False
    topic: str = ""
    parts: tuple[str, ...] = ()


class Judgement(msgspec.Struct, kw_only=True):
    """What a check says of a site. ``examined``: how many things it looked at. ``population``: addresses of the pages
    judged, where a rule book may draw a sample from them. ``trace``: every thing looked at with the decision, for
    ``explain --site``. ``awards``: what of a row of bonuses was earned. ``reason`` (with ``detail``): it could not
    tell. ``applicable`` false: there is nothing here that the rule speaks of."""

    examined: int
    faults: list[Fault] = []
    reason: Reason | None = None
    detail: str = ""
    applicable: bool = True
    population: tuple[str, ...] = ()
    trace: tuple[Examined, ...] = ()
    awards: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The gravest thing said: fail, review, inconclusive, else pass."""
        if not self.applicable:
            return Verdict.NOT_APPLICABLE
        said = {fault.verdict for fault in self.faults}
        for verdict in (Verdict.FAIL, Verdict.REVIEW):
            if verdict in said:
                return verdict
        if self.reason is not None or Verdict.INCONCLUSIVE in said:
            return Verdict.INCONCLUSIVE
        return Verdict.PASS


P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True)
class Check(Generic[P]):
    """A rule with an id. ``faults``: keys of the texts it uses; ``needs_host``: facts that a folder of built
    pages cannot give (DNS, history), so the gate on a folder says not-applicable; ``depends_on_date``: waiting alone
    can turn it red; ``concerns_others``: the fault may lie with another site. The last two never close the gate."""

    id: str
    name: str
    function: Callable[[Context, P], Judgement]
    params: type[P]
    faults: tuple[str, ...]
    version: int
    needs_host: bool
    depends_on_date: bool
    concerns_others: bool

    @property
    def documentation(self) -> str:
        """The docstring, which is the public documentation of the check."""
        return self.function.__doc__ or ""

    def parameters(self, values: Mapping[str, str | list[str]], profile: str) -> P:
        """Typed parameters. Raises ``InputError`` naming profile, check and parameter."""
        try:
            return self.params.model_validate(dict(values))
        except ValidationError as error:
            raise InputError(
                *(
                    invalid(one, profile, f"checks.{self.id}." + ".".join(map(str, one["loc"])))
                    for one in error.errors()
                )
            ) from error


_CHECKS: dict[str, Check[Any]] = {}


def check(
    id: str,  # noqa: A002 - the field's own word
    *,
    name: str,
    faults: tuple[str, ...],
    params: type[P],
    version: int = 1,
    needs_host: bool = False,
    depends_on_date: bool = False,
    concerns_others: bool = False,
) -> Callable[[Callable[[Context, P], Judgement]], Callable[[Context, P], Judgement]]:
    """Register a check under its id."""

    def register(function: Callable[[Context, P], Judgement]) -> Callable[[Context, P], Judgement]:
        if id in _CHECKS:
            raise ValueError(f"two checks with the id {id}")
        _CHECKS[id] = Check(
            id, name, function, params, faults, version, needs_host, depends_on_date, concerns_others
        )
        return function

    return register


@cache
def all_checks() -> Mapping[str, Check[Any]]:
    """Every check by id, in the order of ids."""
    for module in pkgutil.walk_packages(govaudit.checks.__path__, "govaudit.checks."):
        importlib.import_module(module.name)
    return MappingProxyType(dict(sorted(_CHECKS.items())))
