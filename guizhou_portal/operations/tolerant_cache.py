"""A cache in Redis or Valkey that is empty while its server is gone, instead of a fault."""

import logging
import re

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from .breaker import Breaker, Seldom
from .missed import Missed

logger = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds for a connection, and for an answer
SPARED = 2.0  # seconds in which nobody asks a server again that did not answer


class State:
    """What all threads of this process know of a server."""

    def __init__(self):
        self.run = None  # which start of which server answered last
        self.doubted = set()  # keys that are not believed after a failure
        self.breaker = Breaker(SPARED, 3 * PATIENCE)
        self.told = Seldom(60)
        self.missed = Missed(self.worked)

    def worked(self):
        if self.breaker.worked():
            logger.warning("The cache answers again.")


_states = {}


class TolerantClient(RedisCacheClient):
    def __init__(self, servers, *, doubted=(), **options):
        for option in ("socket_connect_timeout", "socket_timeout"):
            options.setdefault(option, PATIENCE)
        # Once more, and at once: a restart of the server broke all connections that were kept.
        options.setdefault("retry", Retry(NoBackoff(), 1, supported_errors=(NoConnection,)))
        super().__init__(servers, redis_connect_func=self._meet, **options)
        self.state = _states.setdefault(tuple(servers), State())
        self.state.doubted.update(doubted)
        self._clients = {}

    def get_client(self, key=None, *, write=False):
        """The same for all threads, as it may be: to make one takes longer than to ask Redis."""
        pool = self._get_connection_pool(write)
        client = self._clients.get(pool)
        if client is None:
            client = self._clients[pool] = self._client(connection_pool=pool)
        return client

    def _tried(self, ask, *args, otherwise, changes=()):
        """What ``ask`` returns; ``otherwise`` without the server.

        ``changes``: keys that must not be found as they were, once the server is back.
        """
        state = self.state
        if state.breaker.refuses():
            state.missed.add(changes, self._writer())
            return otherwise
        try:
            state.missed.tell(self._writer())  # nothing is asked before
            answer = ask(*args)
        except ResponseError as error:  # such as "out of memory": an answer
            state.missed.add(changes, self._writer())
            self._tell_of(error)
            return otherwise
        except (RedisError, OSError) as error:
            state.missed.add([*changes, *state.doubted], self._writer())
            state.breaker.failed()
            self._tell_of(error)
            return otherwise
        state.worked()
        return answer

    def _meet(self, connection):
        """Before a new connection is used: is it to the server that was there before?

        One that was started anew, or that took its place, may not know the last changes.
        """
        connection.on_connect()
        run, state = run_of_server(connection), self.state
        if state.doubted and state.run not in (None, run):
            connection.send_command("DEL", *state.doubted, check_health=False)
            connection.read_response()
        state.run = run

    def _writer(self):
        return self.get_client(None, write=True)

    def _tell_of(self, error):
        if times := self.state.told.times():
            # Without its words, which may name the password of the address.
            logger.error("The cache failed (%d times): %s", times, type(error).__name__)

    def ping(self):
        return self._tried(self.get_client().ping, otherwise=False)

    def add(self, key, value, timeout):
        return self._tried(super().add, key, value, timeout, otherwise=True)

    def get(self, key, default):
        return self._tried(super().get, key, default, otherwise=default)

    def set(self, key, value, timeout):
        self._tried(super().set, key, value, timeout, otherwise=None, changes=[key])

    def touch(self, key, timeout):
        return self._tried(super().touch, key, timeout, otherwise=False)

    def delete(self, key):
        return self._tried(super().delete, key, otherwise=False, changes=[key])

    def get_many(self, keys):
        return self._tried(super().get_many, keys, otherwise={})

    def has_key(self, key):
        return self._tried(super().has_key, key, otherwise=False)

    def incr(self, key, delta):
        number = self._tried(super().incr, key, delta, otherwise=None, changes=[key])
        if number is None:
            raise ValueError(f"Key '{key}' not found")
        return number

    def set_many(self, data, timeout):
        self._tried(super().set_many, data, timeout, otherwise=None, changes=data)

    def delete_many(self, keys):
        self._tried(super().delete_many, keys, otherwise=None, changes=keys)

    def clear(self):
        return self._tried(super().clear, otherwise=False)


def run_of_server(connection):
    """What names this start of the server; equal to nothing if the account may not ask for it."""
    connection.send_command("INFO", "server", check_health=False)
    try:
        found = re.search(rb"run_id:(\w+)", connection.read_response())
    except ResponseError:
        found = None
    return found[1] if found else object()


class TolerantRedisCache(RedisCache):
    """Without its server it is as if nothing had been kept: reads find nothing, ``incr`` is a
    ``ValueError``, the rest is lost.

    So callers do what they do when a value is not there (yet). What was set or deleted meanwhile
    is deleted once the server is back: nobody gets what should be gone. :meth:`ping` tells.

    The option ``DOUBTED`` names keys that other machines may have changed meanwhile, unheard by the
    server as well, or that it may have forgotten the last change of: each process that noticed
    a failure or another start of the server deletes them, too.
    """

    def __init__(self, server, params):
        super().__init__(server, params)
        self._class = TolerantClient
        options = dict(self._options)
        doubted = [self.make_key(key) for key in options.pop("DOUBTED", ())]
        self._options = {**options, "doubted": doubted}

    def ping(self):
        """Whether the server answers."""
        return self._cache.ping()

    def is_gone(self):
        """Whether the server did not answer when it was asked last; asks nobody."""
        return self._cache.state.breaker.is_tripped

    def hurry(self):
        """Ask the server again with the next call, which others must hear of."""
        self._cache.state.breaker.hurry()
