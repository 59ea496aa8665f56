"""What the server's log, its caches and the privacy policy say of enquiries."""

import logging

import pytest

from projects.enquiries import delivery
from projects.models import Enquiry

from .enquiries import ADDRESS, NAME, beyond_the_database, everywhere, text_of, with_all
from .test_enquiries import fresh_cache, patient  # noqa: F401  (fixtures)


def test_the_log_of_the_server_names_no_person(db, monkeypatch, caplog, settings):
    one = with_all()

    def fails(*args):
        raise RuntimeError(f"Failing row contains ({ADDRESS}, {NAME})")

    monkeypatch.setattr(delivery.connections, "close_all", lambda: None)
    with monkeypatch.context() as then, caplog.at_level(logging.DEBUG):
        then.setattr(delivery, "send_pending", fails)
        delivery._send_in_thread(one.pk)
    with monkeypatch.context() as then, caplog.at_level(logging.DEBUG):
        then.setattr(delivery, "_connection", lambda: _Refusing())
        delivery._send_in_thread(one.pk)
    logged = caplog.text
    assert "Mails of an enquiry not sent: RuntimeError" in logged
    assert "SMTPRecipientsRefused" in logged
    assert ADDRESS not in logged
    assert NAME not in logged
    assert one.mails.get(kind="confirmation").error == "550 unknown"


class _Refusing:
    def open(self):
        """Like a mail server that answers."""

    close = open

    def send_messages(self, found):
        import smtplib

        raise smtplib.SMTPRecipientsRefused({found[0].to[0]: (550, b"unknown")})


@pytest.mark.parametrize("https", [True, False])
def test_from_where_somebody_wrote_is_stored_nowhere_in_clear(
    client,
    patient,  # noqa: F811
    tmp_path,
    caplog,
    settings,
    https,
):
    settings.HTTPS = https
    settings.SECURE_SSL_REDIRECT = False
    caplog.set_level(logging.DEBUG)
    client.defaults["REMOTE_ADDR"] = "10.0.0.1" if https else "203.0.113.77"
    client.defaults["HTTP_X_FORWARDED_FOR"] = "198.51.100.9, 203.0.113.77"
    for n in range(7):
        patient(email=f"ada{n}@example.org", message=f"The {n}th of them")
    assert Enquiry.objects.filter(suspicions=["address"]).count() == 2
    addresses = ("203.0.113.77", "198.51.100.9", "10.0.0.1")
    assert beyond_the_database(tmp_path, "enquiry-address")
    assert everywhere(*addresses) == beyond_the_database(tmp_path, *addresses) == set()
    assert not [one for one in addresses if one in caplog.text]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Anfragen", "Art. 6 Abs. 1 Buchst. a DSGVO", "widerrufen", "730 Tage", "Prüfwert"]),
        ("en", ["Enquiries", "Article 6(1)(a) GDPR", "withdraw", "730 days", "digest"]),
        ("zh-hans", ["咨询", "第6条第1款（a）项", "撤回", "730天", "摘要"]),
    ],
)
def test_the_privacy_policy_tells_what_becomes_of_an_enquiry(portal, client, language, words):
    page = text_of(client.get(f"/{language}/privacy/"))
    for one in words:
        assert one in page
