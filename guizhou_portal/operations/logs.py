"""Lines of the log: one JSON object each, or text for people; without personal data."""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

#: The request that this thread answers; nothing outside of one.
request_id = ContextVar("request_id", default="")

#: What no line may hold: ``(pattern, what stands there instead)``.
PRIVATE = [
    (re.compile(r"(/preview/)[^/\s\"']+"), r"\1…"),  # the address is the key
    (re.compile(r"(\w://)[^/\s:@]*:[^/\s@]*@"), r"\1…@"),  # user and password of an address
    (re.compile(r"(?i)\b(bearer|basic|token)(\s+|=)[\w.~+/=-]{8,}"), r"\1\2…"),
    (re.compile(r"\?[\w.%-]+=[^\s\"'<>]*"), "?…"),  # what was searched for, and the like
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
]


#: Signs that begin another line, or do something to a terminal.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def without_control(text):
    """``text`` with such signs written out: whoever asks for a page can put them into its path."""
    return CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def scrubbed(text):
    """``text`` without e-mail addresses, query strings, links to previews and passwords."""
    for pattern, instead in PRIVATE:
        text = pattern.sub(instead, text)
    return text


class JsonFormatter(logging.Formatter):
    """``time`` (UTC, ISO 8601), ``level``, ``logger``, ``message``; ``request`` within one,
    ``traceback`` of a fault, and what the caller gave as ``extra={"fields": {…}}``."""

    def format(self, record):
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
        }
        if known := request_id.get():
            line["request"] = known
        if record.exc_info and record.exc_info[0]:
            line["traceback"] = scrubbed(self.formatException(record.exc_info))
        for name, value in getattr(record, "fields", {}).items():
            line[name] = scrubbed(value) if isinstance(value, str) else value
        return json.dumps(line, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """The same for people: a line, and below it the traceback of a fault."""

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record):  # noqa: N802  (logging's name)
        line, known = without_control(super().formatMessage(record)), request_id.get()
        return f"{line} [{known}]" if known else line

    def format(self, record):
        return scrubbed(super().format(record))


def formatter(log_format):
    return JsonFormatter() if log_format == "json" else TextFormatter()


#: With no handler at all, Python would write to the console.
NOT_TOLD = {"handlers": ["nobody"], "propagate": False}


def configuration(log_format, access_log, mails):
    """Django's ``LOGGING``. ``mails``: errors are sent by mail as well (:mod:`.error_mail`)."""
    handlers = {"console": {"class": "logging.StreamHandler", "formatter": "line"}}
    if mails:
        handlers["mail"] = {"()": "guizhou_portal.operations.error_mail.Handler", "level": "ERROR"}
    errors = list(handlers)
    handlers["nobody"] = {"class": "logging.NullHandler"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "guizhou_portal.operations.logs.formatter", "log_format": log_format}
        },
        "handlers": handlers,
        "root": {"handlers": errors, "level": "WARNING"},
        "loggers": {
            # Visitors' typing errors are not worth a line each; errors are.
            "django.request": {"handlers": errors, "level": "ERROR", "propagate": False},
            # One line for each attempt to sign in; what axes says of it besides is not needed.
            "guizhou_portal.signin": {"level": "INFO"},
            "guizhou_portal.access": {"level": "INFO" if access_log else "CRITICAL"},
            "guizhou_portal.slow": {"level": "INFO"},
            "axes": {"level": "CRITICAL"},
            # Scanners ask for other hosts all day long; the answer is 400.
            "django.security.DisallowedHost": NOT_TOLD,
            # So is the answer to a form of 10 MB, and to one of ten thousand fields.
            "django.security.RequestDataTooBig": NOT_TOLD,
            "django.security.TooManyFieldsSent": NOT_TOLD,
            "django.security.TooManyFilesSent": NOT_TOLD,
            # Nor any other that was refused: anybody could fill the log, and a mailbox, with them.
            "django.security": {"level": "CRITICAL"},
            # Tells of every attempt while the database is gone; the portal tells once a minute.
            "psycopg.pool": {"level": "CRITICAL"},
        },
    }


def usual_format(debug):
    """Text where a person reads along, JSON where a program collects the lines."""
    return "text" if debug or sys.stderr.isatty() else "json"
