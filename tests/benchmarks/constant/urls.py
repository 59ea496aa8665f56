"""``/<bytes>/`` answers with a page of so many bytes, made once."""

from functools import cache

from django.http import HttpResponse
from django.urls import path


@cache
def page_of(size):
    return b"<!doctype html>".ljust(size, b"x")


def constant(request, size):
    # Its length said, as Django's own middleware would: without it the server sends in chunks.
    return HttpResponse(page_of(size), headers={"Content-Length": str(size)})


urlpatterns = [path("<int:size>/", constant)]
