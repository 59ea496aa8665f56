"""Where sessions are kept: in the database, under keys that can be stored there."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions


class SessionStore(DatabaseSessions):
    def _validate_session_key(self, key):
        """A cookie can hold anything; NUL would be a fault of PostgreSQL's."""
        return super()._validate_session_key(key) and key.isalnum()
