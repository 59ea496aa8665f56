"""What a page has in common with others, put together once in each process."""

from functools import lru_cache

from django import template
from django.conf import settings
from django.db.models import Model
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
        return remembered(key, lambda: put_together(self.nodelist, context), PARTS)


def put_together(nodelist, context):
    with context.push():
        return nodelist.render(context)


@register.tag
def page_part(parser, token):
    """``{% page_part %}…{% endpage_part %}``: content that hangs on nothing but the page's
    address, the records it shows and the language.

    It is put together once like a :func:`part`, on pages of which this is known.
    """
    nodelist, _values = enclosed(parser, token)
    return PagePartNode(nodelist)


class PagePartNode(template.Node):
    def __init__(self, nodelist):
        self.nodelist = nodelist

    def render(self, context):
        return remembered_of_page(context, self, lambda: put_together(self.nodelist, context))


def remembered_of_page(context, what, make):
    """``make()``, remembered as ``what`` of this page; each time anew where a page shows more than
    records that are remembered themselves.
    """
    shows_records_only = isinstance(context.get("object"), Model) or context.get("is_remembered")
    if context.get("preview") or not shows_records_only:
        return make()
    return remembered((what, context["canonical"]), make, PARTS)


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
            kept.append(put_together(self.nodelist, context))
        return kept[0]
