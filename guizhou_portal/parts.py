"""What is a part of what: a record that goes when another is deleted belongs to it."""

from django.db import models


def wholes(model):
    """The fields that lead from a part to what it belongs to; none for a record of its own."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE
    ]
