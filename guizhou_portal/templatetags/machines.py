"""What a page's head and foot say to machines."""

import html

from django import template
from django.db.models import Model
from django.utils.html import strip_tags

from guizhou_portal.exchange.descriptions import described
from guizhou_portal.exchange.page_data import graph_of, modified, script_of
from guizhou_portal.exchange.plain_text import on_one_line
from guizhou_portal.operations.remembered import PARTS, remembered

register = template.Library()


@register.tag
def kept(parser, token):
    """``{% kept NAME %}…{% endkept %}``: what stands inside as plain text, under that name."""
    _, name = token.split_contents()
    nodelist = parser.parse(["endkept"])
    parser.delete_first_token()
    return KeptNode(nodelist, name)


class KeptNode(template.Node):
    def __init__(self, nodelist, name):
        self.nodelist, self.name = nodelist, name

    def render(self, context):
        # Signs of the text itself are escaped here: what looks like markup is markup.
        context[self.name] = on_one_line(html.unescape(strip_tags(self.nodelist.render(context))))
        return ""


@register.simple_tag(takes_context=True)
def page_described(context):
    """The page's description, which is never empty."""
    return described(context)


@register.simple_tag(takes_context=True)
def last_modified(context):
    """When what the page shows was changed last, as ISO 8601; nothing if it is not known."""
    moment = modified(context)
    return moment.isoformat(timespec="seconds") if moment else ""


@register.filter
def og_locale(language):
    """A language as Open Graph names it: with a country."""
    return {"de": "de_DE", "en": "en_GB", "zh-hans": "zh_CN"}[language]


@register.simple_tag(takes_context=True)
def note_trail(context, home):
    """Keep the breadcrumb that is shown: machines are told the same way."""
    trail = [(home, context["home_url"], "")]
    if context.get("section"):
        trail.append((context["section"], context["section_url"], ""))
    context["request"].trail = [*trail, (context["here"], "", context.get("here_lang", ""))]
    return ""


@register.simple_tag(takes_context=True)
def linked_data(context):
    """The page's JSON-LD."""
    # Everything in it hangs on the page's address and records that are remembered themselves.
    if not (isinstance(context.get("object"), Model) or context.get("is_remembered")):
        return script_of(graph_of(context))
    key = ("linked data", context["canonical"])
    return remembered(key, lambda: script_of(graph_of(context)), PARTS)
