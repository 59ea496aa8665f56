"""The open data API, ``/api/v1/``: read-only, for everybody, without an account.

django-ninja describes it in OpenAPI 3.1, reads the parameters by their types, and loads no script
of another host for its description, which is a page of the portal itself (``exchange.data_page``).

``schemas`` makes the types from what is declared in ``open_data``; ``views`` answers;
``filters.cursors`` leaves a place mark in a list; ``middleware`` gives every answer below ``/api/``
what they have in common, and ``problems`` says what went wrong (RFC 9457).
"""
