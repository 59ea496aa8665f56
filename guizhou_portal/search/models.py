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
