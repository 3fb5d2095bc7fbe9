"""The program ``govaudit``: finds the command, renders errors, gives the exit code."""

from __future__ import annotations

import errno
import importlib
import signal
import sys
import traceback
from typing import TYPE_CHECKING

import click

from govaudit import __version__
from govaudit.cli.speech import complain, say, text
from govaudit.inspection.errors import GovauditError, InputError, Problem, UncheckedError

if TYPE_CHECKING:
    from types import FrameType

COMMANDS = {
    "init": "init_workspace",
    "demo": "demo",
    "inspect": "inspect",
    "crawl": "crawl",
    "check": "check",
    "report": "report",
    "watch": "watch",
    "recheck": "recheck",
    "gate": "gate",
    "sites": "sites",
    "findings": "findings",
    "answers": "answers",
    "checks": "checks",
    "explain": "explain",
    "profiles": "profiles",
    "verify": "verify",
    "runs": "runs",
    "doctor": "doctor",
}
"""Command → module of this folder that holds it as ``command``; loaded only when used."""

_CANNOT_WRITE = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EISDIR, errno.ENOTDIR}
)
OK, OVER_THE_GATE, INPUT_ERROR, UNCHECKED, INTERNAL_ERROR, INTERRUPTED = 0, 1, 2, 3, 4, 130


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - signature of click
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"govaudit.cli.{COMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands from the catalogue, without loading their modules."""
        with formatter.section(text("help.commands")):
            formatter.write_dl([(name, text(f"{COMMANDS[name]}.short")) for name in COMMANDS])


@click.group(
    cls=_Commands, help=text("help.program"), context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="govaudit")
def program() -> None:
    """The root of all commands."""


def main() -> None:
    """Run a command; every error ends in one clear line and the exit code of the contract."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = program.main(standalone_mode=False)
    except click.exceptions.Exit as end:
        code = end.exit_code
    except click.ClickException as error:
        error.show()
        code = INPUT_ERROR
    except InputError as error:
        complain(error.problems)
        code = INPUT_ERROR
    except UncheckedError as error:
        complain(error.problems)
        code = UNCHECKED
    except GovauditError as error:
        complain(error.problems)
        code = INTERNAL_ERROR
    except (KeyboardInterrupt, click.Abort):
        say("output.interrupted")
        code = INTERRUPTED
    except SystemExit:
        # click ends so, with 1, when the reader of a pipe went away; 1 belongs to the gate alone
        code = OK
    except OSError as error:
        _tell_os_error(error)
        code = INTERNAL_ERROR
    except Exception:  # noqa: BLE001 - the last line of defence: an internal error has its own exit code
        traceback.print_exc()
        say("output.internal-error")
        code = INTERNAL_ERROR
    sys.exit(code)


def _tell_os_error(error: OSError) -> None:
    """One line about a place that cannot be written; anything else is an internal error."""
    if error.filename is None or error.errno not in _CANNOT_WRITE:
        traceback.print_exception(error)
        say("output.internal-error")
        return
    why: dict[str, str | int] = {"why": error.strerror or str(error)}
    complain([Problem("file.cannot-write", str(error.filename), arguments=why)])


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
