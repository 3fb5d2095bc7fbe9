"""Measurements beside the crawl: what the name server says of the site, and how far each of its addresses goes."""

from govaudit.crawler.probes.measurement import measure

__all__ = ["measure"]
