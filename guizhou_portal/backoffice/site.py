from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(admin.AdminSite):
    site_title = _("Guizhou Portal: editing")
    site_header = _("Guizhou Portal")
    index_title = _("What would you like to edit?")
    enable_nav_sidebar = True
