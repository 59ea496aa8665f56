"""``kill -9``, as the kernel does when memory runs out: all or nothing, and it starts again."""

from .browser import Browser


def test_basics(place):
    portal = place.serve(WEB_CONCURRENCY=1)
    browser = Browser(portal.port).sign_in()
    assert browser.get("/admin/").status_code == 200
    assert browser.get("/de/").status_code == 200
