"""What the loader has written, so that it can tell an editor's change from its own."""

from django.db import models


class LoadedRecord(models.Model):
    """One record of the content files as it was when last written to the database."""

    model = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    object_id = models.PositiveBigIntegerField()
    content = models.JSONField()
    loaded = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="loaded_record_once")]

    def __str__(self):
        return f"{self.model} {self.key}"
