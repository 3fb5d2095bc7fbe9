"""What a site tells the other sites of its run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.columns.tree import column_tree
from govaudit.checks.documents.own import own_documents
from govaudit.checks.documents.titles import column_doubt
from govaudit.checks.documents.words import document_words
from govaudit.checks.guides.guide_consistency import compared_elements
from govaudit.checks.guides.told_guides import told_guides
from govaudit.checks.home import home_problem
from govaudit.inspection.facts import NAVIGATION_TAGS
from govaudit.inspection.peers import Peer, ToldDocument
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.context import Context

_MOST_TITLES = 50_000
_SHORTEST_TITLE = 8


def told_by(context: Context) -> Peer:
    """The numbered documents of a site, the titles that its links show, and its guides."""
    documents = context.derived(own_documents)
    return Peer(
        site=context.site,
        documents=tuple(
            ToldDocument(one.number, one.title, one.url, one.made, one.validity) for one in documents.numbered
        ),
        titles=_titles(context),
        unread=_unread(context),
        guides=told_guides(context, compared_elements(context)),
    )


def _titles(context: Context) -> tuple[str, ...]:
    kinds = document_words().document_kinds
    found: set[str] = set()
    for _, link in context.facts.every_anchor():
        if link.tag not in NAVIGATION_TAGS or len(found) >= _MOST_TITLES:
            continue
        title = fold(link.text)
        if len(title) >= _SHORTEST_TITLE and any(kind in title for kind in kinds):
            found.add(title)
    return tuple(sorted(found))


def _unread(context: Context) -> str:
    problem = home_problem(context)
    if problem is None:
        policies = [one for one in context.derived(column_tree).columns if one.type == "policy"]
        problem = column_doubt(one for one in policies if not one.missing)
    if problem is None:
        unread = context.derived(own_documents).unread
        return f"browser-needed: {unread[0]}" if unread else ""
    return f"{problem[0].value}: {problem[1]}"
