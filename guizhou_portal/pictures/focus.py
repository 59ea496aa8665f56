"""The point of a picture that matters: it stays in sight however a page crops the picture.

A page's policy allows no inline style: the point is a pair of classes, in steps of five per cent
(``static/css/pictures.css``).
"""

from django import forms
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MIDDLE = 50  # per cent
STEP = 5  # per cent


class Crop(models.TextChoices):
    """Shapes in which pages show pictures."""

    PAGE = "page", _("Head of a page")
    EVENT = "event", _("List of events")
    CARD = "card", _("Card")
    PHOTO = "photo", _("Gallery")
    FACTOR = "factor", _("Location page")
    PORTRAIT = "portrait", _("Beside the name")


class PercentageFormField(forms.IntegerField):
    """Nothing means the middle: whoever does not look at the crops need not fill it in."""

    def clean(self, value):
        number = super().clean(value)
        return MIDDLE if number is None else number


class PercentageField(models.PositiveSmallIntegerField):
    """A place along one side of a picture, 0 to 100 per cent."""

    def formfield(self, **kwargs):
        kwargs = {"form_class": PercentageFormField, "max_value": 100, **kwargs}
        return super().formfield(**kwargs)


def focal_point():
    """The two columns of a picture's focal point, per cent from the left and from the top.

    For a picture ``image`` they are ``image_focus_x, image_focus_y = focal_point()``.
    """
    return tuple(
        PercentageField(label, default=MIDDLE, blank=True, validators=[MaxValueValidator(100)])
        for label in (
            _("focal point: per cent from the left"),
            _("focal point: per cent from the top"),
        )
    )


def focal_point_within(image):
    """The constraint that the focal point of ``image`` lies in the picture."""
    return models.CheckConstraint(
        condition=Q(**{f"{image}_focus_x__range": (0, 100), f"{image}_focus_y__range": (0, 100)}),
        name=f"%(app_label)s_%(class)s_{image}_focus",
        violation_error_message=_("The focal point lies in the picture: from 0 to 100 per cent."),
    )


def focus_of(record, image):
    """``(x, y)`` in per cent; the middle for pictures without a focal point, such as logos."""
    return tuple(getattr(record, f"{image}_focus_{axis}", MIDDLE) for axis in "xy")


def focus_classes(x, y):
    """The classes that let a crop keep ``x`` and ``y`` in sight; none for the middle."""
    steps = [(axis, STEP * ((value + STEP // 2) // STEP)) for axis, value in (("x", x), ("y", y))]
    return " ".join(f"focus-{axis}-{value}" for axis, value in steps if value != MIDDLE)
