"""A registered website and what belongs to it."""

from __future__ import annotations

import msgspec

from govaudit.inspection.urls import host_of, without_www

_FILE_NAME = str.maketrans(":", "_", "[]")


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the site list.

    ``scope`` holds hosts (``zwfw.x.gov.cn``) and host-with-path prefixes (``www.x.gov.cn/bm/``) that are
    own pages besides the registered host with its ``www``/apex twin. ``kind``: portal, department, service.
    """

    url: str
    code: str = ""
    name: str = ""
    sponsor: str = ""
    region: str = ""
    level: str = ""
    kind: str = "portal"
    profile: str = ""
    scope: tuple[str, ...] = ()
    main_host: str = ""
    tags: tuple[str, ...] = ()
    owner_email: str = ""
    enabled: bool = True

    @property
    def key(self) -> str:
        """The site code, or the host (with a registered port) of a site that has none. Names its files."""
        return self.code or host_of(self.url).translate(_FILE_NAME)

    @property
    def host(self) -> str:
        """Registered host with its port when that is not the scheme's own."""
        return host_of(self.url)


class SiteScope:
    """Decides which addresses are own pages of a site. Subdomains with an own entry in the list are not."""

    def __init__(self, site: Site, other_hosts: frozenset[str] = frozenset()) -> None:
        """``other_hosts``: hosts that other sites of the list are registered under."""
        home = without_www(site.host)
        self._hosts = {home, f"www.{home}"} - (other_hosts - {site.host})
        self._prefixes: list[tuple[str, str]] = []
        for entry in (*site.scope, site.main_host):
            host, slash, path = entry.partition("/")
            if host and slash and path:
                self._prefixes.append((host.lower(), f"/{path}"))
            elif host:
                self._hosts.add(host.lower())

    def owns(self, url: str) -> bool:
        """Whether ``url`` (absolute, canonical) is a page of the site."""
        scheme, _, rest = url.partition("://")
        if scheme not in {"http", "https"}:
            return False
        host, slash, path = rest.partition("/")
        if host in self._hosts:
            return True
        return any(host == own and (slash + path).startswith(prefix) for own, prefix in self._prefixes)
