"""Uploads on a store that speaks S3, where ``MEDIA_STORAGE_URL`` names one.

Their addresses stay the portal's own: :func:`guizhou_portal.operations.media.stored_file` hands
them on, a proxy keeps them. So the store needs no public address, and pages load from one host.
"""

import tempfile
from contextlib import contextmanager
from urllib.parse import urljoin

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import SuspiciousFileOperation, SuspiciousOperation
from django.core.files import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

#: Seconds for which the size of a file is remembered: pages name it, and it never changes.
SIZE_KEPT = 24 * 3600
#: Bytes of a file kept in memory while it is read, and handed on at once.
IN_MEMORY, CHUNK = 4 * 2**20, 64 * 2**10


class StoreError(OSError):
    """The store does not answer, or refuses: not a fault of the file that was asked for."""


@contextmanager
def _in_words_of_files(name):
    """Whatever the store says becomes what a disk would say, which the portal knows to handle."""
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"].get("HTTPStatusCode") == 404:
            raise FileNotFoundError(f"File does not exist: {name}") from error
        raise StoreError(f"The object store refuses {name}: {error}") from error
    except BotoCoreError as error:
        raise StoreError(f"The object store does not answer: {error}") from error


class ObjectStorage(S3Storage):
    """``STORAGES["default"]``; its options come from ``environment.media_storage``."""

    def __init__(self, path_style=True, **options):
        # Few attempts, soon given up: a visitor is waiting. Check sums as older stores know them.
        options["client_config"] = Config(
            connect_timeout=3,
            read_timeout=20,
            retries={"mode": "standard", "max_attempts": 3},
            s3={"addressing_style": "path" if path_style else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(file_overwrite=False, default_acl=None, **options)

    @property
    def bucket(self):
        """One for each thread: boto3's resources are not made to be shared."""
        return self.connection.Bucket(self.bucket_name)

    @property
    def _client(self):
        return self.connection.meta.client

    def _normalize_name(self, name):
        """The name in the bucket; one that leads out of the folder is refused as on a disk."""
        try:
            return super()._normalize_name(name)
        except SuspiciousOperation as error:
            raise SuspiciousFileOperation(str(error)) from error

    # --- what Django's storages do ---------------------------------------------------------------

    def _open(self, name, mode="rb"):
        if mode != "rb":
            raise ValueError("Files on the object store are opened for reading, or saved whole.")
        content = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (File closes it)
        with _in_words_of_files(name):
            self._client.download_fileobj(self.bucket_name, self._normalize_name(name), content)
        content.seek(0)
        return File(content, name)

    def _save(self, name, content):
        with _in_words_of_files(name):
            return super()._save(name, content)

    def delete(self, name):
        with _in_words_of_files(name):
            super().delete(name)
        cache.delete(f"media-size:{name}")

    def exists(self, name):
        with _in_words_of_files(name):
            return super().exists(name)

    def size(self, name):
        with _in_words_of_files(name):
            return cache.get_or_set(f"media-size:{name}", lambda: self._size(name), SIZE_KEPT)

    def _size(self, name):
        return self._client.head_object(Bucket=self.bucket_name, Key=self._normalize_name(name))[
            "ContentLength"
        ]

    def get_modified_time(self, name):
        with _in_words_of_files(name):
            return super().get_modified_time(name)

    def url(self, name):
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name).lstrip("/"))

    # --- what the portal needs beside that --------------------------------------------------------

    def streamed(self, name):
        """``(pieces, bytes, time of change)`` of a file, as it comes; raises ``OSError``."""
        with _in_words_of_files(name):
            found = self._client.get_object(Bucket=self.bucket_name, Key=self._normalize_name(name))
        return found["Body"], found["ContentLength"], found["LastModified"]

    def all_files(self):
        """``(name, bytes, time of change)`` of every file, in the order of their names."""
        prefix = f"{self.location.strip('/')}/" if self.location.strip("/") else ""
        pages = self._client.get_paginator("list_objects_v2")
        with _in_words_of_files(prefix or "all files"):
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=prefix):
                for one in page.get("Contents", ()):
                    name = one["Key"].removeprefix(prefix)
                    if name and not any(part.startswith(".") for part in name.split("/")):
                        yield name, one["Size"], one["LastModified"]
