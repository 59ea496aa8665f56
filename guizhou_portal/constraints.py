"""Rules several records share, kept by the database: amounts and their currency, periods."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Currency(models.TextChoices):
    """ISO 4217."""

    CNY = "CNY", _("Chinese yuan (CNY)")
    EUR = "EUR", _("euro (EUR)")
    CHF = "CHF", _("Swiss franc (CHF)")
    USD = "USD", _("US dollar (USD)")
    HKD = "HKD", _("Hong Kong dollar (HKD)")
    GBP = "GBP", _("pound sterling (GBP)")
    JPY = "JPY", _("Japanese yen (JPY)")


def amount_field(label):
    """The field of an amount of money, which may be unknown; its currency stands beside it."""
    return models.DecimalField(
        label,
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        # For the form, which says it in fewer words than the constraint could.
        validators=[MinValueValidator(Decimal("0.01"))],
    )


def amount_with_currency(amount, currency="currency"):
    """The constraint that an amount and its currency come together and the amount is positive."""
    return models.CheckConstraint(
        condition=(
            Q(**{f"{amount}__isnull": True, currency: ""})
            # "is not null" in so many words: to SQL, a rule on an unknown amount is not broken.
            | Q(
                **{
                    f"{amount}__isnull": False,
                    f"{amount}__gt": 0,
                    f"{currency}__in": Currency.values,
                }
            )
        ),
        name=f"%(app_label)s_%(class)s_{amount}_with_currency",
        violation_error_message=_(
            "An amount and its currency come together: fill in both, or leave both empty."
        ),
    )


def not_before(end, start, message):
    """The constraint that a period does not end before it starts; either may be unknown."""
    return models.CheckConstraint(
        condition=(
            Q(**{f"{end}__isnull": True})
            | Q(**{f"{start}__isnull": True})
            | Q(**{f"{end}__gte": models.F(start)})
        ),
        name=f"%(app_label)s_%(class)s_{end}_not_before_{start}"[:60],
        violation_error_message=message,
    )


class LatestFirstIndex(models.Index):
    """For lists by a date: latest first, unknown last, and by key among equals.

    ``first``: the columns of which such a list has one value each, such as the publication.
    """

    @classmethod
    def by(cls, column, name, first=(), **kwargs):
        latest = models.F(column).desc(nulls_last=True)
        return cls(*map(models.F, first), latest, models.F("id"), name=name, **kwargs)

    def create_sql(self, model, schema_editor, using="", **kwargs):
        index = super()
        if schema_editor.connection.vendor == "sqlite":
            # There the unknown comes last by itself, and must not be asked for in an index.
            *first, latest, _key = self.expressions
            first = [one.name for one in first]
            fields = [*first, f"-{latest.expression.name}", "id"]
            index = models.Index(fields=fields, name=self.name, condition=self.condition)
        return index.create_sql(model, schema_editor, using, **kwargs)
