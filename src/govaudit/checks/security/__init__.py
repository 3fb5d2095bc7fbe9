"""Whether what the site sends is protected on its way, and whether visitors are."""
