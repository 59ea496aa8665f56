"""What a page has in common with others, put together once in each process."""

from functools import lru_cache

from django import template
from django.conf import settings
from django.utils.translation import get_language

from guizhou_portal.operations.remembered import PARTS, remembered

register = template.Library()

#: Parts that are kept: those of every page, in three languages, in each section.
MOST = 500


def enclosed(parser, token):
    """``(nodelist, [value, …])``: what stands up to the tag's end, and the tag's own words."""
    name, *values = token.split_contents()
    nodelist = parser.parse([f"end{name}"])
    parser.delete_first_token()
    return nodelist, values


@register.tag
def part(parser, token):
    """``{% part VALUE … %}…{% endpart %}``: content that hangs on nothing but records, these
    values and the language.

    It is put together once for each version of the content (see
    :mod:`guizhou_portal.operations.remembered`), or each time where ``unless=CONDITION`` is true.
    Nothing else of the request may be named in it.
    """
    nodelist, values = enclosed(parser, token)
    unless = [value for value in values if value.startswith("unless=")]
    return PartNode(
        nodelist,
        [parser.compile_filter(value) for value in values if value not in unless],
        [parser.compile_filter(value.removeprefix("unless=")) for value in unless],
    )


class PartNode(template.Node):
    def __init__(self, nodelist, values, unless):
        self.nodelist, self.values, self.unless = nodelist, values, unless

    def render(self, context):
        if context.get("preview") or any(one.resolve(context, True) for one in self.unless):
            return self.nodelist.render(context)
        key = (self, *(value.resolve(context, ignore_failures=True) for value in self.values))
        return remembered(key, lambda: self.put_together(context), PARTS)

    def put_together(self, context):
        with context.push():
            return self.nodelist.render(context)


@register.tag
def lasting(parser, token):
    """``{% lasting VALUE … %}…{% endlasting %}``: content that hangs on nothing but these values
    and the language.

    It is put together when it is first needed, and stays as it is until the process ends: no
    record and nothing of the request may be named in it.
    """
    nodelist, values = enclosed(parser, token)
    return LastingNode(nodelist, [parser.compile_filter(value) for value in values])


class LastingNode(template.Node):
    def __init__(self, nodelist, values):
        self.nodelist, self.values = nodelist, values
        self.kept = lru_cache(maxsize=MOST)(lambda *key: [])

    def render(self, context):
        if settings.DEBUG:  # a template may change
            return self.nodelist.render(context)
        # Files have other names where another storage has them.
        names = settings.STORAGES["staticfiles"]["BACKEND"], settings.STATIC_URL
        values = [value.resolve(context) for value in self.values]
        kept = self.kept(get_language(), *names, *values)
        if not kept:
            with context.push():
                kept.append(self.nodelist.render(context))
        return kept[0]
