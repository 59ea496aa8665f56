"""The editor of formatted texts: a toolbar and an editing area in place of a textarea of HTML.

Without JavaScript the textarea stays; with it, it remains what is sent, see
``static/js/admin-richtext.js``.
"""

from dataclasses import dataclass

from django.contrib.admin.widgets import AdminTextareaWidget
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Tool:
    """A button of the toolbar.

    ``action``: what it does, by the name ``static/js/richtext/toolbar.js`` knows it by.
    ``key``: the letter that does the same together with Ctrl.
    ``within``: the element in which alone the tool is offered.
    """

    action: str
    icon: str
    words: str
    key: str = ""
    within: str = ""


#: The toolbar, in groups. It offers what the sanitiser keeps, and nothing else.
TOOLS = [
    [
        Tool("paragraph", "pilcrow", _("Paragraph")),
        Tool("heading", "heading-1", _("Heading")),
        Tool("smaller_heading", "heading-2", _("Smaller heading")),
    ],
    [
        Tool("bold", "bold", pgettext_lazy("type", "Bold"), "B"),
        Tool("italic", "italic", pgettext_lazy("type", "Italic"), "I"),
        Tool("link", "link", _("Link"), "K"),
    ],
    [
        Tool("bulleted_list", "list", _("Bulleted list")),
        Tool("numbered_list", "list-ordered", _("Numbered list")),
        Tool("list_deeper", "list-indent-increase", _("One level down"), within="list"),
        Tool("list_higher", "list-indent-decrease", _("One level up"), within="list"),
        Tool("quote", "text-quote", _("Quote")),
        Tool("table", "table", _("Table")),
    ],
    [
        Tool("undo", "undo-2", _("Undo"), "Z"),
        Tool("redo", "redo-2", _("Redo"), "Y"),
        Tool("source", "code-xml", _("Show source")),
    ],
]
#: Offered while the cursor stands in a table; in words, since no icon of a row is understood.
TABLE_TOOLS = [
    Tool("row_above", "between-vertical-end", _("Row above")),
    Tool("row_below", "between-vertical-start", _("Row below")),
    Tool("column_before", "between-horizontal-end", _("Column before")),
    Tool("column_after", "between-horizontal-start", _("Column after")),
    Tool("delete_row", "", _("Delete row")),
    Tool("delete_column", "", _("Delete column")),
    Tool("header_row", "", _("Header row")),
    Tool("header_column", "", _("Header column")),
    Tool("caption", "", _("Caption")),
    Tool("delete_table", "", _("Delete table")),
]


class RichTextWidget(AdminTextareaWidget):
    """The textarea, and the parts its editor is made of, in the language of the interface."""

    class Media:
        css = {"all": ["css/admin-richtext.css"]}
        js = [Script("js/admin-richtext.js", type="module")]

    def __init__(self, attrs=None):
        super().__init__({"data-richtext": "", **(attrs or {})})

    def render(self, name, value, attrs=None, renderer=None):
        parts = render_to_string(
            "admin/rich_text.html", {"tools": TOOLS, "table_tools": TABLE_TOOLS}
        )
        return super().render(name, value, attrs, renderer) + parts
