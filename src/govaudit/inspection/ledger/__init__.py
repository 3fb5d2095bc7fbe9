"""The ledger: findings over runs, their states, and who changed them when and why. Nothing is ever deleted."""
