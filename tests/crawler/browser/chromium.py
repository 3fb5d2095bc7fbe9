"""Tests that need the machine's browser."""

from __future__ import annotations

import pytest

from govaudit.crawler.browser.installed import find_browser

_FOUND = find_browser()
needs_chromium = pytest.mark.skipif(not _FOUND.usable, reason=f"not installed: {_FOUND.missing}")
