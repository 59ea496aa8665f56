"""Pictures in forms of records."""


def picture_fields(image, alt=True, credit=None):
    """The form's fields for the picture ``image``, in their order.

    ``alt``: whether it has words of its own for people who cannot see it. ``credit``: the names of
    the credit and the licence, where they are not named after the picture.
    """
    return [
        image,
        (f"{image}_focus_x", f"{image}_focus_y"),
        *([f"{image}_alt"] if alt else []),
        credit or (f"{image}_credit", f"{image}_licence"),
    ]
