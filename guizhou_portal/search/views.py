"""The search page, and suggestions while typing."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View

from guizhou_portal.publishing.views import ReadOnlyMixin

from .examples import examples
from .hits import hits
from .marks import composed
from .ranking import MOST, find, suggest
from .results import kinds
from .sought import understood
from .spelling import corrected

#: Hits of a kind on the page of all kinds; on its own page, ``Search.paginate_by``.
EACH = 5
SUGGESTIONS = 8
SUGGESTIONS_KEPT = 15  # seconds, by the visitor's browser alone


@method_decorator(never_cache, name="dispatch")
class Search(ReadOnlyMixin, TemplateView):
    """``?q=``: what is looked for; ``kind=``: one kind of result alone; ``page=``: of these.

    ``exact=1``: as it was typed, although nothing is found by it.
    """

    template_name = "search/search.html"
    paginate_by = 20

    def get_context_data(self, **kwargs):
        given = self.request.GET
        query = understood(given.get("q", ""))
        self.asked = {"q": query.text} if query.text else {}
        context = {
            "query": query,
            "examples": [] if query.words else examples(),
            "noindex": bool(query.text),
            "search_page": True,
        }
        if given.get("exact"):
            self.asked["exact"] = "1"
        if query.words:
            context |= self.found(query, given.get("kind", ""))
        # The other languages' addresses and the next pages keep what was asked.
        self.request.kept_query = urlencode(self.asked)
        return super().get_context_data(**context, **kwargs)

    def found(self, query, name):
        words, language = query.words, get_language()
        chosen = next((kind for kind in kinds() if kind.name == name), None)
        most_of = {chosen: MOST} if chosen else {}
        found = find(words, language, EACH, most_of)
        meant = corrected(words, language) if not found else None
        if meant and "exact" not in self.asked:
            words = meant
            found = find(words, language, EACH, most_of)
        groups = {one.kind: one for one in found}
        chosen = chosen if chosen in groups else None
        context = {
            "unknown_kind": bool(name) and chosen is None,
            "chosen": chosen,
            "kinds": [(one, self.address(kind=one.kind.name)) for one in found],
            "address_of_all": self.address(),
            "number": sum(one.number for one in found),
            "more": any(one.more for one in found),
            "meant": meant and " ".join(word.typed for word in meant),
            "is_corrected": words is meant,
            "lists": [] if found else lists(),
        }
        context["address_of_meant"] = meant and self.address_of(q=context["meant"])
        context["address_as_typed"] = self.address_of(q=query.text, exact="1")
        if chosen:
            self.asked["kind"] = chosen.name
            page = Paginator(groups[chosen].keys, self.paginate_by).get_page(
                self.request.GET.get("page")
            )
            context["groups"] = [(groups[chosen], hits(groups[chosen], words, page.object_list))]
            context |= {"page_obj": page, "is_paginated": page.has_other_pages()}
        else:
            context["groups"] = [(one, hits(one, words)) for one in found]
        return context

    def address(self, **more):
        return self.address_of(**self.asked, **more)

    @staticmethod
    def address_of(**asked):
        return f"{reverse('search')}?{urlencode(asked)}"


def lists():
    """``[(heading, address), …]``: the pages that list everything, each once."""
    listed = [kind for kind in kinds() if kind.listing]
    pages = {reverse(kind.listing): kind.heading for kind in reversed(listed)}
    return [(heading, address) for address, heading in reversed(pages.items())]


class Suggestions(ReadOnlyMixin, View):
    """JSON: ``{"suggestions": [{title, language, kind, address}, …]}``, at most eight."""

    def get(self, request):
        query = understood(request.GET.get("q", ""))
        found = suggest(query.words, get_language(), SUGGESTIONS)
        response = JsonResponse({"suggestions": [suggestion(*one) for one in found]})
        patch_cache_control(response, private=True, max_age=SUGGESTIONS_KEPT)
        response["X-Robots-Tag"] = "noindex"
        return response


def suggestion(kind, record):
    title, language = kind.shown(record, kind.title_field)
    return {
        "title": composed(title),
        "language": language or "",
        "kind": str(kind.heading),
        "address": kind.address(record),
    }
