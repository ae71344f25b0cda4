"""Double entry, pure: accounts, transfers, group outcomes and refusals."""
