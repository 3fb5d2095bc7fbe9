"""The site code as the registry, the footer, the labels and the error-report entry give it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from govaudit.checks.identity.mark_survey import normal_form
from govaudit.inspection.facts import MarkKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Mark

SITE_CODE = re.compile(r"\d{10}|[Bb][Mm]\d{8}")
"""Ten digits, or ``bm`` and eight digits for ministries."""

_CODE_IN_ADDRESS = re.compile(r"[?&](?:site_?code|v)=([0-9A-Za-z]+)", re.IGNORECASE)


def footer_codes(page: StoredPage, pattern: re.Pattern[str] = SITE_CODE) -> list[str]:
    """Well-formed codes of the page's footer, in lower case."""
    codes = (normal_form(mark.value).lower() for mark in page.marks if mark.kind is MarkKind.SITE_CODE)
    return [code for code in codes if pattern.fullmatch(code)]


def expected_code(context: Context, pages: Iterable[StoredPage], pattern: re.Pattern[str] = SITE_CODE) -> str:
    """The registered code; without one the code that most pages show (empty: none shows any), lower case."""
    if context.site.code:
        return context.site.code.strip().lower()
    shown = Counter(code for page in pages for code in footer_codes(page, pattern))
    return min(shown, key=lambda code: (-shown[code], code)) if shown else ""


def code_of_entry(mark: Mark) -> str:
    """The site code that an error-report entry carries, in lower case; empty when it carries none."""
    match = _CODE_IN_ADDRESS.search(mark.url)
    if match:
        return match.group(1).lower()
    value = normal_form(mark.value).lower()
    return value if SITE_CODE.fullmatch(value) else ""
