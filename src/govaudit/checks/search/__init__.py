"""Checks of the search of the site itself."""
