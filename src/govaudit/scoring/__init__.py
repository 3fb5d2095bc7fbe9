"""Findings + profile → points, vetoes, results."""
