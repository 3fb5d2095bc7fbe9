"""Lists that a page carries as data of a script: ``<script type="text/xml"><datastore>`` of Hanweb systems."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline

_RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.DOTALL | re.IGNORECASE)
_MOST_RECORDS = 500


def stored_records(page: Outline) -> str:
    """HTML of the records that the page's script will show, empty when it carries none."""
    records: list[str] = []
    for element, code in page.code.items():
        if page.tag[element] == "script" and "<record>" in code[:20_000]:
            records += [match[1] for match in _RECORD.finditer(code)]
    return f"<ul>{''.join(records[:_MOST_RECORDS])}</ul>" if records else ""
