"""gunicorn's worker with threads, none of which ever waits long for a client.

As it comes with gunicorn, a thread takes a connection at its first byte and reads until the request
is there: a client that sends a byte a second keeps it as long as it likes, and as many such clients
as there are threads keep everybody else out. Here the loop that watches all connections gathers
their requests, and a thread gets one when it is whole; and it sends on what a client has not taken
of its answer when the thread has written all of it. When there are too many connections, those
that have waited longest without a whole request make room for new ones.
"""

import resource
import time
from collections import OrderedDict
from contextlib import suppress
from errno import EMFILE, ENFILE
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ, EVENT_WRITE
from socket import SHUT_WR

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

from .asking import Asking
from .express import Express
from .full_disk import NO_ROOM, STATUS
from .outgoing import AT_ONCE, Outgoing
from .patience import HEAD_WITHIN, Incoming, Refused

LINGERS, MOST_SWALLOWED = 2.0, 16 * 2**20  # seconds and bytes for a client that is told to go
RESERVED_FILES = 200  # file descriptors for databases, files and all else


class Connection(TConn):
    def __init__(self, *args):
        super().__init__(*args)
        self.sock = Outgoing(self.sock)
        self.incoming = Incoming()
        self.waits_since = time.monotonic()
        self.parser = http.get_parser(self.cfg, self.incoming, self.client)
        self.initialized = self.data_ready = True

    def close(self, graceful=False):
        self.incoming.close()
        super().close(graceful)


class Worker(ThreadWorker):
    def init_process(self):
        #: Connections whose request is not whole, those that have been silent longest first.
        self.waiting = OrderedDict()
        #: Those that were told good-bye, with the time and the bytes they have left for it.
        self.leaving = {}
        #: Those that have not taken all of their answer, with what comes then.
        self.sending = {}
        self.next_look = 0.0
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self.most = max(10, min(self.cfg.worker_connections, allowed - RESERVED_FILES))
        # Never stop accepting: who waits for nothing makes room.
        self.worker_connections = self.most + 1
        super().init_process()

    def load_wsgi(self):
        super().load_wsgi()
        self.express = Express(self.wsgi)
        self.asking = Asking(self.hear, self.method_queue.defer)

    # --- connections come --------------------------------------------------------------------

    def accept(self, listener):
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            if error.errno not in (EMFILE, ENFILE):  # no more files may be open
                raise
            self.make_room()
            return
        self.nr_conns += 1
        if self.nr_conns > self.most:
            self.make_room()
        self.gather(Connection(self.cfg, client, address, listener.getsockname()))

    def make_room(self):
        if self.leaving:
            self.left(next(iter(self.leaving)))
        elif self.waiting:
            self.forget(next(iter(self.waiting)))
        elif self.keepalived_conns:
            conn = self.keepalived_conns.popleft()
            self.poller.unregister(conn.sock)
            self.drop(conn)
        elif self.sending:
            self.stop_sending(next(iter(self.sending)))

    def on_client_socket_readable(self, conn, client):
        """A connection that was kept has something to say again."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        conn.waits_since = time.monotonic()
        self.gather(conn)

    # --- requests arrive -----------------------------------------------------------------------

    def gather(self, conn, client=None):
        """Read what is there. The request goes to a thread, back to wait, or is refused."""
        try:
            is_whole = self.read(conn)
        except BlockingIOError:
            is_whole = False
        except Refused as refused:
            self.forget(conn, refused)
            return
        except OSError as error:
            self.forget(conn, Refused(STATUS) if error.errno in NO_ROOM else None)
            return
        except EOFError:
            self.forget(conn)
            return
        if not is_whole:
            self.wait(conn)
        elif answer := self.alive and self.express.answer(conn.incoming.head):
            self.send_at_once(conn, *answer)
        elif question := self.alive and self.express.question(conn.incoming.head):
            self.stop_waiting(conn)
            self.asking.about(conn, *question)
        else:
            self.to_thread(conn)

    def hear(self, conn, environ, page, version):
        """A request whose page is here has learnt whether it is good."""
        if answer := self.alive and self.express.told(environ, page, version):
            self.send_at_once(conn, *answer)
        else:
            self.to_thread(conn)

    def wait(self, conn):
        if conn in self.waiting:
            self.waiting.move_to_end(conn)
        else:
            self.waiting[conn] = None
            self.poller.register(conn.sock, EVENT_READ, partial(self.gather, conn))

    def stop_waiting(self, conn):
        if self.waiting.pop(conn, self) is None:
            self.poller.unregister(conn.sock)

    def to_thread(self, conn):
        self.stop_waiting(conn)
        conn.incoming.hand_over()
        self.enqueue_req(conn)

    def handle(self, conn):
        """In a thread."""
        conn.sock.begin()
        return super().handle(conn)

    def read(self, conn):
        """Whether the request is whole now."""
        incoming = conn.incoming
        if incoming.buffer and incoming.head is None and incoming.is_whole():
            return True
        data = conn.sock.recv(AT_ONCE)
        if not data:
            raise EOFError
        is_whole = incoming.add(data)
        if not is_whole and incoming.head is not None and incoming.waits_for_leave():
            conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return is_whole

    # --- answers go out --------------------------------------------------------------------------

    def send_at_once(self, conn, answer, stays):
        conn.incoming.forget()
        conn.waits_since = time.monotonic()
        try:
            sent = conn.sock.send(answer)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.forget(conn)
            return
        if sent < len(answer) or conn.incoming.buffer:
            self.stop_waiting(conn)
            conn.sock.begin()
            conn.sock.put_aside(answer[sent:])
            # Others first, if the client has asked for more already.
            self.method_queue.defer(self.send_rest, conn, partial(self.go_on, conn, stays))
        elif stays:
            self.wait(conn)
        else:
            self.stop_waiting(conn)
            self.leave(conn)

    def finish_request(self, conn, fs):
        """On the way back from a thread."""
        kept = not fs.cancelled() and fs.exception() is None and fs.result() is True
        # Otherwise two readers of the same bytes disagree where the next request begins.
        exact = conn.incoming.next() and not conn.parser.unreader.buf.getvalue()
        keep = partial(super().finish_request, conn, fs)
        self.send_rest(conn, partial(self.go_on, conn, kept and exact, keep))

    def send_rest(self, conn, then):
        """Send what the client has not taken yet, as it takes it; then call ``then``."""
        conn.sock.since = time.monotonic()
        try:
            is_done = conn.sock.flush()
            if not is_done:
                self.poller.register(conn.sock, EVENT_WRITE, partial(self.send_more, conn))
        except (OSError, EOFError, ValueError):
            self.drop(conn)
            return
        if is_done:
            then()
        else:
            self.sending[conn] = then

    def send_more(self, conn, client):
        try:
            is_done = conn.sock.flush()
        except (OSError, EOFError):
            self.stop_sending(conn)
            return
        if is_done:
            then = self.sending.pop(conn)
            self.poller.unregister(conn.sock)
            then()

    def stop_sending(self, conn):
        del self.sending[conn]
        self.poller.unregister(conn.sock)
        self.drop(conn)

    def go_on(self, conn, stays, keep=None):
        """After an answer: a connection that stays may have its next request already."""
        if not stays:
            self.leave(conn)
        elif conn.incoming.buffer:
            conn.waits_since = time.monotonic()
            self.gather(conn)
        elif keep:
            keep()
        elif self.alive:
            conn.waits_since = time.monotonic()
            self.wait(conn)
        else:
            self.leave(conn)

    # --- and end -------------------------------------------------------------------------------

    def murder_pending(self):
        """Refuse what is late; called by the loop at least once a second."""
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + 0.5
        for conn in [c for c in self.waiting if c.incoming.deadline(c.waits_since) < now]:
            begun = conn.incoming.begun is not None
            self.forget(conn, Refused(HTTPStatus.REQUEST_TIMEOUT) if begun else None)
        for conn in [c for c, (until, _left) in self.leaving.items() if until < now]:
            self.left(conn)
        for conn in [c for c in self.sending if c.sock.deadline() < now]:
            self.stop_sending(conn)

    def _cap_keepalive(self, deadline):
        """A worker that stops waits for nobody who has not sent a whole request by then."""
        super()._cap_keepalive(deadline)
        for conn in self.waiting:
            since = deadline - HEAD_WITHIN
            conn.waits_since = min(conn.waits_since, since)
            if conn.incoming.begun is not None:
                conn.incoming.begun = min(conn.incoming.begun, since)

    def forget(self, conn, refused=None):
        self.stop_waiting(conn)
        if refused is None:
            self.drop(conn)
            return
        self.log.debug("Refused with %s", refused.status)
        with suppress(OSError):
            conn.sock.send(refused.answer())
        self.leave(conn)

    def leave(self, conn):
        """Close so that the client gets the whole answer even if it is still sending.

        As RFC 9112, section 9.6, has it; not by waiting here, which would let everybody wait.
        """
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self.swallow, conn))
        except (OSError, ValueError, KeyError):
            self.drop(conn)
            return
        conn.incoming.close()
        self.leaving[conn] = (time.monotonic() + LINGERS, MOST_SWALLOWED)

    def swallow(self, conn, client):
        until, left = self.leaving[conn]
        try:
            taken = len(client.recv(min(left, AT_ONCE)))
        except BlockingIOError:
            return
        except OSError:
            taken = 0
        if taken and taken < left:
            self.leaving[conn] = (until, left - taken)
        else:
            self.left(conn)

    def left(self, conn):
        del self.leaving[conn]
        self.poller.unregister(conn.sock)
        self.drop(conn)

    def drop(self, conn):
        self.nr_conns -= 1
        conn.close()
