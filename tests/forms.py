"""Fills in the admin's real forms as a browser would: whatever the page offers is sent back."""

import re
from html.parser import HTMLParser

from django.urls import reverse

from events.models import Contract, Event, Official, ProgrammeItem
from guizhou_portal.pages.models import Operator, Page
from projects.models import (
    AnswerTemplate,
    ConsentText,
    Enquiry,
    LocationFactor,
    Mailbox,
    Organisation,
    Place,
    Project,
    Sector,
)

#: Every model with a list and a form of its own.
OWN = (
    Event,
    ProgrammeItem,
    Official,
    Contract,
    Sector,
    Organisation,
    Place,
    Project,
    LocationFactor,
    Enquiry,
    AnswerTemplate,
    Mailbox,
    ConsentText,
    Page,
    Operator,
)


class _Form(HTMLParser):
    """Names and values of the admin's main form; hidden templates of new parts are left out."""

    def __init__(self):
        super().__init__()
        self.values, self.files = {}, set()
        self.inside = self.select = self.textarea = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        name = attributes.get("name")
        if tag == "form":
            self.inside = attributes.get("id", "").endswith("_form")
        if not self.inside:
            return
        if tag == "select":
            self.select = (name, "multiple" in attributes)
            if not self.select[1]:
                self.values[name] = ""
        elif tag == "option" and self.select and "selected" in attributes:
            name, several = self.select
            value = attributes.get("value", "")
            self.values[name] = [*self.values.get(name, []), value] if several else value
        elif tag == "textarea":
            self.textarea, self.values[name] = name, ""
        elif tag == "input" and name:
            self._input(name, attributes)

    def _input(self, name, attributes):
        kind = attributes.get("type", "text")
        if kind == "file":
            self.files.add(name)
        elif kind in ("checkbox", "radio"):
            if "checked" in attributes:
                self.values[name] = attributes.get("value", "on")
        elif kind not in ("submit", "button"):
            self.values[name] = attributes.get("value", "")

    def handle_data(self, text):
        if self.textarea:
            self.values[self.textarea] += text

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.values[self.textarea] = self.values[self.textarea].removeprefix("\n")
            self.textarea = None


class AdminForm(dict):
    """What a form sends, with the ``address`` it is sent to and the names of its file inputs."""

    address = ""
    files = frozenset()


def form_at(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return form_in(response)


def form_in(response):
    """The form on a page that came, such as one that is shown again with its errors."""
    parser = _Form()
    parser.feed(response.content.decode())
    form = AdminForm({k: v for k, v in parser.values.items() if "__prefix__" not in k})
    form.pop("form_language", None)
    form.address, form.files = response.request["PATH_INFO"], frozenset(parser.files)
    return form


def admin_address(model, action, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}", args=args)


def filled_in(client, record):
    """The change form of ``record`` as the editor finds it."""
    return form_at(client, admin_address(type(record), "change", record.pk))


def empty(client, model):
    """The form to add a record of ``model``."""
    return form_at(client, admin_address(model, "add"))


def complained_of(page):
    """The names of the fields a form that is shown again complains of."""
    return set(re.findall(r'<ul class="errorlist" id="id_(\w+)_error"', page.content.decode()))


def told_changes(page):
    """``[(field, before, after), …]`` as a page of the admin tells them."""
    return re.findall(
        r'<tr><th scope="row">([^<]+)</th><td>(.*?)</td><td>(.*?)</td></tr>', page, re.DOTALL
    )


def save(client, form, **values):
    """Send a form and expect it to be accepted; otherwise show what it complained of."""
    response = client.post(form.address, {**form, **values})
    errors = re.findall(r'<ul class="errorlist.*?</ul>', response.content.decode(), re.DOTALL)
    assert response.status_code == 302, errors
