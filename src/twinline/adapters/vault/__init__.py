"""Personal data under lock and key: how a field is sealed, and a vault in memory."""
