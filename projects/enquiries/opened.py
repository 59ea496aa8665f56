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
    """``key`` tells one opened form from another; ``at``: when, in seconds since 1970.

    ``consent``: the key of the :class:`.models.ConsentText` that was shown. ``is_expired``: it has
    to be sent once more; who has read it need not wait again.
    """

    key: str
    at: int
    consent: int
    is_expired: bool = False

    @classmethod
    def now(cls, consent):
        return cls(secrets.token_hex(16), int(time.time()), consent)

    @classmethod
    def read(cls, word):
        """What a form brings back, or None if it is not ours."""
        try:
            return cls(*signing.loads(word, salt=SALT, max_age=LONGEST))
        except signing.SignatureExpired:
            return cls(*signing.loads(word, salt=SALT), is_expired=True)
        except (signing.BadSignature, TypeError):  # or of an earlier version of the portal
            return None

    @property
    def word(self):
        return signing.dumps([self.key, self.at, self.consent], salt=SALT)

    @property
    def seconds(self):
        return time.time() - self.at
