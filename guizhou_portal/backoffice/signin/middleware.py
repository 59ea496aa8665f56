"""Who a session belongs to, whether the second step was taken, and when it ends."""

import time
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.middleware import OTPMiddleware

from guizhou_portal.backoffice.audit.acting import answering
from guizhou_portal.operations.patience import LARGEST_BODY

SIGNED_IN = "signed_in"  # keys of the session; values in seconds since 1970
ACTIVE = "active"
RENEWED_AFTER = 300  # seconds: a session is not written with every page


class SignInMiddleware(OTPMiddleware):
    """Sets ``request.user.otp_device``; ends a session that is too old or lost its second factor.

    All of it happens when a page first asks for the user: public pages never do.
    """

    def __call__(self, request):
        with answering(request):
            if is_large(request) and not request.user.is_authenticated:
                # Not even read: the cookie that opened the door to it is anybody's.
                return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return super().__call__(request)

    def _verify_user_sync(self, request, user):
        signed_in = user.is_authenticated
        verified = signed_in and DEVICE_ID_SESSION_KEY in request.session
        user = super()._verify_user_sync(request, user)
        if signed_in and ((verified and not user.is_verified()) or is_too_old(request.session)):
            request.session.flush()
            user = AnonymousUser()
            self._init_user_fields(user)
        elif signed_in:
            renew(request.session)
        return user


def is_large(request):
    """Whether a request is as large as those of somebody signed in alone may be."""
    is_inside = request.path_info.startswith(settings.SESSION_COOKIE_PATH)
    try:
        return is_inside and int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY
    except ValueError:  # refused by whoever reads it
        return False


def is_too_old(session):
    return time.time() - session.get(SIGNED_IN, 0) > settings.SESSION_LONGEST


def renew(session):
    """Let the session live on from now, by writing to it."""
    now = time.time()
    if now - max(session[SIGNED_IN], session.get(ACTIVE, 0)) > RENEWED_AFTER:
        session[ACTIVE] = now
