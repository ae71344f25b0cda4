"""The whole pool in columns: figures of a book, concentration, expected loss."""
