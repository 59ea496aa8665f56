"""What the editor of an import may not do; the admin class of the record is asked, row by row."""

from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _

from guizhou_portal.backoffice.roles import may_publish
from guizhou_portal.publishing.models import Publication

#: The states of publication that are no publisher's business.
FREE = {Publication.DRAFT, Publication.REVIEW}


def refusals(sheet, record):
    """``{column: [sentence]}`` of what is refused; ``record`` must still be as it is stored."""
    admin, request = sheet.model_admin, sheet.request
    if record._state.adding:
        if not admin.has_add_permission(request):
            return {
                NON_FIELD_ERRORS: [
                    _("No record has this address, and you may not add any.")
                    if any(one.column.is_slug for one in sheet.changes)
                    else _("This row would add a record; you may not add any.")
                ]
            }
    elif not admin.has_change_permission(request, record):
        return {NON_FIELD_ERRORS: [_("You may not change this record.")]}
    stored = None if record._state.adding else record
    locked = set(admin.get_readonly_fields(request, stored))
    refused = {
        one.column.column_name: [_("You may not change this column.")]
        for one in sheet.changes
        if not one.column.parts and one.column.attribute in locked
    }
    if not may_publish(request.user):
        refused.update(_publication(sheet))
    for step in sheet.steps:
        refused.update(_parts(admin, request, stored, step))
    return refused


def _publication(sheet):
    words = _("Only publishers decide what the public sees. You may choose: %(states)s.")
    return {
        one.column.column_name: [words % {"states": ", ".join(sorted(FREE))}]
        for one in sheet.changes
        if one.column.column_name == "publish_at"
        or (one.column.column_name == "publication" and one.value not in FREE)
    }


def _parts(admin, request, record, step):
    """A part follows the rules of its place in the record's form."""
    for inline in admin.get_inline_instances(request, record):
        if inline.model is type(step.part):
            may = getattr(inline, f"has_{step.action}_permission")
            if may(request, record):
                locked = inline.get_readonly_fields(request, record)
                return {
                    one.column.column_name: [_("You may not change this column.")]
                    for one in step.changes
                    if step.action == "change" and one.column.attribute in locked
                }
    return {step.name: [_("You may not change this part of the record.")]}
