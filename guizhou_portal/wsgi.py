import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guizhou_portal.settings")


class Request(WSGIRequest):
    """Is read as UTF-8, as every page is written: an encoding that it names may be none of text."""

    def _set_content_type_params(self, meta):
        content_type = meta.get("CONTENT_TYPE", "")
        self.content_type, self.content_params = parse_header_parameters(content_type)


django = get_wsgi_application()
django.request_class = Request

from guizhou_portal.operations.lane import Lane  # noqa: E402  (needs the settings)

application = Lane(django)
