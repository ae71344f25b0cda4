"""The bank's book in PostgreSQL: schema, queries, store, launcher, migrations. All SQL is here."""
