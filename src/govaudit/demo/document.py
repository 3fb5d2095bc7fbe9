"""The planted faults and near misses as a table to read (``docs/demo-portals.md``), written to standard output."""

from __future__ import annotations

import sys

from govaudit.demo.portal import planted_in, template_environment
from govaudit.demo.specification import PORTALS, load_portal, load_states


def demo_portals_markdown() -> str:
    """The document, Markdown in English."""
    sections = [(portal, planted_in("", portal.host)) for portal in map(load_portal, PORTALS)]
    states = load_states().states
    return template_environment().get_template("demo-portals.md").render(sections=sections, states=states)


if __name__ == "__main__":
    sys.stdout.write(demo_portals_markdown())
