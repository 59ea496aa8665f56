"""How long, and how much, a client may send before anything is done for it.

What that does to a running server: ``tests/drills/test_slow_clients.py`` and ``test_too_much.py``.
"""

import pytest

from guizhou_portal.operations import patience
from guizhou_portal.operations.patience import Incoming, Refused

MEGABYTE = 2**20


def head(length, path="/admin/events/event/add/"):
    cookie = "Cookie: portal_session=anything\r\n"
    return f"POST {path} HTTP/1.1\r\nContent-Length: {length}\r\n{cookie}\r\n".encode()


@pytest.fixture
def passed(monkeypatch):
    """Seconds that have passed; add to it."""
    seconds = [1000.0]
    monkeypatch.setattr(patience.time, "monotonic", lambda: seconds[0])
    return seconds


@pytest.fixture
def arriving():
    """Begins a request of so many bytes; its body is gone in the end."""
    begun = []

    def begin(length, **where):
        begun.append(Incoming())
        begun[-1].add(head(length, **where))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()
    assert Incoming.at_once == 0


def test_a_large_upload_buys_no_hours_of_silence(passed, arriving):
    upload = arriving(300 * MEGABYTE)
    upload.add(b"x" * MEGABYTE)
    assert upload.deadline(0) == passed[0] + patience.SILENT
    passed[0] += 10
    upload.add(b"x")
    assert upload.deadline(0) == passed[0] + patience.SILENT


def test_an_upload_ends_after_a_quarter_of_an_hour_however_steady_it_is(passed, arriving):
    upload, begun = arriving(300 * MEGABYTE), passed[0]
    for _ in range(100):
        passed[0] += 10
        upload.add(b"x" * 65_536)
    assert upload.deadline(0) == begun + patience.AT_LONGEST < passed[0]


def test_a_body_that_drips_is_as_late_as_it_was(passed, arriving):
    form, begun = arriving(60_000, path="/en/enquiry/"), passed[0]
    form.add(b"x" * 4096)
    passed[0] += 9
    form.add(b"x")
    assert begun + 11 < form.deadline(0) < begun + 12


def test_bodies_that_wait_leave_room_on_the_disk(monkeypatch, arriving):
    monkeypatch.setattr(patience, "MOST_AT_ONCE", 3 * MEGABYTE)
    first, second = arriving(2 * MEGABYTE), arriving(2 * MEGABYTE)
    first.add(b"x" * (2 * MEGABYTE - 1))
    second.add(b"x" * MEGABYTE)
    with pytest.raises(Refused) as refused:
        second.add(b"x" * MEGABYTE)
    assert refused.value.status == 503
    assert arriving(9, path="/en/enquiry/").add(b"message=1")  # a form without an enclosure
    second.close()
    assert first.add(b"x")  # is whole
    assert Incoming.at_once == 2 * MEGABYTE


def test_where_people_sign_in_nobody_has_anything_to_upload(arriving):
    with pytest.raises(Refused) as refused:
        arriving(MEGABYTE, path="/admin/login/")
    assert refused.value.status == 413
