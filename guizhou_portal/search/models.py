from django.contrib.contenttypes.models import ContentType
from django.db import models


class Entry(models.Model):
    """The words one record is found by. Each word stands there once, with one space between."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    title_words = models.TextField(blank=True)
    words = models.TextField(blank=True)  # those of the title as well

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content_type", "object_id"], name="search_entry_once")
        ]

    def __str__(self):
        return f"{self.content_type_id}-{self.object_id}"


class Word(models.Model):
    """A word of any entry, now or before: what a part of a word is looked up in."""

    text = models.CharField(max_length=60, primary_key=True)

    def __str__(self):
        return self.text


class PublicEntry(models.Model):
    """The terms one record is found by on the public site, as :mod:`.index` writes them.

    Its key holds the kind of record and the record's own key, so that the index itself can be
    asked for one kind and gives its records in a stable order; see :mod:`.results`. Whether the
    public sees the record is asked of the record.
    """

    id = models.BigIntegerField(primary_key=True)
    terms = models.TextField(blank=True)

    def __str__(self):
        return str(self.pk)
