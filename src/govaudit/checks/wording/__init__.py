"""Checks of what pages say: words, private numbers, marks of secrecy."""
