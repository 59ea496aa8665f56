"""A browser over real sockets; it looks like Django's test client to what fills in forms."""

import secrets
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urljoin, urlsplit

from django.conf import settings

PASSWORD = "a-long-password-of-drills"


class Answer:
    """What came back; as far as :mod:`tests.forms` and :mod:`tests.sheets` look at it."""

    def __init__(self, path, response, content):
        self.request = {"PATH_INFO": path}
        self.status_code, self.headers, self.content = response.status, response.headers, content

    def __getitem__(self, name):
        return self.headers[name]

    @property
    def text(self):
        return self.content.decode()


class Browser:
    """Keeps cookies and its connection; one at a time may use it."""

    def __init__(self, port, seconds=30, language="en"):
        self.port, self.seconds, self.language = port, seconds, language
        self.cookies = {}

    def get(self, path, **headers):
        return self.ask("GET", path, None, headers)

    def post(self, path, values, follow=False):
        """Send a form; ``values`` may be lists, and files with a name, as from an ``<input>``."""
        if settings.CSRF_COOKIE_NAME in self.cookies:
            token = self.cookies[settings.CSRF_COOKIE_NAME]
            values = {**values, "csrfmiddlewaretoken": token}
        if any(hasattr(value, "read") for value in values.values()):
            kind, body = multipart(values)
        else:
            kind, body = "application/x-www-form-urlencoded", urlencode(values, doseq=True).encode()
        answer = self.ask("POST", path, body, {"Content-Type": kind})
        while follow and answer.status_code in (301, 302):
            path = urljoin(path, answer["Location"])
            answer = self.get(path)
        return answer

    def ask(self, method, path, body, headers):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=self.seconds)
        sent = {"Accept-Language": self.language, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(urlsplit(path).path, response, content)

    def status(self, path):
        """The status, or None where there is no answer at all."""
        try:
            return self.get(path).status_code
        except (OSError, HTTPException):
            return None

    def sign_in(self, name="editor"):
        self.get("/admin/login/")
        given = {"username": name, "password": PASSWORD, "next": "/admin/"}
        assert self.post("/admin/login/", given).status_code == 302
        return self


def multipart(values):
    """``(content type, body)``"""
    mark = secrets.token_hex(16)
    parts = []
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"'.encode())
            if hasattr(one, "read"):
                parts[-1] += f'; filename="{one.name}"\r\nContent-Type: {one.content_type}'.encode()
                one.seek(0)
                content = one.read()
            else:
                content = str(one).encode()
            parts[-1] += b"\r\n\r\n" + content
    return f"multipart/form-data; boundary={mark}", b"\r\n".join(
        [*parts, f"--{mark}--\r\n".encode()]
    )
