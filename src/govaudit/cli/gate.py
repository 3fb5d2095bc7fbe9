"""``govaudit gate``: may this release go out?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govaudit.cli.inspect import formats_of
from govaudit.cli.options import (
    basic_auth,
    budget_of,
    client_key,
    everywhere,
    hush,
    moment_of,
    network_of,
    networked,
    workspace_of,
)
from govaudit.cli.progress import ProgressDisplay
from govaudit.cli.speech import text

if TYPE_CHECKING:
    from govaudit.inspection.gate_policy import GatePolicy
    from govaudit.inspection.run import Network
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.gate import GateOptions

STDOUT_FORMATS = ("json", "sarif", "junit", "gitlab", "github", "md", "csv")


@click.command("gate", short_help=text("gate.short"), help=text("gate.help"))
@click.argument("target")
@click.option("--profile", default="", metavar="NAME", help=text("options.profile"))
@click.option(
    "--kind", type=click.Choice(["portal", "department", "service"]), default=None, help=text("options.kind")
)
@click.option("--base-url", default="", metavar="URL", help=text("options.base-url"))
@click.option("--baseline", default="", metavar="FILE|ledger", help=text("options.baseline"))
@click.option("--changed-since", default="", metavar="REV", help=text("options.changed-since"))
@click.option("--urls", type=click.Path(path_type=Path, dir_okay=False), help=text("options.urls"))
@click.option("--max-seconds", type=click.FloatRange(min=0), default=None, help=text("options.max-seconds"))
@click.option("--user", default="", metavar="NAME:PASSWORD", help=text("options.user"))
@click.option("--cert", default="", metavar="FILE", help=text("options.cert"))
@click.option("--key", default="", metavar="FILE", help=text("options.key"))
@click.option("--key-password", default="", metavar="$NAME", help=text("options.key-password"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help=text("options.out"))
@click.option("--formats", default="", metavar="NAME,…", help=text("options.formats"))
@click.option(
    "--format", "output", type=click.Choice(STDOUT_FORMATS), default=None, help=text("options.format")
)
@click.option("--explain", is_flag=True, help=text("options.explain"))
@click.option("--report-only", is_flag=True, help=text("options.report-only"))
@networked
@everywhere
@click.pass_context
def command(context: click.Context, /, target: str, **options: Any) -> None:
    """Inspect and decide."""
    from govaudit.cli.gate_speech import tell  # noqa: PLC0415 - help must be quick
    from govaudit.reports.write import known_formats  # noqa: PLC0415
    from govaudit.workflow.gate import gate  # noqa: PLC0415
    from govaudit.workflow.inspect import RunOptions  # noqa: PLC0415

    hush(verbose=options["verbose"])
    workspace = workspace_of(options["workspace"])
    formats = formats_of(options["formats"])
    known_formats(formats)
    policy = _policy(workspace, options)
    asked = RunOptions(
        as_of=moment_of(options["as_of"]),
        profile=options["profile"],
        network=_network(workspace, target, options),
        budget=budget_of(workspace, options),
        formats=formats,
    )
    with ProgressDisplay(quiet=options["quiet"]) as display:
        end = gate(target, workspace, asked, display.tell, _asked(workspace, policy, options))
    if end.output:
        sys.stdout.buffer.write(end.output)
        sys.stdout.flush()
    tell(end, quiet=options["quiet"], explain=options["explain"], report_only=options["report_only"])
    context.exit(end.exit_code(report_only=options["report_only"]))


def _policy(workspace: Workspace, options: dict[str, Any]) -> GatePolicy:
    policy = workspace.settings.gate
    seconds = options["max_seconds"]
    return policy if seconds is None else policy.model_copy(update={"seconds": seconds})


def _asked(workspace: Workspace, policy: GatePolicy, options: dict[str, Any]) -> GateOptions:
    from govaudit.inspection.gate_policy import LEDGER  # noqa: PLC0415
    from govaudit.workflow.gate import GateOptions  # noqa: PLC0415

    baseline: str | Path = options["baseline"]
    if not baseline and policy.baseline not in {"", LEDGER}:
        baseline = workspace.root / policy.baseline

    return GateOptions(
        policy=policy,
        base_url=options["base_url"],
        kind=options["kind"] or "",
        baseline=baseline or policy.baseline,
        changed_since=options["changed_since"],
        urls=options["urls"],
        out=options["out"],
        output=options["output"] or "",
    )


def _network(workspace: Workspace, target: str, options: dict[str, Any]) -> Network:
    """What all commands are told of the network, and how a staging server is entered. A server of this machine is not
    waited for."""
    import msgspec  # noqa: PLC0415 - help must be quick

    from govaudit.workflow.gate import on_this_machine  # noqa: PLC0415

    own_machine = on_this_machine(target)
    if own_machine and options["rate"] is None:
        options = {**options, "rate": 0.0}
    network = network_of(workspace, options, own_machine=own_machine)
    headers = network.headers
    if options["user"]:
        headers = (*headers, basic_auth(options["user"]))
    certificate, key, password = client_key(options["cert"], options["key"], options["key_password"])
    return msgspec.structs.replace(
        network,
        headers=headers,
        client_certificate=certificate,
        client_key=key,
        client_key_password=password,
    )
