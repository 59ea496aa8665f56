"""Pages travel compressed; pictures and documents, which already are, go as they lie."""

from django.middleware.gzip import GZipMiddleware

COMPRESSIBLE = (
    "text/",
    "application/xml",
    "application/json",
    "application/manifest+json",
    "application/atom+xml",
)


class TextCompressionMiddleware(GZipMiddleware):
    """Django's gzip, random padding against guessing secrets included, for texts alone."""

    def process_response(self, request, response):
        if not response.get("Content-Type", "").startswith(COMPRESSIBLE):
            return response
        return super().process_response(request, response)
