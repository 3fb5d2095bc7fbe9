"""Names of policies in the basis of a guide, with what stands behind them."""

from __future__ import annotations

import pytest

from govaudit.checks.guides.basis_text import named_in


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", []),
        ("依法办理", []),
        ("《居住证暂行条例》", [("居住证暂行条例", "")]),
        ("《建筑法》第三条、《城乡规划法》", [("建筑法", "第三条、"), ("城乡规划法", "")]),
    ],
)
def test_a_basis_may_name_none_one_or_several(text: str, named: list[tuple[str, str]]) -> None:
    assert named_in(text) == named
