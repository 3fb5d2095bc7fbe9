"""SEC002: words, links and targets that no government publishes."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.links.signs import is_public
from govaudit.checks.registry import Fault, NoParams, check
from govaudit.checks.wording.survey import judge_words
from govaudit.checks.wording.vocabulary import wording
from govaudit.inspection.facts import Tag
from govaudit.inspection.finding import Locator
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.registry import Judgement
    from govaudit.inspection.facts import Link

_MOST_PAGES = 5000
_MOST_TEXT = 80


@check("SEC002", name="illegal-content", faults=("words", "target"), params=NoParams)
def illegal_content(context: Context, _: NoParams) -> Judgement:
    """Words of betting, pornography, forbidden trade and defacement in texts, titles and attachments, and links to
    hosts whose names are made of them.

    Lines that fight such things (打击, 查处, 举报, 非法 …) are left alone, and so are hosts of governments. Words are
    those of ``checks/vocabulary/wording.yaml`` with the workspace's ``words/illegal.csv`` on top. Each word and each
    host is one finding with all its pages, for a person to confirm.

    Clause: 单项否决/安全、泄密事故等严重问题 “发布或链接反动、暴力、色情等内容”.
    Reads: texts and titles of own pages, probes ``attachment-text``, references of own pages.
    Could not tell: the home page's reason when nothing was read.
    """
    words = judge_words(context, "illegal", Verdict.REVIEW, "words")
    if not words.examined:
        return words
    return msgspec.structs.replace(words, faults=[*words.faults, *_targets(context)])


def _targets(context: Context) -> list[Fault]:
    """Hosts by their names, one finding each."""
    pattern = re.compile("|".join(wording().illegal.hosts), re.IGNORECASE)
    suspects: dict[int, tuple[str, Link]] = {}
    judged: dict[str, bool] = {}
    for number, link in context.facts.every_anchor():
        if link.url is None or link.tag not in {Tag.A, Tag.AREA, Tag.FRAME, Tag.SCRIPT, Tag.REFRESH}:
            continue
        host = hostname_of(link.url)
        if host not in judged:
            judged[host] = (
                not context.scope.owns(link.url) and not is_public(host) and bool(pattern.search(host))
            )
        if judged[host]:
            suspects[number] = host, link
    if not suspects:
        return []
    pages: dict[str, list[str]] = defaultdict(list)
    first: dict[str, Link] = {}
    own = array("I", suspects)
    for page, references in context.facts.references():
        for number in set(references).intersection(own):
            host, link = suspects[number]
            first.setdefault(host, link)
            if len(pages[host]) < _MOST_PAGES:
                pages[host].append(page.url)
    return [_fault(host, first[host], tuple(dict.fromkeys(urls))) for host, urls in pages.items()]


def _fault(host: str, link: Link, pages: tuple[str, ...]) -> Fault:
    return Fault(
        subject=host,
        page=pages[0],
        fault="target",
        arguments={
            "word": host,
            "sentence": link.text[:_MOST_TEXT],
            "pages": len(pages),
            "address": link.url or "",
            "right": "",
        },
        verdict=Verdict.REVIEW,
        aspect="target",
        count=len(pages),
        pages=pages,
        locator=Locator(raw=link.raw, text=link.text),
    )
