"""The projects a visitor remembers: kept in the browser, carried by the page's address.

The server stores nothing: ``static/js/shortlist.js`` keeps the names in the browser, and the
address of the page is the list, to be sent, printed and opened without JavaScript.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guizhou_portal.pages.models import Operator
from guizhou_portal.sharing.links import LONGEST, mail_link

from .models import Project
from .selection import MOST, selected


@dataclass(frozen=True)
class Enquiry:
    """The way to ask about the projects of a list."""

    href: str
    label: str
    note: str = ""


class Shortlist:
    """The list an address names. ``parameters``: the address's, whatever they are."""

    def __init__(self, parameters):
        records = Project.objects.published().for_brief()
        self.selection = selected(parameters.getlist("project"), records)
        self.projects = self.selection.projects
        self.query = self.selection.query

    @property
    def slugs(self):
        return " ".join(project.slug for project in self.projects)

    @property
    def notices(self):
        """Sentences on what the address asked for and did not get."""
        notices = [self.selection.gone_notice] if self.selection.gone else []
        if self.selection.left_out:
            notices.append(
                ngettext(
                    "A shortlist holds up to %(most)d projects; %(number)d more was left out.",
                    "A shortlist holds up to %(most)d projects; %(number)d more were left out.",
                    self.selection.left_out,
                )
                % {"most": MOST, "number": self.selection.left_out}
            )
        return notices

    def enquiry(self, site):
        """How to ask about these projects; ``site``: scheme and host of the portal."""
        operator = Operator.current()
        if not operator.email:
            return Enquiry(
                href=reverse("imprint"),
                label=_("Contact in the imprint"),
                note=_("The operator has not provided an e-mail address yet."),
            )
        return Enquiry(
            href=self.mail_to(operator.email, site),
            label=_("Enquire by e-mail"),
            note=_("Your mail program opens with the titles and addresses of these projects."),
        )

    def mail_to(self, email, site):
        """A mail with the titles and addresses; of a long list, that of the list alone."""
        address = f"{site}{reverse('projects:shortlist')}?{self.query}"
        projects = "\n\n".join(
            f"{project}\n{site}{project.get_absolute_url()}" for project in self.projects
        )
        whole_list = _("The whole list:")
        subject, greeting = _("Enquiry about projects in Guizhou"), _("Dear Sir or Madam,")
        texts = (
            [
                greeting,
                _("I would like to know more about these projects:"),
                projects,
                f"{whole_list}\n{address}",
            ],
            [
                greeting,
                _("I would like to know more about the projects of this list:"),
                address,
            ],
        )
        mails = [mail_link(subject, "\n\n".join(text) + "\n", email) for text in texts]
        return mails[0] if len(mails[0]) <= LONGEST else mails[1]
