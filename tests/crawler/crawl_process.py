"""A crawl in a process of its own, to be killed or interrupted: ``python -m tests.crawler.crawl_process URL STORE
[MAX_PAGES]``."""

from __future__ import annotations

import sys
from pathlib import Path

from govaudit.crawler.crawl import crawl
from govaudit.inspection.errors import GovauditError
from govaudit.inspection.run import Budget
from tests.crawler.crawling import plan_for


def main() -> int:
    """Crawl; print the state, or the keys of the problems."""
    url, store, *limit = sys.argv[1:]
    budget = Budget(max_pages=int(limit[0])) if limit else None
    try:
        state = crawl(plan_for(url, budget=budget), Path(store), lambda _: None)
    except GovauditError as error:
        print(*(problem.key for problem in error.problems))
        return 4
    print("interrupted" if state.interrupted else "finished", state.problem)
    return 0


if __name__ == "__main__":
    sys.exit(main())
