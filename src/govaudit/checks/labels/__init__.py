"""Meta labels of home, column and content pages."""
