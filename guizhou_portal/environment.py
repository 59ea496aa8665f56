"""Settings read from the environment. A wrong value ends the start with one clear sentence."""

import os
import re
import secrets
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from .operations import secret_files, weak_secrets

env = Env()


def read(kind, name, default):
    """The environment variable ``name`` as ``kind`` ("str", "bool", "int", "list").

    An empty variable counts as absent. Raises ``ImproperlyConfigured`` naming the variable.
    A secret may stand in a file instead: see :mod:`guizhou_portal.operations.secret_files`.
    """
    if (held := secret_files.read(name)) is not None:
        return held
    if not env.str(name, "").strip():
        return default
    try:
        return getattr(env, kind)(name)
    except EnvError as error:
        wanted = {"bool": "true or false", "int": "a whole number"}.get(kind, "another value")
        raise ImproperlyConfigured(f"{name} must be {wanted}, not “{env.str(name)}”.") from error


def hosts(name, default):
    """Host names, without scheme or path."""
    names = [one.strip() for one in read("list", name, default)]
    if not all(re.fullmatch(r"\*|\.?[\w.-]+|\[[0-9a-fA-F:.]+\]", one) for one in names):
        raise ImproperlyConfigured(
            f"{name} must be host names separated by commas, without http:// or a path."
        )
    return names


def admin_host(name, public):
    """The one host of the back office, or nothing. ``public``: the names of :func:`hosts`."""
    found = [one.lower() for one in hosts(name, [])]
    if not found:
        return ""
    if len(found) > 1 or found[0] == "*" or found[0].startswith("."):
        raise ImproperlyConfigured(f"{name} must be one host name, such as edit.portal.example.")
    if public[0] in ("*", found[0]):
        raise ImproperlyConfigured(
            f"With {name}, ALLOWED_HOSTS must begin with the host name of the public site."
        )
    return found[0]


def networks(name, https):
    """Addresses and networks (CIDR) as a list of ``ip_network``; ``https``: behind a proxy."""
    found = []
    for one in read("list", name, []):
        try:
            found.append(ip_network(one.strip()))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} must be addresses or networks such as 192.0.2.0/24, not “{one.strip()}”."
            ) from error
    if https and any(one.is_loopback for one in found):
        raise ImproperlyConfigured(
            f"{name} must not hold this machine itself: behind a proxy that does not name its "
            "visitors, all of them would come from there."
        )
    return found


def port(name, default):
    number = read("int", name, default)
    if not 1 <= number <= 65535:
        raise ImproperlyConfigured(f"{name} must be between 1 and 65535, not “{number}”.")
    return number


def address(name, default):
    """An address of this machine to listen on, such as 127.0.0.1, 0.0.0.0 or ``::``."""
    given = read("str", name, default).strip()
    try:
        return str(ip_address(given.strip("[]")))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must be an IP address such as 127.0.0.1 or 0.0.0.0, not “{given}”."
        ) from error


def workers(name, default):
    number = read("int", name, default)
    if not 1 <= number <= 64:
        raise ImproperlyConfigured(f"{name} must be between 1 and 64, not “{number}”.")
    return number


def days(name, default):
    number = read("int", name, default)
    if not 1 <= number <= 36500:
        raise ImproperlyConfigured(f"{name} must be between 1 and 36500, not “{number}”.")
    return number


def choice(name, allowed, default):
    """One of the words in ``allowed``."""
    word = read("str", name, default)
    if word not in allowed:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(allowed)}, not “{word}”.")
    return word


def milliseconds(name, default):
    number = read("int", name, default)
    if not 0 <= number <= 3_600_000:
        raise ImproperlyConfigured(f"{name} must be between 0 and 3600000, not “{number}”.")
    return number


def token(name):
    """A secret that another program sends with each request; empty if there is none."""
    secret = read("str", name, "")
    if secret and not re.fullmatch(r"[!-~]{16,200}", secret):
        raise ImproperlyConfigured(
            f"{name} must have 16 to 200 letters, digits and signs, and no spaces."
        )
    return secret


def addresses(name):
    """E-mail addresses, separated by commas."""
    found = [one.strip() for one in read("list", name, []) if one.strip()]
    if not all(re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", one) for one in found):
        raise ImproperlyConfigured(f"{name} must be e-mail addresses separated by commas.")
    return found


def sentry_dsn(name):
    """Where faults are reported to, as Sentry and its kin write it; empty if nowhere."""
    dsn = read("str", name, "")
    try:
        parts = urlsplit(dsn)
        whole = parts.scheme in ("http", "https") and parts.username and parts.hostname
        if dsn and not (whole and parts.path.rpartition("/")[2].isdigit() and parts.port != 0):
            raise ValueError
    except ValueError as error:
        raise _not_a_url(name, "https://KEY@HOST/NUMBER") from error
    return dsn


def oc4ids_prefix(name, default):
    """A project identifier prefix as the registry of OC4IDS gives them, or ``default``."""
    prefix = read("str", name, default)
    if prefix != default and not re.fullmatch("oc4ids-[a-z0-9]{6}", prefix):
        raise ImproperlyConfigured(
            f"{name} must be a registered prefix such as oc4ids-a1b2c3, not “{prefix}”."
        )
    return prefix


def secret_key(name, file, debug):
    """The key from the environment, else one made once and kept in ``file``, ours alone to read."""
    given = read("str", name, "")
    if given:
        if not debug and (fault := weak_secrets.fault_of_key(given)):
            raise ImproperlyConfigured(
                f"{name} is too weak: {fault}. Leave it out, and one is made and kept in {file}."
            )
        return given
    if debug:
        return "only-for-development-" + "x" * 40
    try:
        with suppress(FileNotFoundError):
            if key := file.read_text().strip():
                return key
        # Beside it first: a key that is half written must never be taken for one.
        key, beside = secrets.token_urlsafe(60), file.with_name(f".{file.name}-{os.getpid()}")
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.touch(mode=0o600)
        beside.write_text(key + "\n")
        beside.replace(file)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text"
        raise ImproperlyConfigured(
            f"{name} is not set and the file {file} cannot keep one ({reason})."
        ) from error
    return key


#: SQLite as a server's database: readers beside one writer, waiting instead of failing. What is
#: deleted is overwritten.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # seconds
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        "PRAGMA secure_delete=ON; PRAGMA cache_size=-16000; PRAGMA mmap_size=134217728;"
    ),
}


#: Connections of one server process, fewer than its threads: a database that hangs cannot hold all
#: of them, so that kept pages and probes are still answered. How long a request waits for one, and
#: how long the pool tries in vain before the next request makes it try anew; in seconds.
POOL = {"min_size": 1, "max_size": 3, "timeout": 3, "reconnect_timeout": 2}
#: What libpq waits for a server that does not answer; an address may say otherwise.
POSTGRESQL_PATIENCE = {
    "connect_timeout": 3,  # seconds
    "tcp_user_timeout": 10_000,  # milliseconds
    "keepalives_idle": 30,  # seconds
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


def database(name, default_file):
    """Django's database settings from a URL: ``sqlite:///path`` or ``postgres://…``."""
    return _database(name, read("str", name, f"sqlite:///{default_file}"))


def replicas(name, cache_name):
    """``{"replica1": settings, …}`` of the databases in a list of URLs, separated by commas.

    What changed a moment ago is read from the primary, on all machines: they must share a cache.
    """
    urls = [url.strip() for url in read("str", name, "").split(",") if url.strip()]
    if urls and "LocMem" in cache(cache_name)["BACKEND"]:
        raise ImproperlyConfigured(
            f"{name} needs a {cache_name} that all processes share, redis://HOST:PORT/NUMBER."
        )
    found = {}
    for number, url in enumerate(urls, 1):
        found[f"replica{number}"] = settings = _database(name, url)
        settings["TEST"] = {"MIRROR": "default"}
        if "pool" in settings["OPTIONS"]:
            # A visitor does not wait for one that is gone: there is the primary.
            settings["OPTIONS"] |= {"connect_timeout": 2}
            # When it is back, the next check finds it: no pauses that double each time.
            settings["OPTIONS"]["pool"] |= {"timeout": 2, "reconnect_timeout": 2}
            settings["CONN_HEALTH_CHECKS"] = True
    return found


def _database(name, url):
    try:
        settings = dj_database_url.parse(url)
    except (ValueError, KeyError) as error:
        raise _not_a_url(
            name, "sqlite:///FILE or postgres://USER:PASSWORD@HOST:PORT/NAME"
        ) from error
    engine = settings.get("ENGINE", "")
    options = settings.setdefault("OPTIONS", {})
    if engine.endswith("sqlite3"):
        options.update(SQLITE_OPTIONS)
        settings["CONN_MAX_AGE"] = 600  # seconds; opening and its PRAGMAs once, not per request
        if settings["NAME"] == ":memory:":  # each process would have one of its own, empty
            raise _not_a_url(name, "sqlite:///FILE, with the name of a file")
        settings["NAME"] = Path(settings["NAME"])
    elif engine.endswith("postgresql"):
        # The pool keeps the connections, so Django must not keep them as well.
        settings["CONN_MAX_AGE"] = 0
        # A connection that a restart of the database broke is replaced, not handed out.
        settings["CONN_HEALTH_CHECKS"] = True
        settings["ENGINE"] = "guizhou_portal.operations.postgresql"
        options["pool"] = {**POOL}
        for option, value in POSTGRESQL_PATIENCE.items():
            options.setdefault(option, value)
    else:
        raise _not_a_url(name, "sqlite:///FILE or postgres://USER:PASSWORD@HOST:PORT/NAME")
    return settings


def cache(name, prefix="", most=300, doubted=()):
    """Django's cache settings from a URL: in-process by default.

    ``prefix`` begins each key; in-process, ``most`` values are kept. ``doubted``: keys that are not
    believed after the cache was gone (:class:`.tolerant_cache.TolerantRedisCache`).
    """
    url = read("str", name, "locmem://")
    scheme = urlsplit(url).scheme
    if scheme in ("locmem", "locmemcache"):
        return {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": prefix,
            "KEY_PREFIX": prefix,
            "OPTIONS": {"MAX_ENTRIES": most},
        }
    if scheme in ("dummy", "dummycache"):
        return {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    if scheme in ("redis", "rediss"):
        return {
            "BACKEND": "guizhou_portal.operations.tolerant_cache.TolerantRedisCache",
            "LOCATION": url,
            "KEY_PREFIX": prefix,
            "OPTIONS": {"DOUBTED": doubted},
        }
    raise _not_a_url(name, "locmem://, dummycache:// or redis://HOST:PORT/NUMBER")


def is_cache_off(name):
    return "dummy" in cache(name)["BACKEND"]


def file_cache(name, folder, most):
    """A cache of at most ``most`` large values in files all workers share; off with ``name``."""
    if is_cache_off(name):
        return cache(name)
    return {
        "BACKEND": "guizhou_portal.operations.full_disk.SpareFileCache",
        "LOCATION": folder,
        "OPTIONS": {"MAX_ENTRIES": most},
    }


def media_storage(name):
    """Django's settings of where uploads are kept: the media folder, or a store that speaks S3.

    ``s3://KEY:SECRET@HOST/BUCKET/FOLDER?region=REGION``; ``s3+http://`` speaks to it without TLS.
    Without a key, what boto3 finds by itself counts, such as a machine's role.
    """
    url = read("str", name, "")
    if not url:
        return {"BACKEND": "guizhou_portal.operations.full_disk.WholeFileSystemStorage"}
    wanted = "s3://KEY:SECRET@HOST/BUCKET?region=REGION"
    try:
        parts = urlsplit(url)
        number = parts.port
        asked = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError as error:
        raise _not_a_url(name, wanted) from error
    scheme = {"s3": "https", "s3+http": "http"}.get(parts.scheme)
    bucket, _, folder = unquote(parts.path).strip("/").partition("/")
    if not (scheme and parts.hostname and bucket) or asked.keys() - {"region"}:
        raise _not_a_url(name, wanted)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return {
        "BACKEND": "guizhou_portal.operations.object_storage.ObjectStorage",
        "OPTIONS": {
            "access_key": unquote(parts.username) if parts.username else None,
            "secret_key": unquote(parts.password) if parts.password else None,
            "endpoint_url": f"{scheme}://{host}{f':{number}' if number else ''}",
            "bucket_name": bucket,
            "location": folder,
            "region_name": asked.get("region"),
            "path_style": not parts.hostname.endswith(".amazonaws.com"),
        },
    }


def email(name):
    """``(backend, options)`` from a URL: the console by default.

    ``smtp://`` sends in clear, ``smtp+tls://`` with STARTTLS, ``smtps://`` through TLS.
    """
    url = read("str", name, "console://")
    backends = "django.core.mail.backends."
    wanted = (
        "console://, file:///FOLDER, memory://, smtp+tls://USER:PASSWORD@HOST:PORT or smtps://…"
    )
    try:
        parts = urlsplit(url)
        number = parts.port
    except ValueError as error:
        raise _not_a_url(name, wanted) from error
    if parts.scheme == "console":
        return f"{backends}console.EmailBackend", {}
    if parts.scheme == "memory":
        return f"{backends}locmem.EmailBackend", {}
    if parts.scheme == "file" and parts.path:
        return f"{backends}filebased.EmailBackend", {"file_path": parts.path}
    if parts.scheme in ("smtp", "smtp+tls", "smtps") and parts.hostname:
        usual = {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme]
        return "guizhou_portal.smtp.EmailBackend", {
            "host": parts.hostname,
            "port": number or usual,
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtps",
            "timeout": 20,
        }
    raise _not_a_url(name, wanted)


def email_settings(name, django_version):
    """The mail settings as a dict of setting names, in the words of the Django at hand."""
    backend, options = email(name)
    if django_version >= (6, 1):
        return {"MAILERS": {"default": {"BACKEND": backend, "OPTIONS": options}}}
    names = {
        "host": "EMAIL_HOST",
        "port": "EMAIL_PORT",
        "username": "EMAIL_HOST_USER",
        "password": "EMAIL_HOST_PASSWORD",
        "use_tls": "EMAIL_USE_TLS",
        "use_ssl": "EMAIL_USE_SSL",
        "timeout": "EMAIL_TIMEOUT",
        "file_path": "EMAIL_FILE_PATH",
    }
    return {"EMAIL_BACKEND": backend, **{names[key]: value for key, value in options.items()}}


def _not_a_url(name, wanted):
    # The value itself may hold a password, so it is not repeated.
    return ImproperlyConfigured(f"{name} is not understood; it must look like {wanted}.")
