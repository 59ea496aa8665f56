"""Secrets in files, as container engines and systemd's credentials hand them over.

``NAME_FILE`` names the file that holds the value of ``NAME``: a password in an environment
variable is seen by every process the server starts, and in the listings of an engine.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

#: What a variable's name ends in that may hold a secret; a URL may hold a password.
ENDINGS = ("_KEY", "_URL", "_URLS", "_PASSWORD", "_TOKEN", "_DSN")
SUFFIX = "_FILE"


def read(name):
    """The value of ``name`` from the file that ``NAME_FILE`` names, without its last line break.

    None if no file is named. Raises ``ImproperlyConfigured`` for a file that cannot be read or is
    empty, and if the variable itself is set as well.
    """
    pointer = f"{name}{SUFFIX}"
    file = os.environ.get(pointer, "").strip()
    if not file or not name.endswith(ENDINGS):
        return None
    if os.environ.get(name, "").strip():
        raise ImproperlyConfigured(f"Both {name} and {pointer} are set; leave one of them out.")
    try:
        value = Path(file).read_text("utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a text"
        raise ImproperlyConfigured(
            f"{pointer} names {file}, which cannot be read ({reason})."
        ) from error
    if not value.strip():
        raise ImproperlyConfigured(f"{pointer} names {file}, which is empty.")
    return value
