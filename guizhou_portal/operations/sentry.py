"""Faults reported to Sentry or what understands its protocol, without personal data."""

from urllib.parse import urlsplit

from .logs import request_id, scrubbed


def start(dsn):
    """Once per process, before the server forks. ``dsn``: ``https://KEY@HOST/NUMBER``."""
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration

    sentry_sdk.init(
        dsn,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        auto_session_tracking=False,
        before_send=without_personal_data,
        before_breadcrumb=lambda crumb, hint: None,  # statements, other requests
        integrations=[AtexitIntegration(callback=lambda pending, timeout: None)],
    )


def without_personal_data(event, hint):
    """For ``before_send``: what happened and where, and of the request its method and path."""
    for name in ("user", "extra", "breadcrumbs", "modules"):
        event.pop(name, None)
    if request := event.pop("request", None):
        url = urlsplit(request.get("url", ""))
        event["request"] = {"method": request.get("method", ""), "url": url.path}
    event.get("logentry", {}).pop("params", None)
    for kind in ("exception", "threads"):
        for one in event.get(kind, {}).get("values", []):
            for frame in (one.get("stacktrace") or {}).get("frames", []):
                frame.pop("vars", None)
    if known := request_id.get():
        event.setdefault("tags", {})["request_id"] = known
    return _scrubbed(event)


def _scrubbed(value):
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, dict):
        return {name: _scrubbed(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_scrubbed(one) for one in value]
    return value
