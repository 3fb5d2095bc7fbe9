"""``govaudit demo``: the bundled portals, inspected."""

from __future__ import annotations

from pathlib import Path

import click

from govaudit.cli.inspect import tell_end
from govaudit.cli.options import everywhere, hush
from govaudit.cli.progress import ProgressDisplay
from govaudit.cli.speech import say, text
from govaudit.inspection.workspace import open_workspace


@click.command("demo", short_help=text("demo.short"), help=text("demo.help"))
@click.option("--quarters", type=click.IntRange(1, 2), default=1, help=text("options.quarters"))
@everywhere
@click.pass_context
def command(
    context: click.Context, quarters: int, workspace: Path | None, *, quiet: bool, verbose: bool
) -> None:
    """Start the demo portals on loopback, inspect them, write the quarterly report."""
    from govaudit.demo.server import running_portals  # noqa: PLC0415 - help must be quick
    from govaudit.inspection.run import Network  # noqa: PLC0415
    from govaudit.workflow.inspect import RunOptions, begin_run, inspect_run  # noqa: PLC0415
    from govaudit.workflow.new_workspace import write_settings  # noqa: PLC0415

    hush(verbose=verbose)
    root = (workspace or Path("demo-workspace")).resolve()
    write_settings(root)
    opened = open_workspace(root)
    code = 0
    for state in ("2026Q4", "2027Q1")[:quarters]:
        with running_portals(state) as portals:
            (root / "sites.csv").write_text(portals.site_list_csv(), encoding="utf-8-sig")
            if not quiet:
                say("demo.portals", state=state, addresses="\n  ".join(portals.addresses.values()))
            network = Network(
                nameserver=portals.nameserver,
                connect_port=portals.connect_port,
                allow_private=True,
                rate=0.0,
                browser="never",
            )
            asked = RunOptions(run=state, as_of=portals.as_of, network=network, again=True)
            record = begin_run(opened, portals.sites, asked, listed=True)
            with ProgressDisplay(quiet=quiet) as display:
                end = inspect_run(opened, record, asked, display.tell)
        tell_end(opened, end, (), quiet=quiet)
        code = max(code, end.exit_code(strict=False))
    context.exit(code)
