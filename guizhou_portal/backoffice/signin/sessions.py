"""Where sessions are kept: in the database, under keys that can be stored there; and for whom."""

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.middleware import SessionMiddleware


class SessionStore(DatabaseSessions):
    def _validate_session_key(self, key):
        """A cookie can hold anything; NUL would be a fault of PostgreSQL's."""
        return super()._validate_session_key(key) and key.isalnum()


class BackOfficeSessions(SessionMiddleware):
    """Sets and takes back its cookie in the back office alone, whatever cookie a visitor sends."""

    def process_response(self, request, response):
        if not request.path.startswith(settings.SESSION_COOKIE_PATH):
            return response
        return super().process_response(request, response)
