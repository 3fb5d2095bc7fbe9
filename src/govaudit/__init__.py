"""Government website inspection: sites → facts → findings → reports."""

from importlib.metadata import version

__version__ = version("govaudit")
