"""Documents and disclosure: what has to be published, and how."""
