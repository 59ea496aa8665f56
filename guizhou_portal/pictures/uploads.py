"""Files that are stored before a record uses them, while the form that holds them is not saved.

The form carries a signed note of each: whose it is, what for, and under which name it is stored.
They lie where they will be used, documents under names nobody can guess. What is never saved is an
orphan, which ``manage.py orphaned_files`` cleans away.
"""

from dataclasses import dataclass
from pathlib import PurePath

from django.core import signing
from django.core.files.storage import default_storage

SALT = "guizhou_portal.uploads"
#: Seconds for which an upload can be saved; less than orphans are left alone.
VALID = 12 * 3600


@dataclass(frozen=True)
class Upload:
    """A stored file that no record uses yet. ``called``: its name on the editor's machine."""

    name: str
    called: str

    def signed(self, purpose, user):
        """A token of it; ``purpose``: where alone it can be used, such as a model's field."""
        return signing.dumps([purpose, user.pk, self.name, self.called], salt=SALT)

    @classmethod
    def read(cls, token, purpose, user):
        """The upload behind a token; None if it is old, somebody else's, not for this, or gone."""
        try:
            its_purpose, user_key, name, called = signing.loads(token, salt=SALT, max_age=VALID)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        is_theirs = (its_purpose, user_key) == (purpose, user.pk)
        return cls(name, called) if is_theirs and default_storage.exists(name) else None


def store(record, field, file, called):
    """Store ``file`` as saving it in ``field`` of ``record`` would; ``record`` is not saved.

    ``called``: its name on the editor's machine. Raises ``ValidationError`` if a field for pictures
    gets a file that is none.
    """
    setattr(record, field, file)
    record._meta.get_field(field).pre_save(record, add=True)
    return Upload(getattr(record, field).name, PurePath(called).name)
