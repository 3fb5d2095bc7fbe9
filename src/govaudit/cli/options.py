"""Options that commands share, and what they mean for a run."""

from __future__ import annotations

import logging
import os
import re
import ssl
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from govaudit.cli.speech import say, text
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.run import BrowserMode, Budget, Family, Network, nameserver_address, parse_moment
from govaudit.inspection.workspace import Settings, Workspace, find_workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

F = TypeVar("F", bound="Callable[..., object]")

_ENVIRONMENT = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")


def _described(*names: str, key: str, **settings: Any) -> Callable[[F], F]:
    return click.option(*names, help=text(f"options.{key}"), **settings)


def _apply(options: list[Callable[[F], F]], function: F) -> F:
    for option in reversed(options):
        function = option(function)
    return function


def everywhere(function: F) -> F:
    """``--workspace``, ``-q``, ``-v``: of every command."""
    return _apply(
        [
            _described(
                "--workspace", key="workspace", type=click.Path(path_type=Path, file_okay=False), default=None
            ),
            _described("-q", "--quiet", key="quiet", is_flag=True),
            _described("-v", "--verbose", key="verbose", is_flag=True),
        ],
        function,
    )


def networked(function: F) -> F:
    """Options of every command that uses the network."""
    return _apply(
        [
            _described("--as-of", key="as-of", metavar="ISO", default=""),
            _described("--resolve", key="resolve", metavar="HOST:PORT:ADDR[,ADDR…]", multiple=True),
            _described("--nameserver", key="nameserver", metavar="ADDR[:PORT]", default=""),
            _described("--max-pages", key="max-pages", type=click.IntRange(min=0), default=None),
            _described("--max-depth", key="max-depth", type=click.IntRange(min=0), default=None),
            _described("--rate", key="rate", type=click.FloatRange(min=0), default=None),
            _described("--concurrency", key="concurrency", type=click.IntRange(min=1), default=None),
            _described("--jobs", key="jobs", type=click.IntRange(min=0), default=None),
            _described(
                "--browser", key="browser", type=click.Choice(["auto", "never", "always"]), default="auto"
            ),
            _described("--family", key="family", type=click.Choice(["auto", "4", "6"]), default="auto"),
            _described("--header", key="header", metavar="NAME:VALUE", multiple=True),
            _described("--cookie", key="cookie", metavar="NAME=VALUE", multiple=True),
            _described("--user-agent", key="user-agent", default=""),
            _described("--ignore-robots", key="ignore-robots", is_flag=True),
            _described("--trust", key="trust", type=click.Path(path_type=Path, dir_okay=False), default=None),
            _described("--allow-private", key="allow-private", is_flag=True),
        ],
        function,
    )


def visiting(function: F) -> F:
    """Options of a command that only visits home pages."""
    return _apply(
        [
            _described("--resolve", key="resolve", metavar="HOST:PORT:ADDR[,ADDR…]", multiple=True),
            _described("--nameserver", key="nameserver", metavar="ADDR[:PORT]", default=""),
            _described("--rate", key="visit-rate", type=click.FloatRange(min=0), default=None),
            _described("--family", key="visit-family", type=click.Choice(["auto", "4", "6"]), default="auto"),
            _described("--header", key="header", metavar="NAME:VALUE", multiple=True),
            _described("--cookie", key="cookie", metavar="NAME=VALUE", multiple=True),
            _described("--trust", key="trust", type=click.Path(path_type=Path, dir_okay=False), default=None),
            _described("--user-agent", key="user-agent", default=""),
            _described("--allow-private", key="allow-private", is_flag=True),
        ],
        function,
    )


def starting_a_run(function: F) -> F:
    """What ``inspect`` and ``crawl`` are given: addresses or a site list, and the name and terms of the run."""
    return _apply(
        [
            click.argument("urls", nargs=-1, metavar="[URL…]"),
            _described("--sites", "sites_file", key="sites", type=click.Path(path_type=Path)),
            _described("--run", key="run", default="", metavar="NAME"),
            _described("--profile", key="profile", default="", metavar="NAME"),
            _described("--again", key="again", is_flag=True),
            networked,
            everywhere,
        ],
        function,
    )


def workspace_of(folder: Path | None) -> Workspace:
    """The workspace a command works in."""
    return open_workspace(folder.resolve() if folder else find_workspace(Path.cwd()))


def hush(*, verbose: bool) -> None:
    """Library chatter only for those who ask for it."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.ERROR, format="%(levelname)s %(name)s %(message)s"
    )


def moment_of(value: str) -> datetime | None:
    """The moment of ``--as-of``; ``None`` when it was not given."""
    if not value:
        return None
    try:
        return parse_moment(value)
    except ValueError as error:
        raise InputError(Problem("option.no-moment", "--as-of", arguments={"value": value})) from error


def network_of(workspace: Workspace, options: dict[str, Any], *, own_machine: bool = False) -> Network:
    """How requests are made: command line over workspace over defaults. ``own_machine``: the target is known to lie
    on this machine.

    Raises ``InputError`` for values that mean nothing, for a browser where none can be used, and for requests without
    limit to somebody else's server.
    """
    _look_for_browser(options["browser"], quiet=options["quiet"])
    if options["nameserver"]:
        try:
            nameserver_address(options["nameserver"])
        except ValueError as error:
            arguments: dict[str, str | int] = {"value": options["nameserver"]}
            raise InputError(Problem("option.no-nameserver", "--nameserver", arguments=arguments)) from error
    settings = workspace.settings
    browser: BrowserMode = options["browser"]
    family: Family = options["family"]
    rate = settings.rate if options["rate"] is None else options["rate"]
    if not (rate or options["allow_private"] or own_machine):
        raise InputError(Problem("option.no-limit", "--rate"))
    return Network(
        resolve=dict(_resolved(value) for value in options["resolve"]),
        nameserver=options["nameserver"],
        rate=rate,
        concurrency=settings.concurrency if options["concurrency"] is None else options["concurrency"],
        family=family,
        browser=browser,
        user_agent=_user_agent(options["user_agent"], settings),
        headers=tuple(_header(value) for value in options["header"]),
        cookies=tuple(_expanded(value, "--cookie") for value in options["cookie"]),
        ignore_robots=options["ignore_robots"],
        nofollow=settings.nofollow,
        hours=settings.hours,
        allow_private=options["allow_private"],
        trust=_trusted_file(workspace, options["trust"]),
        ipv6_controls=settings.ipv6_controls,
    )


def _trusted_file(workspace: Workspace, given: Path | None) -> str:
    """The file of further certificates: as given, else the settings', which name it from the workspace on."""
    file = given.resolve() if given else workspace.root / workspace.settings.trust
    if not (given or workspace.settings.trust):
        return ""
    from govaudit.crawler.probes.certificates import extra_certificates  # noqa: PLC0415 - help must be quick

    extra_certificates(str(file))
    return str(file)


def _user_agent(given: str, settings: Settings) -> str:
    """What site owners see: as given, else the settings' with the address at which they reach us."""
    if given:
        if not (given.isascii() and given.isprintable()):
            raise InputError(Problem("option.no-agent", "--user-agent"))
        return given
    agent, contact = settings.user_agent, settings.contact.strip()
    if not contact:
        return agent
    return f"{agent[:-1]}; +{contact})" if agent.endswith(")") else f"{agent} (+{contact})"


def _look_for_browser(mode: BrowserMode, *, quiet: bool) -> None:
    """Refuse ``always`` where there is no browser; where one would be used if it was needed, say what is missing."""
    if mode == "never":
        return
    from govaudit.crawler.browser.installed import find_browser  # noqa: PLC0415 - help must be quick

    installed = find_browser()
    if installed.usable:
        return
    if mode == "always":
        raise InputError(installed.problem())
    if not quiet:
        say("inspect.no-browser", missing=installed.missing, install=installed.install)


def budget_of(workspace: Workspace, options: dict[str, Any]) -> Budget:
    """Limits of one site's crawl."""
    settings = workspace.settings
    return Budget(
        max_pages=settings.max_pages if options["max_pages"] is None else options["max_pages"],
        max_depth=settings.max_depth if options["max_depth"] is None else options["max_depth"],
        browser_pages=settings.browser_pages,
        screenshots=settings.screenshots,
        screenshot_seconds=settings.screenshot_seconds,
        sights=settings.sights,
    )


def _resolved(value: str) -> tuple[str, tuple[str, ...]]:
    """``HOST:PORT:ADDR[,ADDR…]`` of curl; IPv6 addresses may stand in brackets."""
    host, _, rest = value.partition(":")
    port, _, addresses = rest.partition(":")
    found = tuple(one.strip().strip("[]") for one in addresses.split(",") if one.strip())
    if not (host and port.isdigit() and found):
        raise InputError(Problem("option.no-resolve", "--resolve", arguments={"value": value}))
    return f"{host.lower()}:{port}", found


def _header(value: str) -> tuple[str, str]:
    name, colon, content = value.partition(":")
    if not (name.strip() and colon) or "\n" in value or "\r" in value:
        raise InputError(Problem("option.no-header", "--header", arguments={"value": name}))
    return name.strip(), _expanded(content.strip(), "--header")


def basic_auth(value: str) -> tuple[str, str]:
    """The header of ``--user``."""
    name, colon, password = _expanded(value, "--user").partition(":")
    if not (name and colon) or any(ord(character) < 0x20 for character in f"{name}{password}"):
        raise InputError(Problem("option.no-user", "--user"))
    coded = b64encode(f"{name}:{password}".encode()).decode("ascii")
    return "Authorization", f"Basic {coded}"


def client_key(certificate: str, key: str, password: str) -> tuple[str, str, str]:
    """Paths of ``--cert`` and ``--key`` with the key's password, all empty when none is given. Raises ``InputError``,
    which names the option and neither path nor password, when they do not fit together."""
    if not certificate:
        if key or password:
            raise InputError(Problem("option.no-key", "--cert"))
        return "", "", ""
    certificate, key = _expanded(certificate, "--cert"), _expanded(key, "--key")
    password = _expanded(password, "--key-password")
    try:
        # Without a password of ours, OpenSSL would ask the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key or None, lambda: password)
    except (OSError, ValueError) as error:
        raise InputError(Problem("option.no-key", "--cert")) from error
    return certificate, key, password


def _expanded(value: str, option: str) -> str:
    """``value`` with ``$NAME`` and ``${NAME}`` replaced from the environment, so that secrets stay out of histories."""
    for name in _ENVIRONMENT.findall(value):
        if name not in os.environ:
            raise InputError(Problem("option.no-variable", option, arguments={"name": name}))
    return _ENVIRONMENT.sub(lambda match: os.environ[match.group(1)], value)
