"""Backups encrypted with age (https://age-encryption.org/v1), which other programs read as well.

Who makes backups needs the public key only; the secret one belongs on another machine.
"""

import os
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from errno import EPIPE
from pathlib import Path

from .faults import BackupError, DamagedError

BEGINNING = b"age-encryption.org/v1\n"
PUBLIC, SECRET = "age1", "AGE-SECRET-KEY-1"


def new_key():
    """``(public key, text of a key file)``, the text as age-keygen writes it."""
    from pyrage import x25519

    secret = x25519.Identity.generate()
    public = str(secret.to_public())
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return public, f"# created: {made}\n# public key: {public}\n{secret}\n"


def recipients(given, file=None):
    """The public keys in ``given`` and in the lines of ``file``; :class:`BackupError` otherwise."""
    from pyrage import RecipientError, x25519

    words = [*given, *(_lines(file, "recipient") if file else [])]
    if file and not words:
        raise BackupError(f"There is no public key in {file}.")
    try:
        return [x25519.Recipient.from_str(word) for word in words]
    except RecipientError as error:
        raise BackupError(
            f"A public key must look like {PUBLIC}…, as manage.py backup_key makes it."
        ) from error


def identities(file):
    """The secret keys in a key file; :class:`BackupError` if there is none."""
    from pyrage import IdentityError, x25519

    try:
        found = [x25519.Identity.from_str(line) for line in _lines(file, "identity")]
    except IdentityError:  # the line itself is not repeated: it may be a secret
        found = []
    if not found:
        raise BackupError(f"There is no secret key ({SECRET}…) in {file}.")
    return found


def _lines(file, kind):
    try:
        lines = [line.strip() for line in Path(file).read_text().splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text"
        raise BackupError(f"The {kind} file {file} cannot be read ({reason}).") from error
    return [line for line in lines if line and not line.startswith("#")]


@contextmanager
def encrypting(file, keys):
    """A file to write into; what is written comes out encrypted in ``file``, chunk by chunk."""
    import pyrage

    def encrypt(source, failures):
        try:
            with source:
                pyrage.encrypt_io(source, file, keys)
        except pyrage.EncryptError as error:
            failures.append(BackupError(f"The backup could not be written ({error})."))
        except Exception as error:
            failures.append(error)

    with _beside(encrypt, ours_writes=True) as pipe:
        yield pipe


@contextmanager
def decrypting(file, keys):
    """A file to read from: what ``file`` holds, each chunk checked before it is handed out."""
    import pyrage

    def decrypt(target, failures):
        try:
            with target:
                pyrage.decrypt_io(file, target, keys)
        except pyrage.DecryptError as error:
            # The only one of its kinds that can be told apart is the one people meet.
            wrong = "matching keys" in str(error)
            failures.append(
                BackupError("The backup is encrypted for another key than this one.")
                if wrong
                else DamagedError(f"The backup is damaged: it cannot be decrypted ({error}).")
            )
        except Exception as error:
            if getattr(error, "errno", None) != EPIPE:  # nobody wanted the rest
                failures.append(
                    DamagedError(f"The backup is damaged: it cannot be decrypted ({error}).")
                )

    with _beside(decrypt, ours_writes=False) as pipe:
        yield pipe


@contextmanager
def _beside(work, ours_writes):
    """Run ``work(its end of a pipe, failures)`` in a thread beside; gives our end.

    What failed over there comes first: that we found the pipe broken only follows from it.
    """
    reading, writing = os.pipe()
    source, target = os.fdopen(reading, "rb"), os.fdopen(writing, "wb")
    ours, its = (target, source) if ours_writes else (source, target)
    failures = []
    thread = threading.Thread(target=work, args=(its, failures), daemon=True)
    thread.start()
    try:
        yield ours
    except BaseException as error:
        with suppress(OSError):
            ours.close()
        thread.join()
        if failures and isinstance(error, Exception):  # not if somebody wants us to end
            raise failures[0] from None
        raise
    with suppress(BrokenPipeError):  # the thread tells why
        ours.close()
    thread.join()
    if failures:
        raise failures[0]
