"""Whether and how fast home pages open, by the watch log."""
