"""A real PostgreSQL server for a test session, with its data in a folder of its own and no port but a socket's."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = "no PostgreSQL server is installed (Debian: postgresql)"
_PATIENCE = "60"


def server_programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``; ``None`` where there is no server."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((one for one in found if (one / "pg_ctl").is_file() and (one / "initdb").is_file()), None)


@contextmanager
def running_postgresql(programs: Path) -> Iterator[str]:
    """Start a server; gives the address of its first database as the settings of a workspace take it. PostgreSQL runs
    under no administrator, so as one the tests start it as the account ``nobody``, or ``postgres`` where there is."""
    account = _account()
    # A socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as root:
        folder = Path(root)
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        data, log = folder / "data", folder / "log"

        def run(*command: str) -> None:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": root},
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )  # fmt: skip
            if done.returncode:
                told = log.read_text() if log.is_file() else ""
                raise RuntimeError(f"{command[0]}: {done.stderr}{done.stdout}{told}")

        run(
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "govaudit",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        )
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run(
            str(programs / "pg_ctl"),
            "-D",
            str(data),
            "-l",
            str(log),
            "-w",
            "-t",
            _PATIENCE,
            "-o",
            options,
            "start",
        )
        try:
            yield f"postgresql+psycopg://govaudit@/postgres?host={folder}"
        finally:
            run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    names = {one.pw_name: one for one in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def fresh_database(address: str, name: str) -> str:
    """The address of an empty database on the server."""
    quoted = "".join(one if one.isalnum() else "_" for one in name.lower())
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {quoted}"))
        connection.execute(text(f"CREATE DATABASE {quoted}"))
    engine.dispose()
    return address.replace("/postgres?", f"/{quoted}?")
