"""Columns: the tree that a site shows, and what it lacks."""
