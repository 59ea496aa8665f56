"""How a page is passed on: ``{% load sharing %}``."""

from django import template

from guizhou_portal.sharing import embeds, links

register = template.Library()


@register.simple_tag
def mail_link(title, address):
    """A ``mailto:`` address that passes on the page of this title and address."""
    return links.mail_link(str(title), f"{title}\n{address}\n")


@register.simple_tag(takes_context=True)
def embed_code(context, record, height):
    """The code that frames the record's card in another page; a page that shows it escapes it."""
    address = context["site"] + record.get_embed_url()
    return embeds.embed_code(address, f"{record} – Guizhou Portal", height)
