"""Visitors who fill in a form: what is asked, what went wrong and where, in their language."""

import pytest
from django import forms
from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.template import engines
from django.urls import path
from django.utils.translation import gettext_lazy as _
from playwright.sync_api import expect

from guizhou_portal.forms import VisitorForm
from guizhou_portal.urls import urlpatterns as portal_addresses

from .accessibility import overflow, violations


class Questions(VisitorForm):
    """One field of each sort a public form has."""

    name = forms.CharField(label=_("Name"), max_length=80)
    email = forms.EmailField(label=_("E-mail"), help_text=_("Details"))
    language = forms.ChoiceField(
        label=_("Language"), choices=[("de", "Deutsch"), ("en", "English")], required=False
    )
    kind = forms.ChoiceField(
        label=_("Sector"), choices=[("a", _("Projects")), ("b", _("Contracts"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    message = forms.CharField(label=_("Description"), widget=forms.Textarea)
    consent = forms.BooleanField(label=_("Privacy policy"))

    def clean(self):
        name, message = map(self.cleaned_data.get, ("name", "message"))
        if name and name == message:
            raise ValidationError("Name = text")


PAGE = """{% extends "base.html" %}
{% block title %}Form{% endblock %}{% block meta %}{% endblock %}
{% block content %}<div class="wrap"><h1>Form</h1>
<form method="post" class="form" novalidate>{% csrf_token %}{{ form }}
<p class="form__actions"><button class="button button--primary">OK</button></p></form></div>
{% endblock %}"""


def form_page(request):
    form = Questions(request.POST or None)
    if form.is_valid():
        return HttpResponse(form.cleaned_data["message"])
    return HttpResponse(engines["django"].from_string(PAGE).render({"form": form}, request))


urlpatterns = [*i18n_patterns(path("form/", form_page)), *portal_addresses]


@pytest.fixture
def form_site(settings, site):
    settings.ROOT_URLCONF = __name__
    settings.CSRF_COOKIE_PATH = "/"  # the portal's own public forms have no token
    return site


def send(page):
    page.get_by_role("button", name="OK").click()


@pytest.mark.parametrize(
    ("language", "width", "theme", "heading", "optional"),
    [
        ("de", 360, "dark", "Bitte prüfen Sie 5 Eingaben", "(freiwillig)"),
        pytest.param(
            "en",
            1440,
            "light",
            "5 entries need your attention",
            "(optional)",
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            "zh-hans",
            820,
            "light",
            "请检查 5 项内容",
            "（选填）",
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_errors_are_listed_first_and_lead_to_their_fields(
    form_site, page, language, width, theme, heading, optional
):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    page.goto(f"{form_site}/{language}/form/")
    assert violations(page) == []
    assert page.locator(".field__optional").all_inner_texts() == [optional]
    send(page)
    summary = page.locator("#errors")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("heading")).to_have_text(heading)
    assert violations(page) == []
    assert overflow(page) == 0
    for link in summary.get_by_role("link").all():
        target = page.locator(link.get_attribute("href"))
        error = target.locator("xpath=ancestor::*[contains(@class,'field--wrong')]//p")
        assert error.last.inner_text().strip() in summary.inner_text()


@pytest.mark.thorough
def test_what_was_typed_stays_and_the_field_says_what_is_wrong(form_site, page):
    page.goto(f"{form_site}/de/form/")
    page.get_by_label("Name").fill("贵州 & <b>Söhne</b>")
    page.get_by_label("E-Mail").fill("nicht-ganz")
    page.get_by_label("Projekte").check()
    page.get_by_label("Beschreibung").fill("Zeile 1\nZeile 2")
    page.get_by_label("Datenschutz").check()
    send(page)
    page.locator("#errors").get_by_role("link", name="E-Mail").click()
    field = page.get_by_label("E-Mail")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    hint, error = field.get_attribute("aria-describedby").split()
    expect(page.locator(f"#{error}")).to_contain_text("gültige E-Mail-Adresse")
    expect(page.locator(f"#{hint}")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("贵州 & <b>Söhne</b>")
    expect(page.get_by_label("Projekte")).to_be_checked()
    expect(page.get_by_label("Beschreibung")).to_have_value("Zeile 1\nZeile 2")
    expect(page.get_by_label("Datenschutz")).to_be_checked()
    field.fill("anna@portal.example")
    send(page)
    expect(page.locator("body")).to_contain_text("Zeile 2")


@pytest.mark.thorough
def test_an_error_of_the_form_as_a_whole_is_said_once(form_site, page):
    page.goto(f"{form_site}/en/form/")
    page.get_by_label("Name").fill("same")
    page.get_by_label("E-mail").fill("anna@portal.example")
    page.get_by_label("Projects").check()
    page.get_by_label("Description").fill("same")
    page.get_by_label("Privacy").check()
    send(page)
    summary = page.locator("#errors")
    expect(summary.get_by_role("heading")).to_have_text("One entry needs your attention")
    expect(page.get_by_text("Name = text")).to_have_count(1)
