"""Who is at work: known to what is changed deep below a request."""

from contextlib import contextmanager
from contextvars import ContextVar

_request = ContextVar("audit_request", default=None)


@contextmanager
def answering(request):
    """While ``request`` is answered, what is changed is changed by its user."""
    before = _request.set(request)
    try:
        yield
    finally:
        _request.reset(before)


def acting():
    """The account behind the present request; "" outside of requests."""
    request = _request.get()
    return getattr(request, "user", "") if request else ""
