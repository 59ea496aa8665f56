from django.urls import path, re_path

from .openapi import openapi
from .views import api, nothing

urlpatterns = [
    path("v1/openapi.json", openapi, name="openapi"),
    path("v1/", api.urls),
    re_path("", nothing),
]
