"""Papers that an office sends: the circular and the rectification notices, one text for DOCX, PDF and HTML."""
