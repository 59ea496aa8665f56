"""What an administrator can find out later: who came in, who may do what, what was taken out."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guizhou_portal.backoffice.audit.log import note
from guizhou_portal.backoffice.models import AuditEntry
from guizhou_portal.backoffice.roles import Role

from .factories import OrganisationFactory
from .forms import admin_address, filled_in, form_at, save
from .signing_in import account, app_code, give_password, signed_in, text, visitor, with_app

Kind = AuditEntry.Kind
AUDIT = "/admin/audit/"


@pytest.fixture
def boss(db):
    return account("boss", Role.ADMINISTRATOR)


@pytest.fixture
def desk(boss):
    client = visitor()
    client.force_login(boss)
    AuditEntry.objects.all().delete()
    return client


def told():
    """``(kind, actor, target, detail)`` of every entry, the first first."""
    rows = AuditEntry.objects.order_by("pk")
    return list(rows.values_list("kind", "actor", "target", "detail"))


def test_a_sign_in_is_on_record_and_a_failed_one_is_with_the_sign_ins(anna):
    AuditEntry.objects.all().delete()
    give_password(visitor(), "anna", "guessed")
    assert told() == []
    give_password(visitor(), "anna")
    assert told() == [(Kind.SIGNED_IN, "anna", "anna", "")]


def test_what_becomes_of_an_account_is_on_record_with_who_did_it(desk):
    passwords = {"password1": "quite-a-long-one", "password2": "quite-a-long-one"}
    form = form_at(desk, admin_address(User, "add"))
    save(desk, form, username="lena", roles=["Translator", "Editor"], **passwords)
    lena = User.objects.get(username="lena")
    assert told() == [
        (Kind.ACCOUNT_ADDED, "boss", "lena", ""),
        (Kind.ROLE_GIVEN, "boss", "lena", "Editor"),
        (Kind.ROLE_GIVEN, "boss", "lena", "Translator"),
    ]
    AuditEntry.objects.all().delete()
    form = filled_in(desk, lena)
    form.pop("is_active", None)
    save(desk, form, username="helena", roles=["Publisher", "Editor"])
    assert set(told()) == {
        (Kind.ACCOUNT_RENAMED, "boss", "helena", "lena"),
        (Kind.ACCOUNT_CLOSED, "boss", "helena", ""),
        (Kind.ROLE_TAKEN, "boss", "helena", "Translator"),
        (Kind.ROLE_GIVEN, "boss", "helena", "Publisher"),
    }
    AuditEntry.objects.all().delete()
    desk.post(f"/admin/auth/user/{lena.pk}/password/", passwords)
    assert told() == [(Kind.PASSWORD, "boss", "helena", "")]
    AuditEntry.objects.all().delete()
    User.objects.get(pk=lena.pk).delete()
    assert told() == [(Kind.ACCOUNT_DELETED, "", "helena", "")]


def test_changes_past_the_admin_are_on_record_too(anna):
    AuditEntry.objects.all().delete()
    anna.is_superuser = True
    anna.save()
    anna.user_permissions.add(Permission.objects.get(codename="add_user"))
    Group.objects.get(name="Publisher").user_set.add(anna)
    anna.groups.clear()
    anna.set_password("another-long-password")
    anna.save()
    assert told() == [
        (Kind.ROLE_GIVEN, "", "anna", "Superuser"),
        (Kind.RIGHT_GIVEN, "", "anna", "Can add user"),
        (Kind.ROLE_GIVEN, "", "anna", "Publisher"),
        (Kind.ROLE_TAKEN, "", "anna", "Editor"),
        (Kind.ROLE_TAKEN, "", "anna", "Publisher"),
        (Kind.PASSWORD, "", "anna", ""),
    ]


def test_a_stronger_hash_of_the_same_password_is_no_change(anna, settings):
    AuditEntry.objects.all().delete()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    old = anna.password
    give_password(visitor(), "anna")
    anna.refresh_from_db()
    assert anna.password != old
    assert told() == [(Kind.SIGNED_IN, "anna", "anna", "")]


def test_a_lost_phone_and_new_codes_are_on_record(desk, boss):
    carl = account("carl", Role.EDITOR)
    with_app(carl)
    client = signed_in(carl)
    AuditEntry.objects.all().delete()
    confirmed = {"password": "a-long-password", "code": app_code(carl, 1), "action": "codes"}
    assert client.post("/admin/two-steps/", confirmed).status_code == 302
    desk.post(f"/admin/auth/user/{carl.pk}/two-steps/")
    assert told() == [
        (Kind.RECOVERY_CODES, "carl", "carl", ""),
        (Kind.TWO_STEPS_RESET, "boss", "carl", ""),
    ]


def test_what_leaves_the_portal_is_on_record_without_whose_it_was(backoffice):
    OrganisationFactory()
    AuditEntry.objects.all().delete()
    for address in (
        "/admin/projects/organisation/export/?format=xlsx",
        "/admin/projects/enquiry/export/",
    ):
        assert backoffice.get(address).status_code == 200
    page = backoffice.get("/admin/projects/organisation/export/")  # only offers it
    assert page["Content-Type"].startswith("text/html")
    asked = {"email": "somebody@example.org", "step": "download"}
    assert backoffice.post("/admin/personal-data/", asked).status_code == 200
    backoffice.post("/admin/personal-data/", {**asked, "step": "erase", "confirmed": "on"})
    assert told() == [
        (Kind.EXPORTED, "editor", "projects.Organisation", "xlsx"),
        (Kind.EXPORTED, "editor", "projects.Enquiry", "csv"),
        (Kind.DATA_GIVEN, "editor", "", ""),
        (Kind.DATA_ERASED, "editor", "", ""),
    ]


def test_administrators_read_it_narrowed_and_page_by_page(desk, boss):
    note(boss, Kind.EXPORTED, "projects.Project", "csv")
    note("", Kind.BACKED_UP, "portal-2031.tar")
    AuditEntry.objects.bulk_create(
        AuditEntry(kind=Kind.SIGNED_IN, actor=f"p{n % 2}", target=f"p{n % 2}") for n in range(120)
    )
    page = text(desk.get(AUDIT))
    assert page.count("Signed in</th>") == 50
    seen, address = [], AUDIT
    while address:
        page = text(desk.get(address))
        seen += re.findall(r'<th scope="row">([^<]+)</th>', page)
        found = re.search(r'href="(\?[^"]+)">Earlier', page)
        address = found and AUDIT + found[1].replace("&amp;", "&")
    assert len(seen) == 122
    assert seen[-2:] == ["Backup made", "Records exported"]
    assert "a command on the server" in page
    assert "portal-2031.tar" in text(desk.get(f"{AUDIT}?kind=backed-up"))
    assert text(desk.get(f"{AUDIT}?q=p1&kind=signed-in")).count("<td>p1</td>") == 100
    assert "There is none." in text(desk.get(f"{AUDIT}?q=nobody"))
    for odd in (
        "?kind=x&q=%00&before=-1",
        "?before=" + "9" * 19,
        "?before=" + "9" * 4000,
        "?q=%FF",
    ):
        assert desk.get(AUDIT + odd).status_code == 200


def test_nobody_else_reads_it_and_nobody_changes_it(desk, anna):
    other = visitor()
    give_password(other, "anna")
    assert other.get(AUDIT).status_code == 403
    assert AUDIT not in text(other.get("/admin/"))
    assert f'href="{AUDIT}"' in text(desk.get("/admin/"))
    assert desk.post(AUDIT).status_code == 405
    assert visitor().get(AUDIT).url == f"/admin/login/?next={AUDIT}"


def test_a_long_log_costs_a_page_as_little_as_a_short_one(desk):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            desk.get(f"{AUDIT}?kind=signed-in")
        return len(asked)

    desk.get(AUDIT)
    few = queries()
    AuditEntry.objects.bulk_create(
        AuditEntry(kind=Kind.SIGNED_IN, actor="p", target="p") for _ in range(60)
    )
    assert queries() == few


def test_it_is_forgotten_after_a_year(db):
    AuditEntry.objects.all().delete()
    for days in (364, 366):
        at = timezone.now() - timedelta(days=days)
        AuditEntry.objects.create(kind=Kind.SIGNED_IN, actor="anna", at=at)
    call_command("purge_deleted", verbosity=0)
    assert AuditEntry.objects.count() == 1
