"""Accounts in the admin: roles in words, who may change whom, and what is kept on record."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from django.utils.translation import override
from django_otp.plugins.otp_totp.models import TOTPDevice

from guizhou_portal.backoffice.roles import Role
from guizhou_portal.backoffice.signin import factors

from .facts import LANGUAGES
from .forms import admin_address, filled_in, form_at, save
from .signing_in import account, is_in, signed_in, text, visitor, with_app

LIST = "/admin/auth/user/"


@pytest.fixture
def boss(db):
    """An administrator who is no superuser."""
    return account("boss", Role.ADMINISTRATOR)


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root", "", "a-long-password")


@pytest.fixture
def desk(boss):
    """The browser of an administrator."""
    return desk_of(boss)


def desk_of(user):
    client = visitor()
    client.force_login(user)
    return client


def roles(client, user):
    """The form of an account with what its check boxes say."""
    form = filled_in(client, user)
    page = client.get(form.address).content.decode()
    form["roles"] = re.findall(r'name="roles" value="([^"]+)"[^>]*checked', page)
    return form


def refused(client, form, **values):
    answer = client.post(form.address, {**form, **values})
    assert answer.status_code == 200
    return text(answer)


def test_a_colleague_is_added_with_name_password_and_roles_in_one_form(desk):
    form = form_at(desk, admin_address(User, "add"))
    page = text(desk.get(form.address))
    for role in Role:
        with override("en"):
            assert f"<strong>{role.label}</strong> <span>{escape(role.description)}" in page
    passwords = {"password1": "quite-a-long-one", "password2": "quite-a-long-one"}
    save(desk, form, username="lena", roles=["Translator", "Publisher"], **passwords)
    lena = User.objects.get(username="lena")
    assert {group.name for group in lena.groups.all()} == {"Translator", "Publisher"}
    assert lena.is_staff
    assert lena.check_password("quite-a-long-one")
    entry = LogEntry.objects.get()
    with override("en"):
        told = entry.get_change_message()
    assert told == "Added. Added role “Translator”. Added role “Publisher”."


@pytest.mark.parametrize("language", LANGUAGES)
def test_list_and_forms_answer_in_each_language(desk, boss, language):
    for address in (LIST, admin_address(User, "add"), admin_address(User, "change", boss.pk)):
        page = desk.get(address, headers={"accept-language": language})
        assert f'<html lang="{language}"' in page.content.decode()


def test_nobody_meets_permissions_groups_or_secrets(desk, root):
    page = text(desk.get(admin_address(User, "change", root.pk)))
    own = text(desk_of(root).get(admin_address(User, "change", root.pk)))
    for word in ("user_permissions", "is_staff", "pbkdf2", "md5"):
        assert word not in page + own
    assert not {Group, TOTPDevice} & set(admin.site._registry)
    assert desk_of(root).get("/admin/otp_totp/totpdevice/").status_code == 404


def test_a_change_of_roles_is_told_by_name_and_leaves_other_groups_alone(desk):
    anna = account("anna", Role.EDITOR)
    anna.groups.add(Group.objects.create(name="Choir"))
    form = roles(desk, anna)
    assert form["roles"] == ["Editor"]
    save(desk, form, roles=["Publisher"], first_name="Anna")
    assert {group.name for group in anna.groups.all()} == {"Publisher", "Choir"}
    with override("en"):
        told = LogEntry.objects.get().get_change_message()
    assert told == "Changed First name. Deleted role “Editor”. Added role “Publisher”."


def test_whoever_loses_the_last_role_or_the_access_is_out_at_once(desk):
    anna, carl = account("anna", Role.EDITOR), account("carl", Role.EDITOR)
    theirs = [desk_of(anna), desk_of(carl)]
    save(desk, roles(desk, anna), roles=[])
    form = roles(desk, carl)
    del form["is_active"]
    save(desk, form)
    assert not any(is_in(one) for one in theirs)
    anna.refresh_from_db()
    assert anna.is_active
    save(desk, roles(desk, anna), roles=["Editor"])
    assert is_in(theirs[0])


def test_the_list_says_roles_and_second_step_and_is_filtered_by_role(desk, root, boss):
    with_app(account("anna", Role.EDITOR, first_name="Anna", last_name="Muster"))

    def rows(query=""):
        page = text(desk.get(f"{LIST}{query}"))
        return dict(re.findall(r"change/[^>]*>(\w+)</a></th>(.*?)</tr>", page))

    row = rows()["anna"]
    assert "Anna Muster" in row
    assert ">Editor<" in row
    assert 'two_steps"><img src="/static/admin/img/icon-yes.svg' in row
    assert 'two_steps"><img src="/static/admin/img/icon-no.svg' in rows()["boss"]
    for role, name in {"editor": "anna", "superuser": "root", "administrator": "boss"}.items():
        assert list(rows(f"?role={role}")) == [name]


def test_the_list_takes_as_many_queries_for_thirty_accounts_as_for_three(desk):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            desk.get(LIST)
        return len(captured)

    account("a", Role.EDITOR), account("b", Role.PUBLISHER)
    before = queries()
    for number in range(27):
        account(f"user{number}", Role.EDITOR, Role.TRANSLATOR)
    assert queries() == before


# --- administrators and superusers ---------------------------------------------------------------


def test_an_administrator_cannot_change_delete_or_take_over_a_superuser(desk, root):
    address = admin_address(User, "change", root.pk)
    page = text(desk.get(address))
    assert "only another superuser can change this account" in page
    assert 'name="_save"' not in page
    with_app(root)
    for one in (
        address,
        f"{LIST}{root.pk}/password/",
        f"{LIST}{root.pk}/delete/",
        f"{LIST}{root.pk}/two-steps/",
    ):
        answer = desk.post(one, {"password1": "x" * 20, "password2": "x" * 20, "post": "yes"})
        assert answer.status_code == 403, one
    desk.post(LIST, {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"})
    root.refresh_from_db()
    assert root.check_password("a-long-password")
    assert factors.has_factor(root)


def test_nobody_becomes_a_superuser_or_gains_permissions_by_a_forged_form(desk, boss):
    forged = {
        "is_superuser": "on",
        "is_staff": "on",
        "user_permissions": list(Permission.objects.values_list("pk", flat=True)[:5]),
        "groups": [Group.objects.create(name="Choir").pk],
    }
    save(desk, roles(desk, boss), **forged)
    anna = account("anna", Role.EDITOR)
    save(desk, roles(desk, anna), roles=[], **forged)
    for user in (boss, anna):
        user.refresh_from_db()
        assert not user.is_superuser
        assert not user.user_permissions.exists()
        assert not user.groups.filter(name="Choir").exists()
    assert not anna.is_staff
    assert "Select a valid choice" in refused(desk, roles(desk, anna), roles=["Choir"])


def test_a_superuser_makes_another_one_and_takes_it_back(root):
    client, anna = desk_of(root), account("anna", Role.EDITOR)
    save(client, roles(client, anna), is_superuser="on", roles=[])
    anna.refresh_from_db()
    assert (anna.is_superuser, anna.is_staff) == (True, True)
    form = roles(client, anna)
    del form["is_superuser"]
    save(client, form)
    anna.refresh_from_db()
    assert (anna.is_superuser, anna.is_staff) == (False, False)


def test_there_is_always_an_administrator_left(desk, boss):
    form = roles(desk, boss)
    assert "This is the last administrator" in refused(desk, form, roles=["Editor"])
    without = {name: value for name, value in form.items() if name != "is_active"}
    answer = desk.post(form.address, without)
    assert "You cannot end your own access." in text(answer)
    account("berta", Role.ADMINISTRATOR, is_active=False)
    assert "This is the last administrator" in refused(desk, form, roles=["Editor"])
    account("carl", Role.ADMINISTRATOR)
    save(desk, form, roles=["Editor"])
    assert not boss.groups.filter(name="Administrator").exists()


def test_an_account_with_a_past_is_closed_instead_of_deleted(desk, boss):
    anna, new = account("anna", Role.EDITOR), account("new")
    LogEntry.objects.log_actions(anna.pk, [anna], 2, "something")
    assert desk.post(f"{LIST}{anna.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{LIST}{boss.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{LIST}{new.pk}/delete/", {"post": "yes"}).status_code == 302
    assert set(User.objects.values_list("username", flat=True)) == {"anna", "boss"}


def test_editors_and_publishers_see_no_accounts_and_none_of_their_changes(desk, root):
    save(desk, roles(desk, account("anna", Role.EDITOR)), roles=["Publisher"])
    other = desk_of(User.objects.get(username="anna"))
    for address in (LIST, admin_address(User, "change", root.pk), f"{LIST}{root.pk}/two-steps/"):
        assert other.get(address).status_code == 403
    assert "role “" not in text(other.get("/admin/"))
    assert "role “" in text(desk.get("/admin/"))


# --- passwords and lost telephones ---------------------------------------------------------------


def test_a_new_password_for_a_colleague_ends_the_old_sessions(desk, boss):
    anna = account("anna", Role.EDITOR)
    theirs = desk_of(anna)
    address = f"{LIST}{anna.pk}/password/"
    assert "usable_password" not in text(desk.get(address))
    new = {"password1": "short", "password2": "short"}
    assert "at least 12 characters" in text(desk.post(address, new))
    assert desk.post(address, {"unset-password": "1"}).status_code == 200
    new = {"password1": "quite-another-one", "password2": "quite-another-one"}
    assert desk.post(address, new).status_code == 302
    anna.refresh_from_db()
    assert anna.check_password("quite-another-one")
    assert not is_in(theirs)
    assert desk.get(f"{LIST}{boss.pk}/password/").url == "/admin/password_change/"


def test_the_second_step_of_a_lost_telephone_is_turned_off_by_a_colleague(desk, boss):
    anna = account("anna", Role.EDITOR)
    with_app(anna)
    theirs = signed_in(anna)
    address = f"{LIST}{anna.pk}/two-steps/"
    assert address in text(desk.get(admin_address(User, "change", anna.pk)))
    assert "Make sure that it is really this person" in text(desk.get(address))
    assert factors.has_factor(anna)  # looking is not doing
    assert desk.post(address).status_code == 302
    assert not factors.has_factor(anna)
    assert not is_in(theirs)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (boss, "anna")
    with override("en"):
        assert entry.get_change_message() == "Deleted two-step sign-in “anna”."
    with_app(boss)
    assert signed_in(boss).post(f"{LIST}{boss.pk}/two-steps/").status_code == 403
    assert factors.has_factor(boss)


def test_an_account_that_does_not_exist_gives_no_error(desk):
    for key in ("0", "x", "1" * 30, "%00"):
        for page in ("change", "password", "two-steps", "delete"):
            assert desk.get(f"{LIST}{key}/{page}/").status_code in (302, 403, 404), (key, page)
