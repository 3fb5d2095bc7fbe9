"""Tables that steer the crawl: walls, links that act, traps, types of files. Data, checked when it is loaded."""
