"""Which language an answer is in."""

from django.middleware.locale import LocaleMiddleware

#: What machines read: it is the same in whatever language one asks.
WITHOUT_LANGUAGE = ("/sitemap", "/robots.txt", "/.well-known/")


class LanguageMiddleware(LocaleMiddleware):
    """That of the address; elsewhere that of the browser, and caches are told so."""

    def process_response(self, request, response):
        if response.status_code < 400 and request.path_info.startswith(WITHOUT_LANGUAGE):
            return response
        return super().process_response(request, response)
