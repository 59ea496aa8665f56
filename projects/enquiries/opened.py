"""When a form was opened: a signed word inside it, in place of a cookie."""

import secrets
import time
from dataclasses import dataclass

from django.core import signing

SALT = "guizhou_portal.enquiry"
LONGEST = 24 * 3600  # seconds; a form left open over night is still good
QUICKEST = 3  # seconds; nobody reads and fills in a form in less


@dataclass(frozen=True)
class Opened:
    """``key`` tells one opened form from another; ``at``: when, in seconds since 1970."""

    key: str
    at: int

    @classmethod
    def now(cls):
        return cls(secrets.token_hex(16), int(time.time()))

    @classmethod
    def read(cls, word):
        """What a form brings back, or None if it is not ours or too old."""
        try:
            key, at = signing.loads(word, salt=SALT, max_age=LONGEST)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return cls(key, at)

    @property
    def word(self):
        return signing.dumps([self.key, self.at], salt=SALT)

    @property
    def seconds(self):
        return time.time() - self.at
