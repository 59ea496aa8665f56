from django.urls import path, register_converter

from . import views


class Kind:
    """The ending of a sheet."""

    regex = "csv|xlsx"

    def to_python(self, value):
        return value

    to_url = to_python


register_converter(Kind, "sheet")

urlpatterns = [
    path("data/", views.DataPage.as_view(), name="data"),
    path("data/api/", views.ApiReference.as_view(), name="api_reference"),
    path("data/<slug:name>.<sheet:kind>", views.sheet_file, name="data_sheet"),
]
