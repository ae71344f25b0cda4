"""API keys and the record of accesses, in files beside the bank or in memory."""
