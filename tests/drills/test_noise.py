"""Thousands of requests that are wrong in every way there is, over raw sockets, from one seed."""

import random
import re
from concurrent.futures import ThreadPoolExecutor
from http.client import responses

import pytest
from django.conf import settings

from .browser import Browser
from .wire import exchange, status_of, workers

SESSION, CSRF = settings.SESSION_COOKIE_NAME.encode(), settings.CSRF_COOKIE_NAME.encode()
SEED, NUMBER = 20180611, 1600
PATHS = (
    *(b"/", b"/de/", b"/en/projects/", b"/zh-hans/search/?q=", b"/api/v1/projects/", b"/media/"),
    *(b"/static/", b"/admin/login/", b"/en/enquiry/", b"/sitemap.xml", b"/en/events/feed/"),
    *(b"/en/compare/?", b"/en/projects.pdf", b"/en/data/projects.csv", b"/healthz", b"/embed/"),
)
PIECES = (
    *(b"%00", b"%", b"%zz", b"%ff%fe", b"%c0%ae%c0%ae/", b"%e0%80%af", b"%ed%a0%80", b"..%2f"),
    *(b"../", b"%2e%2e/", b"//", b"\\", b"%0d%0aX-Injected:%20yes", b"%u0041", b"?a=1&a=%", b"#"),
    *(b";jsessionid=1", b"%F0%9F%92%A9", b"<script>", b"{{7*7}}", b"'--", b"%25%30%30", b"\xff"),
    *(b"?page=99999999999999999999", b"?page=-1", b"?q=%00", b"?sort=%ff", b"&cursor=AAAA", b"*"),
)
METHODS = (
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"DELETE",
    b"OPTIONS",
    b"TRACE",
    b"get",
    b"G\x00T",
    b"",
)
VERSIONS = (b"HTTP/1.1", b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/9.9", b"HTTP/1.1 x", b"")
HOSTS = (
    *(b"127.0.0.1", b"127.0.0.1:1", b"evil.example", b"", b"[::1", b"127.0.0.1:99999999", b"a b"),
    *(b"127.0.0.1\x00", b"\xff", b"127.0.0.1, evil.example", b"x" * 5000, b"127.0.0.1@evil"),
)
LANGUAGES = (
    *(b"de", b"xx", b"*;q=0", b"de;q=9999999999999999999", b"," * 4000, b"a-" * 3000, b"\xff\xfe"),
    *(b"zh-Hant-TW;q=nan", b"de;q=-1", b"en;" * 2000, b"%00", b"de\x00", b"../../etc/passwd"),
)
COOKIES = (
    *(SESSION + b"=" + b"A" * 7000, CSRF + b"=\x00", b"=;=;=", b"a" * 8000, SESSION + b"=%00"),
    *(b"; ".join(b"c%d=1" % n for n in range(500)), SESSION + b"=\xff", b'a="\\', SESSION),
)
OTHERS = (
    *(b"Content-Length: -1", b"Content-Length: 1, 2", b"Content-Length: 99", b"Range: bytes=9-1"),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding : x", b"If-None-Match: \xff", b": empty"),
    *(b"Content-Type: multipart/form-data", b"Content-Type: text/html; charset=\xff", b"X\x00: y"),
    *(b"If-Modified-Since: yesterday", b"Expect: 200-ok", b"Connection: upgrade", b" folded: x"),
    *(b"Accept: " + b"*/*," * 1500, b"Authorization: Basic %%%", b"X-Forwarded-For: \xff, ::"),
    *(b"Referer: http://[", b"Origin: null", b"Upgrade: h2c", b"Accept-Encoding: br;q=x", b"\x00"),
    *(b"If-Range: x", b"X-Forwarded-Host: evil.example", b"X_Forwarded_For: 1", b"no colon"),
)
BODIES = (b"", b"a=%ff&b=%", b"\x00" * 99, b"--x\r\n\r\n", b"{" * 99, b"opened=" + b"A" * 60)


def request(chance):
    """One request; ``chance`` decides how wrong it is."""
    if chance.random() < 0.08:
        return chance.randbytes(chance.randrange(1, 600)) + b"\r\n\r\n"
    usually = chance.random() < 0.6
    path = chance.choice(PATHS)
    for _ in range(chance.randrange(4)):
        path += chance.choice(PIECES)
    if chance.random() < 0.1:
        path = chance.choice((b"http://evil.example", b"//evil.example", b"*", b"")) + path
    method = b"GET" if usually else chance.choice(METHODS)
    version = b"HTTP/1.1" if usually else chance.choice(VERSIONS)
    lines = [
        b" ".join((method, path, version)),
        b"Host: " + chance.choice(HOSTS[: 1 if usually else 99]),
    ]
    if chance.random() < 0.4:
        lines.append(b"Accept-Language: " + chance.choice(LANGUAGES))
    if chance.random() < 0.3:
        lines.append(b"Cookie: " + chance.choice(COOKIES))
    lines += chance.choices(OTHERS, k=chance.randrange(3))
    if chance.random() < 0.1:
        lines.append(lines[-1])
    if not usually and chance.random() < 0.3:
        lines = [line[: chance.randrange(len(line) + 1)] for line in lines]
    body = b"" if usually else chance.choice(BODIES)
    end = chance.choice((b"\n", b"\r")) if chance.random() < 0.05 else b"\r\n"
    if chance.random() < 0.5:
        lines.append(b"Content-Length: %d" % len(body))
    lines.append(b"Connection: close")
    return end.join(lines) + end + end + body


def test_nothing_that_is_sent_is_a_fault_of_ours(lasting, lasting_portal):
    (worker,) = workers(lasting_portal)
    chance = random.Random(SEED)  # noqa: S311  (to be the same each time)
    requests = [request(chance) for _ in range(NUMBER)]

    def answer_to(sent):
        # Some are no whole request; that nothing more comes ends them.
        return sent, exchange(lasting_portal.port, sent, 12, ends=True)

    with ThreadPoolExecutor(8) as many:
        for sent, answer in many.map(answer_to, requests):
            status = status_of(answer)
            assert status is None or status in responses, (sent, answer[:300])
            assert status is None or status < 500 or status == 501, (sent, answer[:300])
            assert b"Traceback" not in answer, sent
            assert b"\nX-Injected" not in answer.partition(b"\r\n\r\n")[0], sent
            location = re.search(rb"\r\nLocation: ([^\r]*)", answer)
            assert not location or b"//evil" not in location[1], (sent, answer[:300])
    assert workers(lasting_portal) == [worker]
    assert Browser(lasting_portal.port).get("/de/").status_code == 200
    log = lasting.logged()
    assert "traceback" not in log, log[log.index("traceback") - 300 :][:3000]
    assert "Traceback" not in log


@pytest.mark.parametrize("name", [b"SCRIPT_NAME", b"Script_Name", b"PATH_INFO", b"Script-Name"])
def test_no_header_names_a_folder_the_portal_would_be_in(lasting_portal, name):
    for path, status in ((b"/below/de/", 404), (b"/de/", 200), (b"/de/projects/", 200)):
        head = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" % path
        answer = exchange(lasting_portal.port, head + name + b": /below\r\n\r\n")
        assert status_of(answer) == status
        assert b'"/below' not in exchange(lasting_portal.port, head + b"\r\n")


SECOND = b"GET /robots.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
HEAD = b"POST /en/enquiry/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
TWO_WAYS = {
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n",
    "two lengths in one": HEAD + b"Content-Length: 0, %d\r\n\r\n",
    "length and chunks": HEAD
    + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks of a kind": HEAD + b"Content-Length: %d\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "a space before the colon": HEAD + b"Content-Length : %d\r\n\r\n",
    "a folded line": HEAD + b"X: y\r\n Content-Length: %d\r\n\r\n",
    "a signed length": HEAD + b"Content-Length: +%d\r\n\r\n",
    "a lonely line feed": HEAD + b"X: y\nContent-Length: %d\r\n\r\n",
    "a lonely carriage return": HEAD + b"X: y\rContent-Length: %d\r\n\r\n",
    "a length after a null": HEAD + b"X: \x00\r\nContent-Length: %d\r\n\r\n",
}


@pytest.fixture(scope="module")
def two_ways():
    return {name: sent.replace(b"%d", b"%d" % len(SECOND)) for name, sent in TWO_WAYS.items()}


def test_no_request_is_hidden_in_another(lasting_portal, two_ways):
    """What a proxy may read as one request is never answered as two."""
    for name, sent in two_ways.items():
        answer = exchange(lasting_portal.port, sent + SECOND, 12)
        assert 400 <= status_of(answer) < 500, (name, answer[:200])
        assert b"User-agent" not in answer, name
        assert len(re.findall(rb"HTTP/1\.1 \d{3}", answer)) == 1, name
    # Two that are plain, one behind the other, are two.
    plain = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    answer = exchange(lasting_portal.port, plain + SECOND, 12)
    assert b"ok" in answer
    assert b"User-agent" in answer


def test_many_requests_in_one_go_are_answered_one_after_the_other(lasting, lasting_portal):
    form = b"a=1&b=2"
    posted = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
    posted += b"Content-Length: %d\r\n\r\n" % len(form) + form
    plain = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    answer = exchange(lasting_portal.port, plain + posted + plain + SECOND, 12)
    assert re.findall(rb"HTTP/1\.1 (\d{3})", answer) == [b"200"] * 4
