"""One module a step, each applied once to a ledger."""
