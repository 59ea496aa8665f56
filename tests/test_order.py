"""The order of records without a script, and who may change it."""

from django.contrib.auth.models import Group, Permission
from reversion.models import Version

from events.models import Event
from guizhou_portal.backoffice.roles import Role
from projects.models import LocationFactor, Project

from .factories import EventFactory, LocationFactorFactory, ProgrammeItemFactory, ProjectFactory
from .forms import admin_address, filled_in, save


def rows(model, *numbers):
    """What the list's form sends when ``numbers`` are typed for its records, in their order."""
    values = {"form-TOTAL_FORMS": len(numbers), "form-INITIAL_FORMS": len(numbers), "_save": "1"}
    for n, (key, number) in enumerate(zip(model.objects.values_list("pk"), numbers, strict=True)):
        values |= {f"form-{n}-id": key[0], f"form-{n}-order": number}
    return values


def test_numbers_typed_in_the_form_put_the_programme_in_order(backoffice):
    event = EventFactory()
    first, second = (ProgrammeItemFactory(event=event, order=n) for n in (1, 2))
    form = filled_in(backoffice, event)
    save(backoffice, form, **{"programme-0-order": "5", "programme-1-order": "3"})
    assert list(Event.objects.get().programme.all()) == [second, first]


def test_numbers_typed_in_a_list_are_kept_in_the_history(backoffice):
    one, two = ProjectFactory(order=1), ProjectFactory(order=2)
    address = admin_address(Project, "changelist")
    backoffice.post(address, rows(Project, 2, 1))
    assert list(Project.objects.all()) == [two, one]
    assert Version.objects.get_for_object(one).first().revision.user.username == "editor"


def test_a_list_is_arranged_only_when_it_is_whole_and_in_its_order(backoffice):
    for number in range(3):
        LocationFactorFactory(order=number)
    address = admin_address(LocationFactor, "changelist")
    whole, cut = 'id="order-controls"', 'class="order-hint"'
    for query, arranged in {"": True, "?all=": True, "?o=2": False, "?q=Factor": False}.items():
        page = backoffice.get(f"{address}{query}").content.decode()
        assert (whole in page) is arranged, query
        assert (cut in page) is not arranged, query
    page = backoffice.get(f"{address}?kind__exact=data_centre").content.decode()
    assert whole not in page


def test_rows_of_others_stay_where_they_are(client, django_user_model):
    ProjectFactory(order=1)
    ProjectFactory(order=2, publication="draft")
    editor = django_user_model.objects.create_user("anna", password="x", is_staff=True)
    editor.groups.add(Group.objects.get(name=Role.EDITOR.value))
    client.force_login(editor)
    address = admin_address(Project, "changelist")
    page = client.get(address).content.decode()
    assert 'id="order-controls"' not in page
    client.post(address, rows(Project, 9, 5))
    assert list(Project.objects.values_list("order", flat=True)) == [1, 5]
    reader = django_user_model.objects.create_user("rita", password="x", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_project"))
    client.force_login(reader)
    assert "form-0-order" not in client.get(address).content.decode()
    client.post(address, rows(Project, 9, 9))
    assert list(Project.objects.values_list("order", flat=True)) == [1, 5]
