"""How templates become pages: everything escaped, nothing missing in silence."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment_of_pages() -> Environment:
    """A new environment over the program's own templates."""
    return Environment(
        loader=PackageLoader("govaudit", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
