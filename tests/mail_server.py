"""A real mail server on this machine that takes mails, or does what servers do on bad days."""

import socket
from contextlib import contextmanager

import django
from aiosmtpd.controller import Controller

from guizhou_portal.environment import email_settings

from .servers import free_port

SECONDS = 5  # how long the portal waits for an answer in these tests


class Box:
    """What arrived. ``on_data``: answers in place of "250", or breaks off."""

    def __init__(self, on_data=None, on_recipient=None):
        self.arrived, self.on_data, self.on_recipient = [], on_data, on_recipient

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  (its name there)
        if self.on_recipient:
            return self.on_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.on_data == "dies":
            server.transport.abort()
            return "451 gone"
        if not self.on_data:
            self.arrived.append((envelope.rcpt_tos, envelope.content.decode()))
        return self.on_data or "250 taken"


@contextmanager
def mail_server(settings, monkeypatch, scheme="smtp", **does):
    """The portal's mail goes to the :class:`Box` that is given; it speaks no TLS."""
    box = Box(**does)
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        use(settings, monkeypatch, controller.port, scheme=scheme)
        yield box
    finally:
        controller.stop()


@contextmanager
def silent_server(settings, monkeypatch, seconds):
    """A server that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        use(settings, monkeypatch, listening.getsockname()[1], seconds)
        yield


def use(settings, monkeypatch, port, seconds=SECONDS, scheme="smtp"):
    monkeypatch.setenv("EMAIL_URL", f"{scheme}://127.0.0.1:{port}")
    for name, value in email_settings("EMAIL_URL", django.VERSION).items():
        if name == "MAILERS":
            value["default"]["OPTIONS"]["timeout"] = seconds
        setattr(settings, name, seconds if name == "EMAIL_TIMEOUT" else value)
