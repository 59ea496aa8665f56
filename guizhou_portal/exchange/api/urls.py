from django.urls import path

from .openapi import openapi
from .views import api

urlpatterns = [path("openapi.json", openapi, name="openapi"), path("", api.urls)]
