"""The bank: commands on customers, lines and contracts, posted to one ledger."""
