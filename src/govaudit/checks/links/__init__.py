"""Links and resources that cannot be opened."""
