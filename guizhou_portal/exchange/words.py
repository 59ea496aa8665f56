"""Texts as machines take them."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guizhou_portal.templatetags.portal import with_colon

#: Characters neither XML 1.0 nor iCalendar can carry; line ends and tabs are not among them.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain(text):
    """``text`` (perhaps None) with line ends of one kind and without characters nobody can see."""
    lines = re.sub("\r\n?", "\n", str(text or ""))
    return FORBIDDEN.sub("", lines).strip()


def in_words(filters):
    """What a list is narrowed by, ``Country: Germany, France · Sector: Tourism``; else ""."""
    facets = {}
    for chosen in filters.chosen:
        facets.setdefault(chosen.facet, []).append(str(chosen.label))
    return " · ".join(map(_in_words, facets, facets.values()))


def _in_words(facet, values):
    if not facet:
        return _("“%(words)s”") % {"words": values[0]}
    label = with_colon(facet)
    # Chinese sets no space after a full-width colon.
    comma = pgettext("list", ", ")
    return f"{label}{'' if label.endswith('：') else ' '}{comma.join(values)}"


def title_of_list(title, filters):
    """The title of a list with what it is narrowed by, and the site's name, for use elsewhere."""
    words = in_words(filters) if filters else ""
    if words:
        title = _("%(list)s (%(filters)s)") % {"list": title, "filters": words}
    return f"{plain(title)} · Guizhou Portal"
