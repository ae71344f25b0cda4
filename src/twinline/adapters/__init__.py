"""The shell: files, terminal, later PostgreSQL and HTTP. Adapters do not know each other."""
