"""Steps from one schema to the next, found by Alembic."""
