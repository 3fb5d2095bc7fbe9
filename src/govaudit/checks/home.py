"""The way into a site: its home page, or why that was not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.inspection.facts import PageKind, Tag
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Fetch

_REASONS = {reason.value: reason for reason in Reason}
_LEADING_ON = frozenset({Tag.FRAME, Tag.REFRESH, Tag.SCRIPTED})


def front_pages(context: Context) -> tuple[StoredPage, ...]:
    """The home page, with the pages in its frames; where it only leads on, the pages that it leads to."""
    return context.derived(_front_pages)


def _front_pages(context: Context) -> tuple[StoredPage, ...]:
    shell = context.home or context.facts.page(context.home_url)
    if shell is None or shell.kind in {PageKind.CHALLENGE, PageKind.ERROR}:
        return ()
    is_shell = shell.kind is PageKind.STUB
    tags = _LEADING_ON if is_shell else {Tag.FRAME}
    led_to = {link.url for link in context.facts.links(shell.url_id) if link.tag in tags}
    if is_shell and shell.reading.refresh:
        led_to.add(shell.reading.refresh)
    inner: tuple[StoredPage, ...] = ()
    if led_to:
        inner = tuple(page for page in context.pages if page.url in led_to and page.url != shell.url)
    return inner if is_shell else (shell, *inner)


def home_addresses(context: Context) -> frozenset[str]:
    """Addresses of the home page: as registered, as it answered, and of its parts."""
    pages = front_pages(context)
    return frozenset({context.home_url, *(page.url for page in pages), *(page.final_url for page in pages)})


def home_problem(context: Context) -> tuple[Reason, str] | None:
    """Why the home page was not read, or the crawl broke off for want of a network; ``None`` when all is well."""
    if front_pages(context) and not context.facts.state.network_lost:
        return None
    name, _, detail = context.facts.state.problem.partition(":")
    reason = _REASONS.get(name.strip())
    if reason is not None:
        return reason, detail.strip() or context.home_url
    shell = context.facts.page(context.home_url)
    if shell is not None and shell.reading.kind is PageKind.CHALLENGE:
        return Reason.BLOCKED_PAGE, shell.reading.challenge or context.home_url
    looks = context.looks.get(context.home_url)
    if looks:
        return reason_of(looks[-1]), looks[-1].detail or f"{context.home_url} {looks[-1].status}"
    return unvisited_reason(context, context.home_url) or Reason.NOT_MEASURED, context.home_url


def reason_of(fetch: Fetch) -> Reason:
    """Named reason for which an answer could not be used."""
    if fetch.reason is not None:
        return fetch.reason
    return Reason.SERVER_ERROR if fetch.status >= 400 else Reason.PARSE


def unvisited_reason(context: Context, url: str) -> Reason | None:
    """Why an address was not visited; ``None`` where nothing that a reader looks for can be: actions, endless
    series, addresses outside the site."""
    skipped = context.facts.why_left_out(url)
    if skipped is not None:
        return _REASONS.get(skipped.value)
    if context.facts.state.interrupted or not context.facts.state.finished_at:
        return Reason.INTERRUPTED
    return Reason.NOT_MEASURED
