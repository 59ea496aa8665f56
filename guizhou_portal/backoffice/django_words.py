"""What Django's own pages say and Django does not say in German or in Chinese yet.

Collected here so that our catalogues hold it: a project's words come before the framework's.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

WORDS = (
    _("user"),  # said without a gender in German
    _("users"),
    _("- Select an option -"),
    _("No %s matches the given query."),
    _("%(model)s instance with %(field)s %(value)r is not a valid choice."),
    _("Run"),
    _("Logout"),
    _("Search %(name)s"),
    _("Filter by %(field_name)s"),
    _("Pagination %(name)s"),
    _("Pagination %(name)s entries"),
    ngettext_lazy("…and %(count)d more object.", "…and %(count)d more objects.", "count"),
    _(
        "Deleting the %(object_name)s “%(escaped_object)s” would result in deleting related "
        "objects, but your account doesn't have permission to delete the following types of "
        "objects:"
    ),
    _(
        "Deleting the %(object_name)s “%(escaped_object)s” would require deleting the following "
        "protected related objects:"
    ),
    _(
        "Are you sure you want to delete the %(object_name)s “%(escaped_object)s”? All of the "
        "following related items will be deleted:"
    ),
    _("Set password"),
    _("Set password: %s"),
    _("Reset password"),
    _("Conflicting form data submitted. Please try again."),
)
