"""Which pages show a mark, which show it badly, which lack it, and of which that cannot be told."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from govaudit.checks.home import home_addresses
from govaudit.checks.registry import Fault, Judgement
from govaudit.checks.whole_pages import unread_site, whole_pages, written_by_script
from govaudit.inspection.finding import Locator
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Mark, MarkKind

SHOWN_TEXTS = 3
"""How many different bad writings a finding quotes."""

_SPACE = re.compile(r"\s+")


@dataclass(slots=True)
class MarkSurvey:
    """Pages by what they show of one mark, each in the order home page first.

    ``bad``: kind of fault (``malformed`` …) → pages whose marks are all of that kind, with what they show.
    """

    pages: tuple[StoredPage, ...]
    good: list[StoredPage] = field(default_factory=list)
    bad: dict[str, list[tuple[StoredPage, str]]] = field(default_factory=dict)
    lacking: list[StoredPage] = field(default_factory=list)
    unread: list[StoredPage] = field(default_factory=list)

    @property
    def examined(self) -> int:
        """How many pages could be judged."""
        return len(self.pages) - len(self.unread)

    @property
    def shown_anywhere(self) -> bool:
        """Whether any page shows the mark, well or badly written."""
        return bool(self.good or self.bad)

    def faulty(self) -> tuple[StoredPage, ...]:
        """Pages that lack the mark or show it badly, in the order of all pages."""
        urls = {page.url for page in self.lacking}
        urls.update(page.url for shown in self.bad.values() for page, _ in shown)
        return tuple(page for page in self.pages if page.url in urls)

    def part(self, addresses: frozenset[str], *, inside: bool) -> MarkSurvey:
        """The survey of the pages at ``addresses`` alone, or of all others."""

        def chosen(page: StoredPage) -> bool:
            return (page.url in addresses) is inside

        bad = {key: [one for one in shown if chosen(one[0])] for key, shown in self.bad.items()}
        return MarkSurvey(
            pages=tuple(filter(chosen, self.pages)),
            good=list(filter(chosen, self.good)),
            bad={key: shown for key, shown in bad.items() if shown},
            lacking=list(filter(chosen, self.lacking)),
            unread=list(filter(chosen, self.unread)),
        )


def normal_form(text: str) -> str:
    """``text`` in narrow characters and without spaces, as numbers are compared."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


def marks_on(page: StoredPage, kind: MarkKind) -> list[Mark]:
    """The page's marks of one kind, as they stand on it."""
    return [mark for mark in page.marks if mark.kind is kind]


def survey(
    pages: Iterable[StoredPage],
    marks_of: Callable[[StoredPage], list[Mark]],
    fault_of: Callable[[Mark], str],
    shown: Callable[[Mark], str] = lambda mark: mark.text or mark.value or mark.url,
) -> MarkSurvey:
    """Sort ``pages`` by what they show. ``fault_of``: what is wrong with a mark, empty when it is right;
    ``shown``: how a wrong one is quoted.

    A page with one right mark is right: many pages carry a footer for phones beside the other.
    """
    found = MarkSurvey(tuple(pages))
    for page in found.pages:
        marks = marks_of(page)
        faults = [fault_of(mark) for mark in marks]
        if not marks:
            (found.unread if written_by_script(page, "footer") else found.lacking).append(page)
        elif "" in faults:
            found.good.append(page)
        else:
            found.bad.setdefault(faults[0], []).append((page, shown(marks[0])))
    return found


def judge_mark(context: Context, kind: MarkKind, pattern: re.Pattern[str] | None) -> Judgement:
    """One finding for a mark that pages lack (``missing``, ``missing-on-some``) or write badly (``malformed``).

    A mark that is a link without text of its own (a picture, 联系我们) is there: what it leads to is not judged.
    """

    def fault_of(mark: Mark) -> str:
        shown_as_picture_or_link = not mark.value and bool(mark.url)
        if pattern is None or shown_as_picture_or_link or pattern.fullmatch(normal_form(mark.value)):
            return ""
        return "malformed"

    pages = whole_pages(context)
    if not pages:
        return unread_site(context)
    found = survey(pages, lambda page: marks_on(page, kind), fault_of)
    return unproven(context, found) or Judgement(
        examined=found.examined, faults=faults_of(found, kind, gravity=("malformed",))
    )


def unproven(context: Context, found: MarkSurvey) -> Judgement | None:
    """Could not tell: no page shows the mark, and it may stand in footers that only a script writes.

    When the home page itself was read and lacks it, that is fault enough.
    """
    home = home_addresses(context)
    if not found.unread or found.shown_anywhere or any(page.url in home for page in found.lacking):
        return None
    return Judgement(
        examined=found.examined,
        reason=Reason.BROWSER_NEEDED,
        detail=f"{found.unread[0].url} ({len(found.unread)}/{len(found.pages)})",
    )


def faults_of(
    found: MarkSurvey,
    subject: MarkKind,
    *,
    gravity: tuple[str, ...],
    aspect: str = "",
    identity: str = "",
    arguments: dict[str, str | int] | None = None,
) -> list[Fault]:
    """At most one fault: with all faulty pages, or ``not-read`` with the unread ones when no other is faulty.

    ``gravity``: kinds of bad marks, the one that names the fault first; each is counted in an argument of its
    name. ``arguments``: further ones.
    """
    faulty = found.faulty()
    concerned = faulty or tuple(found.unread)
    if not concerned:
        return []
    key = _key(found, gravity) if faulty else "not-read"
    counts = {name.replace("-", "_"): len(found.bad.get(name, ())) for name in gravity}
    text = "; ".join(_texts(found, key))
    fault = Fault(
        subject=subject.value,
        page=concerned[0].url,
        fault=key,
        arguments={
            "examined": found.examined,
            "count": len(concerned),
            "without": len(found.lacking),
            "unread": len(found.unread),
            "text": text,
            **counts,
            **(arguments or {}),
        },
        verdict=Verdict.FAIL if faulty else Verdict.INCONCLUSIVE,
        reason=None if faulty else Reason.BROWSER_NEEDED,
        identity=identity,
        locator=Locator(text=text),
        aspect=aspect,
        count=len(concerned),
        pages=tuple(page.url for page in concerned),
    )
    return [fault]


def _key(found: MarkSurvey, gravity: tuple[str, ...]) -> str:
    if not found.shown_anywhere:
        return "missing"
    return next((name for name in gravity if name in found.bad), "missing-on-some")


def _texts(found: MarkSurvey, key: str) -> list[str]:
    return list(dict.fromkeys(text for _, text in found.bad.get(key, ())))[:SHOWN_TEXTS]
