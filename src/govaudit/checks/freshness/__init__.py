"""How recent a site and its columns are."""
