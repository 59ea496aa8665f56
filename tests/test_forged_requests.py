"""Addresses and forms nobody is offered: whatever is sent, the answer is a page and no fault."""

import time

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from events.models import Contract, Event, Official, ProgrammeItem
from projects.models import Enquiry, Organisation, Project

from .factories import EventFactory, ProjectFactory, full_event
from .forms import admin_address, filled_in, save

HUGE = "9" * 30
#: One of each kind of admin class.
LISTS = (Contract, Enquiry, User)


@pytest.fixture
def records(db):
    Enquiry.objects.create(
        name="SAMPLE Ada", email="ada@portal.example", message="Hello", consented_at=timezone.now()
    )
    return full_event()


@pytest.mark.parametrize(
    "query",
    [
        f"id__exact={HUGE}",
        "slug__regex=(",
        "created__year=9999&created__month=12&created__day=31",
        "q=%00",
        f"p={HUGE}",
        *(
            pytest.param(query, marks=pytest.mark.thorough)
            for query in (
                *(f"id__in={HUGE}", f"pk={HUGE}", "id__range=1", "username__regex=(", "slug=%00"),
                *(f"event={HUGE}", "created__year=9999", "created__year=1", "created__hour=x"),
                *(f"created__year={HUGE}", f"q={'a+' * 1900}", f"o={HUGE}.-1"),
            )
        ),
        pytest.param(
            "created=0001-01-01",
            marks=[
                pytest.mark.thorough,
                pytest.mark.filterwarnings("ignore:.* naive datetime"),
            ],
        ),
    ],
)
def test_a_list_asked_for_nonsense_shows_all_or_says_so(records, backoffice, query):
    for model in LISTS:
        address = admin_address(model, "changelist")
        assert backoffice.get(f"{address}?{query}", follow=True).status_code in (200, 400), model
    export = admin_address(Contract, "export")
    assert backoffice.get(f"{export}?format=csv&{query}", follow=True).status_code in (200, 400)


@pytest.mark.parametrize(
    "key",
    [
        *(HUGE, "\0"),
        *(pytest.param(key, marks=pytest.mark.thorough) for key in ("9" * 5000, "abc", "", "1.5")),
    ],
)
def test_an_action_for_a_record_that_cannot_exist_does_nothing(records, backoffice, key):
    for model in LISTS:
        for action in ("publish", "delete_selected", "export_csv"):
            sent = {"action": action, "_selected_action": [key], "post": "yes"}
            answer = backoffice.post(admin_address(model, "changelist"), sent, follow=True)
            assert answer.status_code == 200
    assert Contract.objects.exists()


@pytest.mark.parametrize("key", [HUGE, "9" * 5000, "abc", "\0"])
def test_an_order_for_a_record_that_cannot_exist_is_not_kept(records, backoffice, key):
    project = Project.objects.first()
    rows = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "_save": "1"}
    row = {"form-0-id": key, "form-0-order": "9"}
    answer = backoffice.post(admin_address(Project, "changelist"), {**rows, **row})
    assert answer.status_code == 200
    assert not Project.objects.filter(order=9).exists()
    row["form-0-id"] = project.pk
    backoffice.post(admin_address(Project, "changelist"), {**rows, **row})
    assert Project.objects.get(order=9) == project


def choices(client, **values):
    asked = {"app_label": "events", "model_name": "contract", "field_name": "event", **values}
    return client.get(reverse("admin:autocomplete"), asked)


def test_choices_are_found_only_for_fields_and_pages_that_exist(records, backoffice):
    assert choices(backoffice, term="Event").json()["results"]
    assert choices(backoffice, term="a " * 2000).status_code == 200
    assert choices(backoffice, page=HUGE).status_code == 404
    backwards = {"app_label": "projects", "model_name": "sector", "field_name": "projects"}
    assert choices(backoffice, **backwards).status_code == 403


def test_an_empty_name_of_a_field_is_none(records, backoffice):
    for model in (Event, Organisation, Official, Enquiry, User):
        address = admin_address(model, "change", model.objects.first().pk)
        assert backoffice.get(f"{address}?_to_field=").status_code == 200


@pytest.mark.parametrize("key", [HUGE, "²", "\0"])
def test_the_pages_of_a_record_that_cannot_exist_are_not_found(backoffice, key):
    event = EventFactory()
    preview = admin_address(Event, "preview", event.pk)
    assert backoffice.post(preview, {"revoke": key}).status_code == 302
    for page in ("preview", "publish", "photos"):
        assert backoffice.get(f"/admin/events/event/{key}/{page}/").status_code == 404


@pytest.mark.parametrize(
    "key",
    [HUGE, *(pytest.param(one, marks=pytest.mark.thorough) for one in ("9" * 5000, "abc"))],
)
def test_a_choice_that_cannot_exist_is_refused_at_its_field(records, backoffice, key):
    for record, field in (
        (ProgrammeItem.objects.first(), "event"),
        (Contract.objects.first(), "sectors"),
        (Contract.objects.first(), "parties-0-organisation"),
        (Enquiry.objects.first(), "assigned_to"),
    ):
        form = filled_in(backoffice, record)
        page = backoffice.post(form.address, {**form, field: key}).content.decode()
        assert "Select a valid choice." in page, field


def test_a_long_text_that_was_written_anew_is_compared_in_a_moment(backoffice):
    project = ProjectFactory()
    for word in ("alpha", "beta"):
        text = " ".join(f"{word}{number} the" for number in range(4000))
        save(backoffice, filled_in(backoffice, project), description_en=f"<p>{text}</p>")
    begun = time.monotonic()
    page = backoffice.get(admin_address(Project, "history", project.pk)).content.decode()
    assert "beta3999" in page
    assert time.monotonic() - begun < 15  # seconds; word by word it was a minute
