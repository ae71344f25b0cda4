"""Life after the draw: facts, fold, statement, allocation, delinquency, relief. Pure."""
