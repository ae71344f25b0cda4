"""Books and decisions as Parquet files, read and written in batches."""
