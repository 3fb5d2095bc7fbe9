"""``govaudit verify``: check bundles of evidence."""

from __future__ import annotations

import re
from pathlib import Path

import click

from govaudit.cli.options import everywhere, hush
from govaudit.cli.speech import complain, say, text
from govaudit.inspection.errors import InputError, Problem

_DIGEST = re.compile(r"(sha256:)?[0-9a-fA-F]{64}")


@click.command("verify", short_help=text("verify.short"), help=text("verify.help"))
@click.argument("bundles", nargs=-1, required=True, metavar="BUNDLE…", type=click.Path(path_type=Path))
@click.option("--sha256", default="", metavar="HEX", help=text("verify.sha256-option"))
@everywhere
@click.pass_context
def command(
    context: click.Context,
    bundles: tuple[Path, ...],
    sha256: str,
    workspace: Path | None,  # noqa: ARG001 - a bundle is whole wherever it lies
    *,
    quiet: bool,
    verbose: bool,
) -> None:
    """Bundles → what is wrong with them; the hash of the manifest of each whole one goes to standard output."""
    from govaudit.workflow.verify_bundle import verify_bundle  # noqa: PLC0415 - help must be quick

    hush(verbose=verbose)
    if sha256 and (len(bundles) > 1 or not _DIGEST.fullmatch(sha256)):
        raise InputError(Problem("option.no-sha256", "--sha256", arguments={"value": sha256}))
    broken = 0
    for bundle in bundles:
        found = verify_bundle(bundle, sha256)
        complain(found.problems)
        if found.problems:
            broken += 1
            continue
        click.echo(f"{found.digest}  {bundle}")
        if not quiet:
            say("verify.whole", file=bundle, files=found.files, records=found.records)
            for name in found.absent:
                say("verify.absent", file=bundle, name=name)
    context.exit(2 if broken else 0)
