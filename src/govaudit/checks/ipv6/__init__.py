"""Whether the site is reached over IPv6."""
