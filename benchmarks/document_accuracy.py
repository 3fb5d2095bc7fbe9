"""How right what the checks know of document pages is: number, index number, office, days, class, validity, links.

Run: python benchmarks/document_accuracy.py [--layout NAME] [--all]

Three hundred pages: twenty documents in fifteen layouts (``document_layouts/``), whose answers are what was put in;
what a page does not say has to stay empty. For every layout and every element: recall and precision with their
denominators; every disagreement is listed. Ends with 1 when recall or precision of the whole is below 98 %.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from content_accuracy import WANTED, figures, precision, recall
from document_layouts import layouts, outcomes

if TYPE_CHECKING:
    from guide_layouts import Outcome


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layout", help="only this one")
    parser.add_argument("--all", action="store_true", help="list what was right, too")
    options = parser.parse_args()
    by_layout = {
        name: list(outcomes(name, layout))
        for name, layout in layouts().items()
        if options.layout in {None, name}
    }
    by_element: dict[str, list[Outcome]] = defaultdict(list)
    for name, found in by_layout.items():
        print(f"{name:<30}{figures(found)}")
        for one in found:
            by_element[one.element].append(one)
            if options.all or not one.right:
                print(f"    {one.guide} {one.element}: [{one.expected[:160]}] found [{one.found[:160]}]")
    for element, found in by_element.items():
        print(f"{element}: {figures(found)}")
    everything = [one for found in by_layout.values() for one in found]
    print(f"{len(by_layout)} layouts: {figures(everything)}")
    return 0 if min(recall(everything), precision(everything)) >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
