"""What no page of the admin sends, but anybody can write into an address or a form.

Django answers much of it with a fault of the server: keys larger than a database holds, NUL in a
text, patterns that are none.
"""

import re
from contextlib import suppress

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, PermissionDenied
from django.db.models.constants import LOOKUP_SEP

LONGEST_SEARCH = 200  # characters
#: More than 18 digits in a row: no key, and no number any field holds.
TOO_LARGE = re.compile(r"\d{19}")
#: What the filters of the lists ask for, after the name of the field.
LOOKUPS = {"id", "pk", "exact", "isnull", "gte", "lt", "year", "month", "day"}


def is_key(text):
    """Whether ``text``, from an address or a form, can be a record's key."""
    return text.isdecimal() and len(text) < 19


def is_askable(lookup, value):
    """Whether a list can be asked for ``lookup=value``."""
    _field, *rest = lookup.split(LOOKUP_SEP)
    return LOOKUPS.issuperset(rest) and "\0" not in value and not TOO_LARGE.search(value)


def leads_back(lookup, meta):
    """Whether it asks which other records name those of the list: not everybody may see them."""
    try:
        field = meta.get_field(lookup.split(LOOKUP_SEP)[0])
    except FieldDoesNotExist:
        return False
    return field.auto_created and not field.concrete


class SoundList(ChangeList):
    """Takes an address that asks for nothing sensible as Django takes other wrong ones."""

    def get_filters(self, request):
        asked = self.get_filters_params()
        if any(leads_back(name, self.lookup_opts) for name in asked):
            raise IncorrectLookupParameters
        if not all(is_askable(name, value) for name, values in asked.items() for value in values):
            raise IncorrectLookupParameters
        try:
            return super().get_filters(request)
        except (ValueError, OverflowError) as error:  # a day before or after all days
            raise IncorrectLookupParameters from error

    def get_queryset(self, request, **kwargs):
        records = super().get_queryset(request, **kwargs)
        with suppress(EmptyResultSet):
            try:
                records.query.get_compiler(records.db).as_sql()
            except (ValueError, OverflowError) as error:  # the first day, seen from further west
                raise IncorrectLookupParameters from error
        return records


NOBODY = "0"  # the key of no record: refused as any choice that is not there


class SoundSelect(AutocompleteSelect):
    def value_from_datadict(self, data, files, name):
        key = super().value_from_datadict(data, files, name)
        return key if not key or is_key(key) else NOBODY


class SoundSelectMultiple(AutocompleteSelectMultiple):
    def value_from_datadict(self, data, files, name):
        keys = super().value_from_datadict(data, files, name) or []
        return [key if is_key(key) else NOBODY for key in keys]


class SoundChoicesMixin:
    """For admin classes and inlines: fields that search for a record take no key that is none."""

    select = SoundSelect

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        self.choose(self.select, db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        self.choose(SoundSelectMultiple, db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def choose(self, widget, db_field, request, kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            using = kwargs.get("using")
            kwargs.setdefault("widget", widget(db_field, self.admin_site, using=using))


class SoundMixin(SoundChoicesMixin):
    """For every admin class: whatever is asked of it, the answer is a page."""

    def get_changelist(self, request, **kwargs):
        return SoundList

    def get_object(self, request, object_id, from_field=None):
        return super().get_object(request, object_id, from_field or None)

    def get_search_results(self, request, queryset, search_term):
        words = search_term.replace("\0", "")[:LONGEST_SEARCH]
        return super().get_search_results(request, queryset, words)

    def _get_edited_object_pks(self, request, prefix):
        return list(filter(is_key, super()._get_edited_object_pks(request, prefix)))

    def response_action(self, request, queryset, **options):
        request.POST = request.POST.copy()
        chosen = filter(is_key, request.POST.getlist(ACTION_CHECKBOX_NAME))
        request.POST.setlist(ACTION_CHECKBOX_NAME, list(chosen))
        return super().response_action(request, queryset, **options)


class Autocomplete(AutocompleteJsonView):
    """Choices for the fields of forms; relations that lead back have no form to choose in."""

    def process_request(self, request):
        found = super().process_request(request)
        if found[2].auto_created:
            raise PermissionDenied
        return found
