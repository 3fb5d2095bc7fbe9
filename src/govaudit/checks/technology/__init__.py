"""Whether pages rest on what browsers of today no longer run."""
