"""What of a site was seen."""
