"""Files chosen in a form that has to be shown again: kept for it, since browsers forget them."""

from django.core.files import File

from guizhou_portal.pictures.uploads import store
from guizhou_portal.pictures.widgets import KeepsFile


class KeepsFilesMixin:
    """Adds to the admin class of a record and to the inline of its parts whose files they keep."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, KeepsFile):
            field.purpose, field.user = str(db_field), request.user
        return field


class KeptFilesMixin(KeepsFilesMixin):
    """Adds to an admin class: its form, shown again, still has the files chosen in it."""

    def render_change_form(self, request, context, *args, **kwargs):
        formsets = [one.formset for one in context.get("inline_admin_formsets", ())]
        for form in [context["adminform"].form, *(form for one in formsets for form in one.forms)]:
            if form.is_bound:
                keep_files(form)
        return super().render_change_form(request, context, *args, **kwargs)


def keep_files(form):
    """Store the files that passed in a form that is about to be shown again; show those kept."""
    for name, field in form.fields.items():
        if isinstance(field, KeepsFile) and field.user:
            _keep_file(form, name, field)


def _keep_file(form, name, field):
    sent_as, widget = form.add_prefix(name), field.widget
    chosen = form.files.get(sent_as)
    if chosen and _has_passed(form, name):
        upload = store(form._meta.model(), name, form.cleaned_data[name], chosen.name)
        token, left_out = upload.signed(field.purpose, field.user), False
    else:
        # The one kept before stays, under its token: a new one would prolong its life.
        widget.refused = chosen.name if chosen else ""
        token = form.data.get(widget.kept_name(sent_as), "")
        upload, left_out = field.read(token), widget.leave_name(sent_as) in form.data
    if upload:
        widget.keep(upload, token, left_out, form.instance, name)


def _has_passed(form, name):
    """Whether the file that was chosen is one to be stored; of parts only looked at, none is."""
    passed = None if name in form.errors else form.cleaned_data.get(name)
    return isinstance(passed, File) and not getattr(passed, "_committed", False)
