from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse

from guizhou_portal.backoffice.admin import KeptAdmin, RecordAdmin

from .models import Operator, Page


@admin.register(Page)
class PageAdmin(RecordAdmin):
    section = "site"
    list_display = ["__str__", "title", "languages", "updated"]
    fields = ["title", "summary", "body"]

    def has_add_permission(self, request):
        return False  # the addresses are fixed

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Operator)
class OperatorAdmin(KeptAdmin):
    section = "site"
    position = 1
    view_on_site = False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Operator.objects.exists()

    def changelist_view(self, request, extra_context=None):
        """There is one operator: go straight to its form."""
        operator = Operator.objects.first()
        if operator:
            return HttpResponseRedirect(reverse("admin:pages_operator_change", args=[operator.pk]))
        if self.has_add_permission(request):
            return HttpResponseRedirect(reverse("admin:pages_operator_add"))
        return super().changelist_view(request, extra_context)
