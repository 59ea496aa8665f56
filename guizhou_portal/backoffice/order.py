"""Records in an order of the editors' own: dragged or moved, kept by the form they stand in."""

from django.contrib.admin.views.main import ALL_VAR
from django.forms import MediaDefiningClass

from .forms import ListForm
from .many import ManyList


class OrderedList(ManyList):
    """A list whose rows can be arranged while it shows all of them, and in their order."""

    @property
    def is_ordered(self):
        return "order" in self.list_editable and self.formset is not None

    @property
    def may_arrange(self):
        """Whether numbers given to the rows from top to bottom say what the editor means."""
        if not self.is_ordered or set(self.params) - {ALL_VAR}:
            return False
        rows = self.formset.forms
        return len(rows) == self.result_count and not any(row.is_fixed for row in rows)

    @property
    def may_show_all(self):
        """Whether the whole list, in its order, is one step away."""
        return self.is_ordered and set(self.params) != {ALL_VAR} and not self.is_popup


class OrderMixin(metaclass=MediaDefiningClass):
    """Adds to an admin class the arranging of its list and of its parts, by their ``order``.

    Without JavaScript both keep the numbers they have anyway.
    """

    class Media:
        css = {"all": ["css/admin-order.css"]}
        js = ["js/admin-order.js"]

    def get_changelist(self, request, **kwargs):
        return OrderedList

    def get_changelist_form(self, request, **kwargs):
        form = super().get_changelist_form(request, **{"form": ListForm, **kwargs})
        form.may_change = staticmethod(lambda row: self.has_edit_permission(request, row))
        return form
