"""Django's PostgreSQL backend, which says at once that a database is gone."""
