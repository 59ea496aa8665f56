"""Too many wrong passwords or codes: a pause for this account from this address.

Nobody can shut out a colleague elsewhere, because account and address are counted together. What
one address may do with all accounts is limited as well, much higher: an office shares an address.
"""

from datetime import timedelta

from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import ngettext

from .addresses import is_shared

#: An address may fail this many times as often as one account from it.
ACCOUNTS_OF_AN_ADDRESS = 10
#: Failures that lie further ahead were counted by a clock that has been set back since: they would
#: last until then, which may be years.
LEEWAY = timedelta(minutes=1)


class ThrottlingBackend(AxesStandaloneBackend):
    """Asks before any password is looked at. Without a request nobody is at the door."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if request is None:
            return None
        return super().authenticate(request, username=username, password=password, **kwargs)


class SignInHandler(AxesDatabaseHandler):
    def get_failures(self, request, credentials=None):
        """Failures of the account from here; or those of the address, in the same measure."""
        known = timezone.now() + LEEWAY
        of_both, of_address = (
            attempts.filter(attempt_time__lte=known)
            for attempts in self.get_user_attempts(request, credentials)
        )
        failures = _sum(of_both)
        if is_shared(request.axes_ip_address):
            return failures
        return max(failures, _sum(of_address) // ACCOUNTS_OF_AN_ADDRESS)

    def reset_user_attempts(self, request, credentials=None):
        """After signing in: the account's own failures, not those of others at the address."""
        of_both, _of_address = self.filter_user_attempts(request, credentials)
        return of_both.delete()[0]


def _sum(attempts):
    return attempts.aggregate(n=Sum("failures_since_start"))["n"] or 0


def must_wait(request, username):
    """Whether ``username`` has to wait; if so, the answer becomes a refusal (:func:`refuse`)."""
    if AxesProxyHandler.is_allowed(request, {"username": username}):
        return False
    request.axes_locked_out = True
    return True


def words_of_refusal(request):
    minutes = int(get_cool_off(request).total_seconds() // 60)
    return ngettext(
        "Too many attempts to sign in. Please wait %(n)d minute, then try again.",
        "Too many attempts to sign in. Please wait %(n)d minutes, then try again.",
        minutes,
    ) % {"n": minutes}


def refuse(request, response, credentials=None):
    """The page as it is, which says so in its form, with the status and the time to wait."""
    response.status_code = 429  # Too Many Requests, RFC 6585
    response["Retry-After"] = str(int(get_cool_off(request).total_seconds()))
    return response
