"""What keeps lists and the overview quick when there are a hundred thousand records."""

import hashlib
import re
import uuid
from contextlib import suppress

from django.contrib import admin
from django.contrib.admin.views.main import ALL_VAR, ORDER_VAR, PAGE_VAR
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.core.paginator import EmptyPage, Paginator
from django.db.models.signals import post_delete, post_save
from django.utils.functional import cached_property
from django.utils.translation import ngettext
from reversion.signals import post_revision_commit

from guizhou_portal.questions import Number, answers, keys_of
from guizhou_portal.search.declared import DECLARED
from guizhou_portal.search.lookup import found

from .forged import SoundChoicesMixin, SoundList, SoundSelect, is_key

#: Up to here records are counted anew each time; a larger number is remembered.
COUNTED = 10_000
SECONDS = 120
#: From here on a page of a list is looked up in two steps.
FAR = 1000
#: So many records are listed one by one before they are deleted.
SHOWN = 50
STATE = "backoffice-state"
#: Of choices that are read on and on: further than anybody scrolls.
MOST_PAGES = 1_000_000
#: The present moment, in a query's text: conditions such as "published by now" name it.
MOMENT = re.compile(r":\d\d\.\d{6}")


def _state_of(model):
    return f"{STATE}-{model._meta.label_lower}"


def _key(purpose, queryset):
    """Where the numbers of ``queryset`` are kept until one of its kind is saved."""
    state = cache.get_or_set(_state_of(queryset.model), lambda: uuid.uuid4().hex, None)
    try:
        query = MOMENT.sub("", str(queryset.query))
    except EmptyResultSet:
        query = ""
    digest = hashlib.sha256(query.encode()).hexdigest()
    return f"{purpose}-{state}-{digest}"


def numbers_of(queryset, asked):
    """The answers to ``asked`` (expressions); of very many records at most two minutes old.

    What is remembered is no older than the last change of such a record, with its parts, made in
    this process; it is shared by all where the cache is.
    """
    key = _key("numbers", queryset)
    numbers = cache.get(key)
    if numbers is None:
        near = Number(keys_of(queryset.order_by())[: COUNTED + 1])
        number, *numbers = answers([near, *asked])
        if number > COUNTED:
            cache.set(key, numbers, SECONDS)
    return numbers


def forget(sender, **kwargs):
    """Receiver: a record was saved or deleted, so that the numbers of its kind may have changed."""
    if sender in admin.site._registry:
        # A cache that is down keeps nothing from being saved; its numbers last two minutes.
        with suppress(Exception):
            cache.delete(_state_of(sender))


def forget_all_of(versions, **kwargs):
    """Receiver: of the records with these versions, parts may have changed, too."""
    for model in {version._model for version in versions}:
        forget(model)


def connect():
    for signal in (post_save, post_delete):
        signal.connect(forget, dispatch_uid="backoffice-forget")
    post_revision_commit.connect(forget_all_of, dispatch_uid="backoffice-forget-parts")


class ListPaginator(Paginator):
    """Counts what can be counted quickly; remembers how many there are of very many."""

    #: Whether something was asked for that may fit few records of many.
    is_search = False

    @cached_property
    def few(self):
        """The keys of what was searched for, where it fills no more than one page; else None.

        Found in one go through the table: the list need not go through it again.
        """
        if not self.is_search:
            return None
        rows = self.object_list.order_by()
        keys = list(rows.values_list("pk", flat=True)[: self.per_page + 1])
        return keys if len(keys) <= self.per_page else None

    @cached_property
    def count(self):
        if self.few is not None:
            return len(self.few)
        rows = self.object_list.order_by()
        if not self.is_search:
            near = rows[: COUNTED + 1].count()
            if near <= COUNTED:
                return near
        key = _key("count", rows)
        number = cache.get(key)
        if number is None:
            number = rows.count()
            if number > COUNTED:
                cache.set(key, number, SECONDS)
        return number

    def page(self, number):
        """Far down a list, its order is followed in the index alone, and only then are the
        records of the page read.
        """
        found = super().page(number)
        first = (found.number - 1) * self.per_page
        if first > FAR and self.few is None:
            keys = list(
                self.object_list.values_list("pk", flat=True)[first : first + self.per_page]
            )
            found.object_list = self.object_list.filter(pk__in=list(keys))
        return found


def list_paginator(request, queryset, per_page, *args, **kwargs):
    """What an admin class may answer to ``get_paginator``."""
    paginator = ListPaginator(queryset, per_page, *args, **kwargs)
    paginator.is_search = bool(set(request.GET) - {PAGE_VAR, ORDER_VAR, ALL_VAR})
    return paginator


class NextPaginator(Paginator):
    """For choices that are read on and on: looks one further, and counts nothing."""

    def page(self, number):
        if not 1 <= number <= MOST_PAGES:
            raise EmptyPage(self.error_messages["min_page"])
        first = (number - 1) * self.per_page
        rows = list(self.object_list[first : first + self.per_page + 1])
        self.count = first + len(rows)
        return self._get_page(rows[: self.per_page], number, self)


class ManyList(SoundList):
    """Says how many records were found where not all are shown, and asks nothing twice."""

    def get_results(self, request):
        super().get_results(request)
        if self.paginator.few is not None:
            self.result_list = self.queryset.filter(pk__in=self.paginator.few)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


def shortened(records, most=SHOWN):
    """A list of records and, in lists of their own, their parts: the first ``most`` of each."""
    short, left = [], most
    for one in records:
        if not isinstance(one, list):
            left -= 1
        if left >= 0:
            short.append(shortened(one, most) if isinstance(one, list) else one)
    if left < 0:
        short.append(
            ngettext("and %(number)d more", "and %(number)d more", -left) % {"number": -left}
        )
    return short


class ManyMixin:
    """Adds to an admin class what keeps its list and its choices quick."""

    show_full_result_count = False

    def get_deleted_objects(self, objs, request):
        """Not every part of a large record is listed before it is deleted; their numbers are."""
        records, numbers, refused, protected = super().get_deleted_objects(objs, request)
        return shortened(records), numbers, refused, shortened(protected)

    @property
    def media(self):
        filters = (one[1] for one in self.list_filter if isinstance(one, tuple))
        if AutocompleteFilter in filters:
            return super().media + AutocompleteSelect(None, self.admin_site).media
        return super().media

    def get_paginator(self, request, queryset, per_page, *args, **kwargs):
        if _is_choice(request):
            return NextPaginator(queryset, per_page, *args, **kwargs)
        return list_paginator(request, queryset, per_page, *args, **kwargs)

    @property
    def search_fields(self):
        """Tells Django that there is something to search in; where, the index knows."""
        return list(DECLARED[self.model].titles) if self.model in DECLARED else []

    def get_search_results(self, request, queryset, search_term):
        """A choice is found by what it is called; in a list, by all of its texts."""
        if not search_term or self.model not in DECLARED:
            return super().get_search_results(request, queryset, search_term)
        return found(queryset, search_term, titles_only=_is_choice(request)), False


def _is_choice(request):
    return bool(request.resolver_match) and request.resolver_match.url_name == "autocomplete"


class KnownSelect(SoundSelect):
    """A field to choose a record in, which may be told the chosen one instead of asking for it."""

    known = None

    def optgroups(self, name, value, attr=None):
        if self.known is None or value != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        label = self.choices.field.label_from_instance(self.known)
        chosen = self.create_option(name, self.known.pk, label, True, 1)
        none = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        return [(None, [*none, chosen], 0)]


class KnownChoicesMixin(SoundChoicesMixin):
    """For parts of a record: what all of them have chosen is asked for at once."""

    select = KnownSelect

    def get_queryset(self, request):
        chosen = [
            name
            for name in self.get_autocomplete_fields(request)
            if self.opts.get_field(name).many_to_one
        ]
        parts = super().get_queryset(request)
        return parts.select_related(*chosen) if chosen else parts


def tell_chosen(form):
    """Give the fields of a part's form the records that were loaded with it."""
    for name, field in form.fields.items():
        widget = getattr(field.widget, "widget", None)
        if isinstance(widget, KnownSelect) and form.instance._meta.get_field(name).is_cached(
            form.instance
        ):
            widget.known = getattr(form.instance, name)


class AutocompleteFilter(admin.RelatedFieldListFilter):
    """Filters by a record that is searched for, where a list of all would be long."""

    template = "admin/autocomplete_filter.html"

    def __init__(self, field, request, params, model, model_admin, field_path):
        self.site = model_admin.admin_site
        own = f"{field_path}__{field.target_field.name}__exact"
        if params.get(own) == [""]:
            del params[own]
        #: The rest of the address, which the form keeps.
        self.others = [
            (name, value)
            for name, value in request.GET.items()
            if name not in (own, f"{field_path}__isnull", PAGE_VAR)
        ]
        super().__init__(field, request, params, model, model_admin, field_path)

    def field_choices(self, field, request, model_admin):
        """Only the chosen one: the others are found by typing."""
        keys = filter(is_key, self.chosen)
        found = field.remote_field.model._default_manager.filter(pk__in=keys)
        return [(one.pk, str(one)) for one in found]

    def has_output(self):
        return True

    @property
    def chosen(self):
        return [str(value) for value in self.used_parameters.get(self.lookup_kwarg, [])]

    @property
    def label_for(self):
        return f"filter-{self.field_path}"

    @property
    def sought(self):
        return self.field.remote_field.model._meta.verbose_name

    def select(self):
        """The field to search in, as HTML."""
        widget = AutocompleteSelect(self.field, self.site)
        widget.choices = self.field.formfield(required=False).choices
        return widget.render(self.lookup_kwarg, None, {"id": self.label_for})
