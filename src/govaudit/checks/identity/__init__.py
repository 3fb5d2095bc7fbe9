"""Marks that a government site shows on every page: codes, records, sponsor, entries."""
