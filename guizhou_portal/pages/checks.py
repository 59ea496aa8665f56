"""Warn the operator while the imprint the law asks for is incomplete."""

from django.core.checks import Tags, Warning, register
from django.db import DatabaseError


@register(Tags.database)
def operator_is_provided(app_configs, databases, **kwargs):
    from .models import Operator

    if not databases:
        return []
    try:
        missing = Operator.current().missing()
    except DatabaseError:  # before the first migration
        return []
    if not missing:
        return []
    names = ", ".join(str(Operator._meta.get_field(name).verbose_name) for name in missing)
    return [
        Warning(
            f"The operator's details are incomplete: {names}.",
            hint="Fill in the operator in the admin under Site.",
            id="guizhou_portal.W001",
        )
    ]
