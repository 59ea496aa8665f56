"""What each answer lets a browser do, and what an outside judge makes of it."""

import re
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.test import Client

from guizhou_portal.operations.headers import CSP

from .factories import PhotoFactory

PROJECT = "/en/projects/traffic-cloud/"
PAGES = ["/en/", "/de/projects/", PROJECT, "/zh-hans/enquiry/", "/en/search/?q=cloud", "/en/no/"]


def policy_of(response):
    """The policy of an answer as a dict of directive and set of sources."""
    parts = [one.split() for one in response[CSP].split(";")]
    return {name: set(sources) for name, *sources in parts}


# --- Mozilla's HTTP Observatory ------------------------------------------------------------------
# Its published rules (docs/scoring.md of mozilla/http-observatory), as far as headers decide them.


def observatory(secure, plain):
    """``(score, grade)`` of a page asked for by HTTPS (``secure``) and by HTTP (``plain``)."""
    policy, cookies = policy_of(secure), secure.cookies
    flat = set().union(*policy.values())
    bonus, malus = 0, 0
    if {"'unsafe-inline'", "'unsafe-eval'"} & flat or "http:" in " ".join(flat):
        malus += 20
    else:
        bonus += 10 if policy.get("default-src") == {"'none'"} else 5
    bonus += 5 if policy.get("frame-ancestors") in ({"'none'"}, {"'self'"}) else 0
    malus += 0 if secure.get("X-Frame-Options") in ("DENY", "SAMEORIGIN") else 20
    private = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
    bonus += 5 if secure.get("Referrer-Policy") in private else 0
    bonus += 10 if secure.get("Cross-Origin-Resource-Policy") in ("same-origin", "same-site") else 0
    malus += 0 if secure.get("X-Content-Type-Options") == "nosniff" else 5
    age = re.search(r"max-age=(\d+)", secure.get("Strict-Transport-Security", ""))
    malus += 20 if not age else 10 if int(age[1]) < 15768000 else 0
    malus += 0 if plain.get("Location", "").startswith("https://testserver/") else 20
    malus += 20 * sum(not one["secure"] or not one["samesite"] for one in cookies.values())
    malus += 50 if secure.get("Access-Control-Allow-Origin") == "*" and cookies else 0
    scripts = re.findall(rb'<script[^>]* src="([^"]+)"', secure.content)
    malus += 50 if any(not one.startswith(b"/") for one in scripts) else 0
    score = 100 - malus
    score += bonus if score >= 90 else 0  # a bonus is for those who are good without it
    grades = ((100, "A+"), (90, "A"), (80, "B"), (60, "C"), (30, "D"))
    return score, next((grade for least, grade in grades if score >= least), "F")


@pytest.fixture
def https(settings):
    """The settings that ``HTTPS=true`` makes."""
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def test_the_observatory_would_give_a_plus(portal, https):
    client = Client()
    for path in PAGES:
        assert observatory(client.get(path, secure=True), client.get(path)) == (130, "A+"), path
    login = client.get("/admin/login/", secure=True)
    assert observatory(login, client.get("/admin/login/")) == (130, "A+")


@pytest.mark.thorough
def test_the_judge_is_not_easily_pleased(portal, https):
    """The rules above do find what is wrong."""
    client = Client()
    for name, value, score in (
        (CSP, "default-src 'self' 'unsafe-inline'", 80),
        ("X-Frame-Options", "ALLOWALL", 80),
        ("Strict-Transport-Security", "max-age=60", 120),
        ("X-Content-Type-Options", "", 125),
        ("Cross-Origin-Resource-Policy", "cross-origin", 120),
    ):
        page = client.get("/en/", secure=True)
        page[name] = value
        assert observatory(page, client.get("/en/"))[0] == score, name


# --- pages ---------------------------------------------------------------------------------------


def test_a_page_may_do_what_it_needs_and_nothing_else(portal, client):
    for path in PAGES:
        response = client.get(path)
        assert policy_of(response) == {
            "default-src": {"'none'"},
            "base-uri": {"'none'"},
            "form-action": {"'self'"},
            "frame-ancestors": {"'none'"},
            **{f"{name}-src": {"'self'"} for name in ("style", "img", "font", "script")},
            "connect-src": {"'self'"},
            "manifest-src": {"'self'"},
        }
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in response["Permissions-Policy"]
        assert "Strict-Transport-Security" not in response
        assert not response.cookies


def test_only_with_https_requests_are_made_secure(portal, https):
    client = Client()
    assert "upgrade-insecure-requests" in policy_of(client.get("/en/", secure=True))
    hsts = "Strict-Transport-Security"
    assert client.get("/en/", secure=True)[hsts] == "max-age=31536000; includeSubDomains; preload"
    assert hsts not in client.get("/en/")  # RFC 6797: never by HTTP


def test_no_page_holds_what_its_policy_forbids(portal, client):
    for path in PAGES:
        page = client.get(path).content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), path
        for attributes in re.findall(r"<script([^>]*)>", page):
            assert " src=" in attributes or "application/ld+json" in attributes, path


def test_uploads_from_a_store_are_shown_and_nothing_else_of_it(portal, settings):
    settings.MEDIA_URL = "https://files.example.org/portal/"
    policy = policy_of(Client().get("/en/"))
    assert policy["img-src"] == {"'self'", "https://files.example.org"}
    assert all("files" not in " ".join(policy[name]) for name in policy.keys() - {"img-src"})


# --- what is not a public page -------------------------------------------------------------------


def test_a_card_may_be_framed_and_can_do_nothing(portal, client):
    response = client.get(f"{PROJECT}embed/")
    policy = policy_of(response)
    assert policy["frame-ancestors"] == {"*"}
    assert policy["form-action"] == {"'none'"}
    assert not {"script-src", "connect-src", "frame-src"} & policy.keys()
    assert "X-Frame-Options" not in response
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_the_back_office_keeps_to_itself(portal, backoffice):
    from projects.models import Project

    page = backoffice.get("/admin/")
    assert policy_of(page)["frame-ancestors"] == {"'none'"}
    assert policy_of(page)["frame-src"] == {"'self'"}
    assert page["Referrer-Policy"] == "same-origin"
    project = Project.objects.get(slug="traffic-cloud")
    preview = backoffice.get(f"/admin/projects/project/{project.pk}/preview/en/")
    assert policy_of(preview)["frame-ancestors"] == {"'self'"}
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    assert preview["Referrer-Policy"] == "no-referrer"
    words = backoffice.get("/admin/jsi18n/")
    assert policy_of(words)["default-src"] == {"'none'"}
    assert words["Cross-Origin-Resource-Policy"] == "same-origin"


NO_PAGES = [
    *("/api/v1/projects", "/api/v1/openapi.json", "/api/v1/nothing", "/en/projects/feed/"),
    *("/en/events.ics", "/en/data/projects.csv", "/sitemap.xml", "/robots.txt", "/healthz"),
    *("/en/manifest.webmanifest", "/en/card/page/home.png"),
]


def test_what_is_no_page_can_do_nothing_and_may_be_used_by_others(portal, client):
    for path in NO_PAGES:
        response = client.get(path)
        usual = {"default-src", "base-uri", "form-action", "frame-ancestors"}
        assert policy_of(response).keys() == usual, path
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_fact_sheet_can_do_nothing_and_is_not_in_a_sandbox(rf):
    """In a sandbox Chromium's own viewer would not show it; without one it does."""
    from django.http import HttpResponse

    from guizhou_portal.operations.headers import HeadersMiddleware

    sheet = HeadersMiddleware(lambda request: HttpResponse(content_type="application/pdf"))
    policy = policy_of(sheet(rf.get("/en/projects/traffic-cloud.pdf")))
    assert policy.keys() == {"default-src", "base-uri", "form-action", "frame-ancestors"}


def test_static_files_and_uploads_have_their_headers_too(db, client, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    (settings.STATIC_ROOT / "css").mkdir(parents=True)
    (settings.STATIC_ROOT / "css" / "base.css").write_bytes(
        open(finders.find("css/base.css"), "rb").read()  # noqa: SIM115
    )
    settings.DEBUG = False
    settings.WHITENOISE_AUTOREFRESH = False
    style = Client().get("/static/css/base.css")
    assert style.status_code == 200
    photo = PhotoFactory()
    for response in (style, client.get(photo.image.url)):
        assert policy_of(response)["default-src"] == {"'none'"}
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response["X-Content-Type-Options"] == "nosniff"
    assert default_storage.exists(photo.image.name)


def test_faults_and_refusals_have_the_headers_of_pages(portal, client, settings, monkeypatch):
    monkeypatch.setattr("projects.views.ProjectList.get", lambda *args, **kw: 1 / 0)
    client.raise_request_exception = False
    fault = client.get("/en/projects/")
    settings.ALLOWED_HOSTS = ["portal.example"]
    for response, status in ((fault, 500), (client.get("/en/"), 400), (client.get("/"), 400)):
        assert response.status_code == status
        assert policy_of(response)["script-src"] == {"'self'"}
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_an_answer_that_nothing_changed_leaves_the_policy_that_came_with_the_page(rf):
    """A card's would else become a page's in the browser's cache, and could not be framed."""
    from django.http import HttpResponseNotModified

    from guizhou_portal.operations.headers import HeadersMiddleware

    response = HttpResponseNotModified(headers={"X-Frame-Options": "DENY"})
    answered = HeadersMiddleware(lambda request: response)(rf.get(f"{PROJECT}embed/"))
    assert CSP not in answered
    assert "X-Frame-Options" not in answered


def test_an_answer_from_a_cache_is_as_it_was_dressed(portal, client, rf):
    """Whoever keeps a card and hands it out again need not know that it is one."""
    from django.http import HttpResponse

    from guizhou_portal.operations.headers import HeadersMiddleware

    first = client.get(f"{PROJECT}embed/")
    again = HttpResponse(first.content, headers=dict(first.headers))
    answered = HeadersMiddleware(lambda request: again)(rf.get(f"{PROJECT}embed/"))
    assert dict(answered.headers) == dict(first.headers)


def test_the_headers_cost_a_request_little(rf):
    """Every answer of the cache pays for them: 0.1 ms would be a third of what it takes."""
    from timeit import repeat

    from django.http import HttpResponse

    from guizhou_portal.operations.headers import HeadersMiddleware

    dress, request = HeadersMiddleware(SimpleNamespace), rf.get("/en/")
    dress.get_response = lambda request: HttpResponse(b"page")
    assert min(repeat(lambda: dress(request), number=200, repeat=5)) / 200 < 0.0001
