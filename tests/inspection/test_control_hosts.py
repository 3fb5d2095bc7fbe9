"""The setting that names hosts which are known to have IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.workspace import SETTINGS_FILE, open_workspace

if TYPE_CHECKING:
    from pathlib import Path


def test_hosts_with_and_without_port(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text('ipv6_controls = ["www.a.example", "b.example:80"]\n', "utf-8")
    assert open_workspace(tmp_path).settings.ipv6_controls == ("www.a.example", "b.example:80")


@pytest.mark.parametrize(
    "written", ["", "http://a.example/", "a.example:0", "a.example:http", "localhost", "::1"]
)
def test_what_is_no_host_is_refused(written: str, tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text(f'ipv6_controls = ["{written}"]\n', "utf-8")
    with pytest.raises(InputError):
        open_workspace(tmp_path)
