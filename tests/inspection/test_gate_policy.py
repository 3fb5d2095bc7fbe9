"""The gate's part of the settings: every mistake is one clear line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.gate_policy import GateRule
from govaudit.inspection.verdict import Kind
from govaudit.inspection.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path

POLICY = """
rate = 2

[gate]
baseline = "ledger"
at_most = 2
inconclusive_external = "fail"
seconds = 300

[[gate.rules]]
name = "archive"
paths = ["/archive/*"]
closes = false

[[gate.rules]]
name = "columns"
kinds = ["veto"]
checks = ["COL*", "FRE001"]
"""


def test_rules_come_first_and_the_table_itself_is_the_last(tmp_path: Path) -> None:
    (tmp_path / "govaudit.toml").write_text(POLICY)
    policy = open_workspace(tmp_path).settings.gate
    assert [rule.name for rule in policy.in_order] == ["archive", "columns", ""]
    assert policy.in_order[1] == GateRule(name="columns", kinds=(Kind.VETO,), checks=("COL*", "FRE001"))
    assert policy.in_order[2].at_most == 2
    assert (policy.new_only, policy.inconclusive, policy.seconds) == (True, "fail", 300.0)


@pytest.mark.parametrize(
    ("written", "line", "key"),
    [
        ("[gate]\nat-most = 1", 2, "gate.at-most"),
        ("[gate]\nat_most = -1", 2, "gate.at_most"),
        ('[gate]\nkinds = ["grave"]', 2, "gate.kinds"),
        ('[gate]\ninconclusive = "ignore"', 2, "gate.inconclusive"),
        ('[gate]\n\npaths = ["news/*"]', 3, "gate.paths"),
        ('[[gate.rules]]\nchecks = ["LNK001"]', 1, "gate.rules"),
        ('[[gate.rules]]\nname = "a"\nclosed = true', 3, "gate.rules.0.closed"),
    ],
)
def test_a_mistake_is_named_with_line_and_key(tmp_path: Path, written: str, line: int, key: str) -> None:
    (tmp_path / "govaudit.toml").write_text(written + "\n")
    with pytest.raises(InputError) as caught:
        open_workspace(tmp_path)
    (problem,) = caught.value.problems
    assert problem.line == line
    assert (problem.column or "").startswith(key)


def test_a_rule_names_a_check_by_a_pattern_other_than_all() -> None:
    assert GateRule(checks=("LNK*",)).names("LNK002")
    assert not GateRule(checks=("*",)).names("LNK002")
    assert GateRule(checks=("*",)).means_check("LNK002", must_be_named=False)
    assert not GateRule().means_check("LNK002", must_be_named=True)
