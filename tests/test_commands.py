"""What the portal's own commands tell the administrator while the database is gone."""

import pytest
from django.core.management import CommandError, call_command

from .gone import without_database
from .mirrors import BASE, stored
from .servers import KEY, manage

ADDRESS = "ada@example.org"
COMMANDS = {
    "check_links": [],
    "export_site": ["site", "--base-url", BASE],
    "index_search": [],
    "load_source_content": [],
    "orphaned_files": [],
    "purge_deleted": [],
}
ABOUT_PERSONS = {
    "anonymise_enquiries": [],
    "erase_personal_data": [ADDRESS],
    "personal_data": [ADDRESS],
    "send_pending_mail": [],
}


def refusal(monkeypatch, command, *arguments, fault):
    with without_database(monkeypatch, fault), pytest.raises(CommandError) as told:
        call_command(command, *arguments, verbosity=0)
    assert told.value.returncode == 1
    return str(told.value)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_in_a_sentence_why_the_database_cannot_be_used(
    db, monkeypatch, tmp_path, command
):
    monkeypatch.chdir(tmp_path)
    fault = "connection to server failed: Connection refused\n\tIs the server running?"
    said = refusal(monkeypatch, command, *COMMANDS[command], fault=fault)
    assert said.startswith(
        "The database cannot be used: connection to server failed: Connection refused."
    )
    assert "\n" not in said


@pytest.mark.parametrize("command", ABOUT_PERSONS)
def test_a_command_about_persons_repeats_nothing_the_database_says(db, monkeypatch, command):
    fault = f"no connection for {ADDRESS}"
    said = refusal(monkeypatch, command, *ABOUT_PERSONS[command], fault=fault)
    assert said.startswith("The database cannot be used (OperationalError).")
    assert "ada" not in said


def test_a_copy_stays_as_it_was_while_the_database_is_gone(db, monkeypatch, tmp_path):
    arguments = [str(tmp_path / "site"), "--base-url", BASE, "--mail", ADDRESS]
    said = refusal(monkeypatch, "export_site", *arguments, fault="connection to server failed")
    assert said.endswith("The copy was left as it was.")
    assert stored(tmp_path / "site") == {}


@pytest.mark.thorough
@pytest.mark.parametrize("command", [*COMMANDS, *ABOUT_PERSONS])
def test_a_database_without_tables_is_one_sentence_and_no_traceback(tmp_path, command):
    result = manage(
        command,
        *{**COMMANDS, **ABOUT_PERSONS}[command],
        DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}",
        MEDIA_ROOT=tmp_path / "media",
        SECRET_KEY=KEY,
    )
    assert result.returncode == 1
    assert "The database cannot be used" in result.stderr
    assert "Traceback" not in result.stderr
