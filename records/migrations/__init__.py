"""Migrations, applied in order by `records.schema`; add a file to `versions/` for a change."""
