"""Django's SMTP, which can tell whether a mail may have arrived when the connection breaks."""

import smtplib

from django.core.mail.backends import smtp
from django.utils.functional import cached_property


class _Telling:
    """``handed_over``: whether the text of a mail was on its way when something happened."""

    handed_over = False

    def sendmail(self, *args, **kwargs):
        self.handed_over = False
        return super().sendmail(*args, **kwargs)

    def data(self, msg):
        self.handed_over = True
        return super().data(msg)


class _Plain(_Telling, smtplib.SMTP):
    pass


class _Encrypted(_Telling, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @cached_property
    def connection_class(self):
        return _Encrypted if self.use_ssl else _Plain

    @property
    def handed_over(self):
        return bool(self.connection and self.connection.handed_over)
