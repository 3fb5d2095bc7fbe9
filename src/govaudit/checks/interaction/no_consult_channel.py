"""INT001: a site on which nobody can ask or advise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.columns.reach import reach_of
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.guides.wording import word_list
from govaudit.checks.home import front_pages, home_problem, reason_of, unvisited_reason
from govaudit.checks.interaction.boards import message_columns, message_pages
from govaudit.checks.interaction.channels import FILE, is_entrance, is_special, names_a_channel, names_of
from govaudit.checks.interaction.records import read_messages
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import written_by_script
from govaudit.inspection.calendar import Period, as_day
from govaudit.inspection.facts import Skipped, Tag
from govaudit.inspection.forms import FormUse, forms_by_page
from govaudit.inspection.urls import hostname_of, own_identity
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Link
    from govaudit.inspection.forms import Form

_AREA = "互动交流"
_CLICKED = frozenset({Tag.A, Tag.AREA, Tag.SCRIPTED})
_GONE = frozenset({404, 410})
_MOST_SHOWN = 10
_NEAR = 2
_NOT_VISITED = frozenset({Skipped.BUDGET, Skipped.HOST_DOWN, Skipped.ROBOTS})


class NoConsultChannelParams(Params):
    """``within``: public messages so young prove that there is a way to write."""

    within: PeriodText = "1 year"


@dataclass(slots=True)
class _Ways:
    """What may lead to a way to write. ``entrances``: addresses, with the text of the link; ``doubt``: why one may be
    there that was not seen, with its address."""

    entrances: dict[str, str] = field(default_factory=dict)
    doubt: tuple[Reason, str] | None = None

    def note(self, reason: Reason | None, detail: str) -> None:
        """Something may be there; the first counts."""
        if reason is not None and self.doubt is None:
            self.doubt = reason, detail


@check("INT001", name="no-consult-channel", faults=("none", "closed"), params=NoConsultChannelParams)
def no_consult_channel(context: Context, params: NoConsultChannelParams) -> Judgement:
    """A site that offers no way to ask or to advise online (咨询、留言、信箱、建言).

    One finding for the site, for a person to confirm. A way is there where a form to write is found on a page that is
    not one of petitions, discipline, surveys or applications (网上信访、纪检举报、征集调查、依申请公开), or where
    messages of the last year are public. Missing is only what no page, link, name or form of the site hints at,
    although every place was read in which it may be; ``closed``: every entrance leads to a page that is gone or on
    which nothing can be written.

    Clause: 国办秘函〔2019〕19号 单项否决/互动回应差: 1.未提供网上有效咨询建言渠道（网上信访、纪检举报等专门渠道除外）。
    Reads: forms, names and links of all pages, columns, public messages.
    Could not tell: not-measured (an entrance leads to another site, or wants a login first); browser-needed (a script
    opens it or writes its page); parse (a form or a picture that does not say what it is for); budget; the reason for
    which an entrance, or a place where one may be, was not read.
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    ways = _Ways()
    if _is_there(context, Period(params.within).before(context.as_of), ways):
        return Judgement(examined=1)
    _find_entrances(context, ways)
    _follow(context, ways)
    _look_around(context, ways)
    if ways.doubt is not None:
        return Judgement(examined=len(ways.entrances), reason=ways.doubt[0], detail=ways.doubt[1])
    return Judgement(examined=max(1, len(ways.entrances)), faults=[_fault(context, ways)])


def _fault(context: Context, ways: _Ways) -> Fault:
    entrances = list(ways.entrances)[:_MOST_SHOWN]
    return Fault(
        subject=context.home_url,
        page=entrances[0] if entrances else context.home_url,
        fault="closed" if entrances else "none",
        arguments={
            "entrances": "、".join(ways.entrances[one] or one for one in entrances),
            "places": len(context.derived(names_seen).places),
        },
        verdict=Verdict.REVIEW,
        identity=f"{own_identity(context.home_url)}#consultation",
        pages=tuple(entrances) or (context.home_url,),
    )


def _is_there(context: Context, first: date, ways: _Ways) -> bool:
    """Whether a form to write, or messages of late, prove that there is a way."""
    for url, forms in forms_by_page(context.facts).items():
        writing = [one for one in forms if one.use is FormUse.WRITING]
        page = page_at(context, url) if writing else None
        if page is None:
            continue
        names = names_of(page)
        if is_special(names):
            continue
        said = " ".join((*names, *(one.words for one in writing), *_told(writing)))
        if names_a_channel(said):
            return True
        ways.note(Reason.PARSE, url)
    for page in message_pages(context):
        if written_by_script(page, "list"):
            ways.note(Reason.BROWSER_NEEDED, page.url)
        days = [day for one in read_messages(page.text) for day in (one.asked_on, one.answered_on)]
        days += [as_day(item.date) for item in page.reading.items]
        if any(day is not None and day >= first for day in days):
            return True
        if not any(days):
            ways.note(Reason.PARSE, page.url)
    return False


def _told(forms: list[Form]) -> Iterator[str]:
    for form in forms:
        yield from (one.words for one in form.fields)


# -- entrances ---------------------------------------------------------------------------------------------


def _find_entrances(context: Context, ways: _Ways) -> None:
    """Every link whose text may name a way, wherever it stands, and the columns that do."""
    for _, link in context.facts.every_anchor():
        if link.tag not in _CLICKED or not is_entrance(link.text):
            continue
        if link.url is not None:
            ways.entrances.setdefault(link.url, link.text)
        elif not link.raw.strip().lower().startswith(("mailto:", "tel:")):
            ways.note(Reason.BROWSER_NEEDED, f"{link.text} {link.raw}".strip())
    for column in _areas(context):
        if is_entrance(column.name):
            ways.entrances.setdefault(column.url, column.name)
    for folded, sighting in context.derived(names_seen).texts.items():
        if is_entrance(folded) and not ways.entrances:
            ways.note(Reason.PARSE, f"{sighting.page} {sighting.text}")


def _areas(context: Context) -> list[Column]:
    """Columns in which a way to write stands where there is one."""
    tree = context.derived(column_tree)
    found = {column.key: column for column in message_columns(context)}
    for column in tree.columns:
        if column.canonical == _AREA or (column.type == "interaction" and not is_special(column.path)):
            found.setdefault(column.key, column)
    return list(found.values())


def _follow(context: Context, ways: _Ways) -> None:
    """Where the entrances lead, two clicks on at most."""
    known = forms_by_page(context.facts)
    own = []
    for url, text in ways.entrances.items():
        if not context.scope.owns(url):
            ways.note(Reason.NOT_MEASURED, f"{text} {url}".strip())
        elif _was_read(context, url, ways):
            own.append(url)
    for column in _areas(context):
        if column.external:
            ways.note(Reason.NOT_MEASURED, column.url)
    reach = reach_of(context, [one for one in _areas(context) if not one.external], own)
    if reach.doubt is not None:
        ways.note(*reach.doubt)
    for url in reach.pages:
        page = page_at(context, url)
        if any(one.use is FormUse.LOGIN for one in known.get(url, ())):
            ways.note(Reason.NOT_MEASURED, f"login {url}")
        if page is not None and not is_special(names_of(page)):
            _doubt_links(context, page, ways)


def _was_read(context: Context, url: str, ways: _Ways) -> bool:
    """Whether there is a page at an entrance to look for forms on; notes why it was not read."""
    page = page_at(context, url)
    if page is not None:
        if written_by_script(page, "list"):
            ways.note(Reason.BROWSER_NEEDED, url)
        return True
    looks = context.looks.get(url)
    if looks and looks[-1].status in _GONE:
        return False
    ways.note(reason_of(looks[-1]) if looks else unvisited_reason(context, url), url)
    return False


def _doubt_links(context: Context, page: StoredPage, ways: _Ways) -> None:
    """Links of a page about interaction that lead where nobody looked."""
    front = {link.url for one in front_pages(context) for link in context.facts.links(one.url_id)}
    if page in front_pages(context):
        return
    for link in context.facts.links(page.url_id):
        if link.tag not in _CLICKED or (link.url is not None and link.url in front):
            continue
        if link.url is None:
            if link.raw.strip().lower().startswith("javascript:") and not link.text.strip():
                ways.note(Reason.BROWSER_NEEDED, f"{page.url} {link.raw}")
        elif not context.scope.owns(link.url) and not _is_harmless(link):
            ways.note(Reason.NOT_MEASURED, link.url)


def _is_harmless(link: Link) -> bool:
    return any(part in (link.url or "") for part in word_list(FILE, "harmless"))


def _opens_chat(link: Link) -> bool:
    return any(part in link.raw.lower() for part in word_list(FILE, "chat-scripts"))


def _doubt_at_home(context: Context, link: Link, ways: _Ways) -> None:
    """What of the home page may be an entrance without saying so: pictures, scripts, frames."""
    abroad = bool(link.url) and not context.scope.owns(link.url or "")
    if link.tag in _CLICKED and not link.text.strip() and not _is_harmless(link):
        if abroad and hostname_of(link.url or ""):
            ways.note(Reason.PARSE, link.url or "")
    elif link.tag == Tag.SCRIPT and _opens_chat(link):
        ways.note(Reason.BROWSER_NEEDED, link.url or link.raw)
    elif link.tag == Tag.FRAME and abroad:
        ways.note(Reason.NOT_MEASURED, link.url or "")


def _look_around(context: Context, ways: _Ways) -> None:
    """Places where an entrance may stand that were not read."""
    unread = context.derived(names_seen).unread
    if unread is not None:
        ways.note(*unread)
    for page in front_pages(context):
        for link in context.facts.links(page.url_id):
            _doubt_at_home(context, link, ways)
    if ways.doubt is None:
        for target in context.facts.left_out():
            if target.depth <= _NEAR and target.skipped in _NOT_VISITED:
                ways.note(unvisited_reason(context, target.url), target.url)
                break
