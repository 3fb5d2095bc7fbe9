"""What a page shows only in a browser: finding one, opening pages with it, and keeping it inside its fence."""
