"""The Store in SQLAlchemy Core, over SQLite (embedded) and PostgreSQL (at scale). Start with `store.open_store`."""
