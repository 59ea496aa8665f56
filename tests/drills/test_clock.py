"""The clock jumps, as when a machine's time is set right. In-process: the clock is replaced."""

import sys
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from projects.enquiries import opened
from tests.factories import ContractFactory, EventFactory
from tests.signing_in import PASSWORD, WAIT, account, give_password, is_in, text, visitor

LIST = "/en/contracts/"


@pytest.fixture
def clock(monkeypatch):
    """``clock(days=1)`` sets the clock on, ``clock(days=-1)`` back."""
    passed = timedelta()
    real_time, real_now = time.time, timezone.now

    def move(**by):
        nonlocal passed
        passed += timedelta(**by)

    monkeypatch.setattr(time, "time", lambda: real_time() + passed.total_seconds())
    for module in [one for one in sys.modules.values() if vars(one).get("now") is real_now]:
        monkeypatch.setattr(module, "now", lambda: real_now() + passed)
    return move


def test_schedules_follow_the_clock_forwards_and_back(db, client, clock):
    event = EventFactory()
    moment = timezone.now() + timedelta(days=30)
    ContractFactory(event=event, title_en="Not before", publish_at=moment)
    assert "Not before" not in client.get(LIST).content.decode()
    clock(days=3650)
    assert "Not before" in client.get(LIST).content.decode()
    clock(days=-3650)
    assert "Not before" not in client.get(LIST).content.decode()
    clock(days=31)
    assert "Not before" in client.get(LIST).content.decode()


def test_who_is_signed_in_stays_so_over_a_small_jump_and_can_sign_in_after_a_large(db, clock):
    account("anna")
    anna = visitor()
    give_password(anna, "anna")
    assert is_in(anna)
    for jump in ({"hours": 1}, {"hours": -2}, {"hours": 1}):
        clock(**jump)
        assert is_in(anna)
    for jump in ({"days": 400}, {"days": -800}, {"days": 400}):
        clock(**jump)
        fresh = visitor()
        give_password(fresh, "anna")
        assert is_in(fresh)


def test_a_pause_after_failed_sign_ins_does_not_last_for_years(db, clock):
    """They were made while the clock was wrong, years ahead; then it was set right."""
    account("anna")
    clock(days=3650)
    for _ in range(12):
        answer = give_password(visitor(), "anna", "wrong")
    assert WAIT in text(answer)
    clock(days=-3650)
    clock(minutes=16)
    anna = visitor()
    give_password(anna, "anna", PASSWORD)
    assert is_in(anna)


def test_a_form_opened_before_the_clock_was_set_is_sent_or_shown_again(db, client, clock):
    from tests.test_enquiries import ADDRESS, WORDS, form_word

    word = form_word(client)
    clock(days=2)  # over a day: to be sent once more, with nothing lost
    answer = client.post(ADDRESS, {**WORDS, "opened": word})
    assert WORDS["message"] in answer.content.decode()
    word = form_word(client)
    clock(days=-3)  # opened in the future, as it seems
    answer = client.post(ADDRESS, {**WORDS, "opened": word})
    assert answer.status_code == 302
    assert opened.Opened.read(word).seconds < 0
