"""What we know: machine results as immutable Parquet, transactions in SQLite, every read on DuckDB."""
