"""Faults by mail: each once an hour, ten an hour altogether, and how many more there were."""

import fcntl
import json
import logging
import socket
import time
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Thread

from django.conf import settings

from .logs import request_id, scrubbed

logger = logging.getLogger(__name__)

HOUR = 3600  # seconds
MOST = 10  # mails in an hour
MOST_FAULTS = 500  # that are remembered
LONGEST_SUBJECT = 100  # characters


@dataclass
class Sent:
    """What was mailed lately, and what was not; the same for all processes of this machine."""

    times: list = field(default_factory=list)  # of mails, seconds since 1970
    faults: dict = field(default_factory=dict)  # {fault: [time of its mail, how often since]}
    others: int = 0  # faults without a mail, as there had been too many

    def admit(self, fault, now):
        """``(times of this fault, of others)`` since the last mail; None: not to be sent now."""
        self.times = [one for one in self.times if 0 <= now - one < HOUR]
        last, more = self.faults.get(fault, [None, 0])
        if last is not None and 0 <= now - last < HOUR:
            self.faults[fault] = [last, more + 1]
            return None
        if len(self.times) >= MOST:
            self.others += 1
            return None
        self.times.append(now)
        self.faults[fault] = [now, 0]
        for one in list(self.faults)[:-MOST_FAULTS]:
            del self.faults[one]
        others, self.others = self.others, 0
        return more, others


_of_this_process = Sent()


def admitted(fault):
    """:meth:`Sent.admit` for all processes; where no file can be kept, for this one alone."""
    now = time.time()
    try:
        settings.ERROR_MAIL_STATE.parent.mkdir(parents=True, exist_ok=True)
        with settings.ERROR_MAIL_STATE.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            try:
                sent = Sent(**json.loads(file.read()))
            except (ValueError, TypeError):  # new, or half written when the disk was full
                sent = Sent()
            answer = sent.admit(fault, now)
            file.seek(0)
            file.truncate()
            json.dump(vars(sent), file)
        return answer
    except OSError:
        return _of_this_process.admit(fault, now)


def fault_of(record):
    """What makes two records the same fault: the kind of error and its place, else the line's."""
    if record.exc_info and record.exc_info[0]:
        place, kind = record.exc_info[2], record.exc_info[0].__name__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
    else:
        kind, where = str(record.msg), f"{record.pathname}:{record.lineno}"
    return sha256(f"{record.name} {kind} {where}".encode()).hexdigest()[:16]


class Handler(logging.Handler):
    """Sends what is logged as an error to ``ERROR_MAIL_TO``, beside the request that had it."""

    def emit(self, record):
        try:
            admission = admitted(fault_of(record))
            if admission is None:
                return
            subject, text = written(record, *admission)
            # Not a daemon: a command that ends with an error still tells of it.
            Thread(target=send, args=[subject, text], name="error-mail").start()
        except Exception:
            self.handleError(record)


def written(record, more, others):
    """``(subject, text)``: no body, cookie, header or value of a variable is in it."""
    message = scrubbed(record.getMessage())
    line = " ".join(message.split())[:LONGEST_SUBJECT]
    request = getattr(record, "request", None)
    parts = [
        message,
        f"Time: {time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(record.created))}",
        f"Machine: {socket.gethostname()}, process {record.process}",
        f"Logger: {record.name}",
    ]
    if request is not None and hasattr(request, "method"):
        parts.append(f"Request: {request.method} {scrubbed(request.path)}")
    if known := request_id.get():
        parts.append(f"Number of the request in the log: {known}")
    if more:
        parts.append(f"The same happened {more} more times since the last mail about it.")
    if others:
        parts.append(f"Since the last mail, {others} other faults were not mailed: too many.")
    if record.exc_info and record.exc_info[0]:
        parts.append("\n" + scrubbed(logging.Formatter().formatException(record.exc_info)))
    return f"[Guizhou Portal] {record.levelname}: {line}", "\n".join(parts) + "\n"


def send(subject, text):
    """A mail server that is down does no harm: the log has the fault as well."""
    from django.core.mail import EmailMessage

    # From somebody who is known to the mail server; the operator's name is in the database.
    to = settings.ERROR_MAIL_TO
    headers = {"Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject, text, to[0], to, headers=headers).send()
    except Exception as error:
        logger.warning("A fault could not be mailed: %s", type(error).__name__)
