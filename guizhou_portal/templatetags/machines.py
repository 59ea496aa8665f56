"""What a page's head and foot say to machines."""

import html

from django import template
from django.utils.html import strip_tags

from guizhou_portal.exchange.descriptions import described
from guizhou_portal.exchange.page_data import graph_of, modified, script_of
from guizhou_portal.exchange.plain_text import on_one_line

from .lasting import enclosed, put_together, remembered_of_page

register = template.Library()


@register.tag
def kept(parser, token):
    """``{% kept NAME %}…{% endkept %}``: what stands inside as plain text, under that name."""
    nodelist, [name] = enclosed(parser, token)
    return KeptNode(nodelist, name)


class KeptNode(template.Node):
    def __init__(self, nodelist, name):
        self.nodelist, self.name = nodelist, name

    def render(self, context):
        context[self.name] = remembered_of_page(context, self, lambda: self.plain_text(context))
        return ""

    def plain_text(self, context):
        # Signs of the text itself are escaped here: what looks like markup is markup.
        return on_one_line(html.unescape(strip_tags(self.nodelist.render(context))))


@register.simple_tag(takes_context=True)
def page_described(context):
    """The page's description, which is never empty."""
    return remembered_of_page(context, "description", lambda: described(context))


@register.simple_tag(takes_context=True)
def last_modified(context):
    """When what the page shows was changed last, as ISO 8601; nothing if it is not known."""
    moment = modified(context)
    return moment.isoformat(timespec="seconds") if moment else ""


@register.filter
def og_locale(language):
    """A language as Open Graph names it: with a country."""
    return {"de": "de_DE", "en": "en_GB", "zh-hans": "zh_CN"}[language]


@register.tag
def way(parser, token):
    """``{% way %}…{% endway %}``: the page's breadcrumb; machines are told the same way."""
    nodelist, _values = enclosed(parser, token)
    return WayNode(nodelist)


class WayNode(template.Node):
    def __init__(self, nodelist):
        self.nodelist = nodelist

    def render(self, context):
        shown, trail = remembered_of_page(context, self, lambda: self.shown_and_noted(context))
        if trail:
            context["request"].trail = trail
        return shown

    def shown_and_noted(self, context):
        shown = put_together(self.nodelist, context)
        return shown, getattr(context.get("request"), "trail", None)


@register.simple_tag(takes_context=True)
def note_trail(context, home):
    """Keep the breadcrumb that is shown, for :func:`linked_data`."""
    trail = [(home, context["home_url"], "")]
    if context.get("section"):
        trail.append((context["section"], context["section_url"], ""))
    context["request"].trail = [*trail, (context["here"], "", context.get("here_lang", ""))]
    return ""


@register.simple_tag(takes_context=True)
def linked_data(context):
    """The page's JSON-LD."""
    return remembered_of_page(context, "linked data", lambda: script_of(graph_of(context)))
