"""What ``[watch]`` in ``govaudit.toml`` may say, and where a mistake in it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path

MAIL = "[watch.email]\nserver = 'smtp.x.cn:465'\nsender = 'a@b.cn'\nto = ['c@d.cn']\n"


@pytest.mark.parametrize(
    ("setting", "line", "key"),
    [
        ("rate = 2\n[watch]\nper_day = 5\n", 3, "watch.per_day"),
        ("[watch]\ncontrols = ['gov.cn']\n", 2, "watch.controls"),
        ("[watch]\nalerts = ['down', 'sideways']\n", 2, "watch.alerts.1"),
        ("[watch]\nevery = 5\n", 2, "watch.every"),
        (MAIL.replace(":465", ""), 2, "watch.email.server"),
        (MAIL + "user = 'u'\n", 1, "watch.email"),
        ("\n\n[watch.webhook]\nurl = 'ftp://x/'\n", 4, "watch.webhook.url"),
        ("rate = -1\n", 1, "rate"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, setting: str, line: int, key: str) -> None:
    (tmp_path / "govaudit.toml").write_text(setting, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        open_workspace(tmp_path)
    (problem,) = raised.value.problems
    assert (problem.line, problem.column) == (line, key)


def test_the_settings_have_defaults_and_can_be_set(tmp_path: Path) -> None:
    assert open_workspace(tmp_path).settings.watch.per_day == 24
    text = "[watch]\nper_day = 48\nalerts = ['down', 'up']\n" + MAIL + "security = 'starttls'\n"
    (tmp_path / "govaudit.toml").write_text(text, encoding="utf-8")
    watch = open_workspace(tmp_path).settings.watch
    assert (watch.per_day, watch.alerts) == (48, ("down", "up"))
    assert watch.email is not None
    assert watch.email.security == "starttls"
    assert watch.webhook is None
