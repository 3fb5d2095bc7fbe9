from __future__ import annotations

from pathlib import Path

from govaudit.demo.document import demo_portals_markdown


def test_the_table_of_planted_faults_is_up_to_date() -> None:
    written = Path(__file__).parents[2] / "docs" / "demo-portals.md"
    assert written.read_text(encoding="utf-8") == demo_portals_markdown()
