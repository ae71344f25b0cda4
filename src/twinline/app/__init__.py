"""Use cases: load, ask the core, record. Ports are Protocols; adapters implement them."""
