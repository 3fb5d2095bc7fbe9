"""How right the contents are that the reader takes from pages: elements of service guides.

Run: python benchmarks/content_accuracy.py [--layout NAME] [--all]

Sixty guides in twelve layouts (``guide_layouts/``), whose answers are what was put in. For every layout: recall (of the
elements that stand there, how many were found with their text) and precision (of the elements found, how many are
right), with their denominators; every disagreement is listed. Ends with 1 when recall or precision is below 98 %.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from guide_layouts import layouts, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from guide_layouts import Outcome

WANTED = 0.98


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layout", help="only this one")
    parser.add_argument("--all", action="store_true", help="list what was right, too")
    options = parser.parse_args()
    by_layout: dict[str, list[Outcome]] = defaultdict(list)
    guides = 0
    for layout in layouts():
        if options.layout in {None, layout.name}:
            guides += sum(len(group) for _, group in layout.pages)
            by_layout[layout.name] = list(outcomes(layout))
    for name, found in by_layout.items():
        print(f"{name:<22}{figures(found)}")
        for one in found:
            if options.all or not one.right:
                print(f"    {one.guide} {one.element}: [{one.expected[:160]}] found [{one.found[:160]}]")
    everything = [one for found in by_layout.values() for one in found]
    print(f"{guides} guides in {len(by_layout)} layouts: {figures(everything)}")
    return 0 if min(recall(everything), precision(everything)) >= WANTED else 1


def figures(found: list[Outcome]) -> str:
    """Recall and precision with their denominators."""
    right = sum(one.right and bool(one.expected) for one in found)
    there, told = _there(found), _told(found)
    return f"recall {right}/{there} = {recall(found):.1%}, precision {right}/{told} = {precision(found):.1%}"


def _there(found: Iterable[Outcome]) -> int:
    return sum(bool(one.expected) for one in found)


def _told(found: Iterable[Outcome]) -> int:
    return sum(bool(one.found) for one in found)


def recall(found: list[Outcome]) -> float:
    """Of what is there, the share that was read right."""
    return sum(one.right and bool(one.expected) for one in found) / max(1, _there(found))


def precision(found: list[Outcome]) -> float:
    """Of what was read, the share that is right."""
    return sum(one.right and bool(one.expected) for one in found) / max(1, _told(found))


if __name__ == "__main__":
    sys.exit(main())
