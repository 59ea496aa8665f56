"""Five thousand connections that say nothing: who has something to say is heard."""

import resource
from contextlib import ExitStack

import pytest

from tests.servers import until

from .browser import Browser
from .wire import answered, connect, workers

MANY = 5000


@pytest.fixture
def many_files():
    """As many connections as this process may have open; the limit as before afterwards."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield min(MANY, before[1] - 500)
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_new_visitors_are_served_beside_thousands_of_silent_connections(place, many_files):
    portal = place.serve()
    browser = Browser(portal.port, 20)
    with ExitStack() as stack:
        silent = [stack.enter_context(connect(portal.port)) for _ in range(many_files)]
        for path in ("/de/", "/en/projects/", "/readyz"):
            assert browser.get(path).status_code == 200
        # Those that came first made room for those that came last.
        assert answered(silent[0]) == b""
        known = workers(portal)
    assert len(known) == 2

    def has_few_open():
        return all(len(open_files(one)) < 100 for one in known)

    until(has_few_open)
    assert workers(portal) == known
    for path in ("/de/", "/en/projects/", "/readyz"):
        assert browser.get(path).status_code == 200
    assert "traceback" not in place.logged()


def open_files(process_id):
    from pathlib import Path

    return list(Path(f"/proc/{process_id}/fd").iterdir())
