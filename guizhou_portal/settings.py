"""The portal's settings, from the environment (README lists the variables)."""

from datetime import timedelta
from pathlib import Path

import django
from django.utils.translation import gettext_lazy as _

from . import environment
from .operations import content_version, logs

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"

DEBUG = environment.read("bool", "DEBUG", False)
SECRET_KEY = environment.secret_key("SECRET_KEY", VAR / "secret_key", DEBUG)
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
PORT = environment.port("PORT", 8000)
BIND = environment.address("BIND", "127.0.0.1")
WEB_CONCURRENCY = environment.workers("WEB_CONCURRENCY", 2)
# True where a proxy in front speaks HTTPS: secure cookies, redirects and HSTS.
HTTPS = environment.read("bool", "HTTPS", False)
# Where the back office is found: at a host of its own, from some networks only (signin/door.py).
ADMIN_HOST = environment.admin_host("ADMIN_HOST", ALLOWED_HOSTS)
ALLOWED_HOSTS += [ADMIN_HOST] if ADMIN_HOST else []
ADMIN_ADDRESSES = environment.networks("ADMIN_ADDRESSES", HTTPS)
# Publishers and administrators sign in with a one-time password as well.
REQUIRE_2FA = environment.read("bool", "REQUIRE_2FA", True)
# Begins the identifiers of projects in open data; docs/oc4ids.md tells how to have one registered.
OC4IDS_PREFIX = environment.oc4ids_prefix("OC4IDS_PREFIX", "guizhou-portal")

INSTALLED_APPS = [
    "modeltranslation",
    "guizhou_portal",
    "guizhou_portal.backoffice.apps.PortalAdminConfig",
    "guizhou_portal.publishing",
    "guizhou_portal.search",
    "guizhou_portal.filters",
    "guizhou_portal.pages",
    "guizhou_portal.content",
    "projects",
    "events",
    "django_countries",
    "django_prose_editor",  # its script; the rest is guizhou_portal.backoffice.rich_text
    "reversion",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "django.forms",  # its widgets' templates, for the forms of public pages
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    # Last: its roles name the permissions of all others.
    "guizhou_portal.backoffice.apps.BackofficeConfig",
]

MIDDLEWARE = [
    "guizhou_portal.operations.headers.HeadersMiddleware",  # outermost: errors have headers, too
    "guizhou_portal.operations.probes.middleware",  # first: asked by IP address, without HTTPS
    "guizhou_portal.operations.requests.middleware",
    "guizhou_portal.operations.metrics.middleware",
    "guizhou_portal.operations.page_cache.PageCacheMiddleware",  # what it has, goes out at once
    "guizhou_portal.operations.headers.HeadersMiddleware",  # again: what is kept has them
    "guizhou_portal.operations.queries.middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # its files are compressed beforehand
    "guizhou_portal.compression.TextCompressionMiddleware",
    "guizhou_portal.exchange.api.middleware.ApiMiddleware",
    "guizhou_portal.backoffice.signin.sessions.BackOfficeSessions",
    "guizhou_portal.language.LanguageMiddleware",
    "guizhou_portal.backoffice.signin.door.DoorMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "guizhou_portal.backoffice.signin.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "guizhou_portal.operations.unavailable.UnavailableMiddleware",
    "guizhou_portal.operations.full_disk.FullDiskMiddleware",
]

ROOT_URLCONF = "guizhou_portal.urls"
WSGI_APPLICATION = "guizhou_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guizhou_portal.context.addresses",
            ],
            "builtins": [
                "guizhou_portal.templatetags.portal",
                "guizhou_portal.templatetags.drawings",
                "guizhou_portal.templatetags.lasting",
            ],
        },
    },
]

DATABASES = {"default": environment.database("DATABASE_URL", VAR / "portal.sqlite3")}
if REPLICAS := environment.replicas("DATABASE_REPLICA_URLS", "CACHE_URL"):
    DATABASES |= REPLICAS
    DATABASE_ROUTERS = ["guizhou_portal.operations.replicas.ReplicaRouter"]
    # Last, so that it is the first to hear that a replica failed, and asks the primary.
    MIDDLEWARE.append("guizhou_portal.operations.replicas.ReplicaMiddleware")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": environment.cache("CACHE_URL"),
    "fact_sheets": environment.file_cache("CACHE_URL", VAR / "fact-sheets", most=500),
    "pages": environment.cache(
        "CACHE_URL", prefix="pages", most=1000, doubted=[content_version.KEY]
    ),
}
# Whether public pages come whole from the cache; what is the same for all is made once.
PAGE_CACHE = environment.read("bool", "PAGE_CACHE", not DEBUG) and not environment.is_cache_off(
    "CACHE_URL"
)
# Whether server processes remember, for as long as it is the same, what pages are made of.
REMEMBER_CONTENT = environment.read(
    "bool", "REMEMBER_CONTENT", not DEBUG
) and not environment.is_cache_off("CACHE_URL")
PAGE_CACHE_SHARED = "Redis" in CACHES["pages"]["BACKEND"]  # by several machines
# Otherwise this file's time of change tells the processes of one machine what is new.
CONTENT_VERSION_FILE = VAR / "content-version"
globals().update(environment.email_settings("EMAIL_URL", django.VERSION))

# --- signing in --------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "guizhou_portal.backoffice.signin.throttle.ThrottlingBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
SESSION_ENGINE = "guizhou_portal.backoffice.signin.sessions"
SESSION_COOKIE_AGE = 8 * 3600  # seconds without activity
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# No cookie leaves the back office: uploads and public pages are asked for without any. The names
# are new, since a browser may still hold Django's own for the whole site.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = "/admin/"
SESSION_COOKIE_NAME = f"{'__Secure-' if HTTPS else ''}portal_session"
CSRF_COOKIE_NAME = f"{'__Secure-' if HTTPS else ''}portal_csrf"
LANGUAGE_COOKIE_NAME = "portal_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_LONGEST = 12 * 3600  # seconds from signing in, whatever the activity

OTP_TOTP_ISSUER = "Guizhou Portal"

# After so many failures of one account from one address, a pause for both together: a colleague
# elsewhere can still sign in. What an address may do altogether: see signin/throttle.py.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_HANDLER = "guizhou_portal.backoffice.signin.throttle.SignInHandler"
AXES_CLIENT_IP_CALLABLE = "guizhou_portal.backoffice.signin.addresses.counted_address"
AXES_LOCKOUT_CALLABLE = "guizhou_portal.backoffice.signin.throttle.refuse"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_SENSITIVE_PARAMETERS = [
    *("username", "ip_address", "code", "csrfmiddlewaretoken"),
    *("old_password", "new_password1", "new_password2"),
]
AXES_ENABLE_ADMIN = False  # one readable list instead: signin/journal.py

# --- languages ---------------------------------------------------------------------------------

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "guizhou_portal.formats"

MODELTRANSLATION_DEFAULT_LANGUAGE = "de"
MODELTRANSLATION_LANGUAGES = ("de", "en", "zh-hans")
# A text that is missing is shown in the next language, and marked as such on the page. Chinese
# comes last for German and English, so that a record entered in Chinese alone has a name at all.
MODELTRANSLATION_FALLBACK_LANGUAGES = {
    "default": ("de", "en", "zh-hans"),
    "de": ("en", "zh-hans"),
    "en": ("de", "zh-hans"),
    "zh-hans": ("en", "de"),
}

# Names the library has wrong in Chinese (misspelt, or of another country), so we translate them.
COUNTRIES_OVERRIDE = {
    "BW": _("Botswana"),
    "GF": _("French Guiana"),
    "KM": _("Comoros"),
    "MK": _("North Macedonia"),
    "NP": _("Nepal"),
    "SJ": _("Svalbard and Jan Mayen"),
    "TJ": _("Tajikistan"),
    "UM": _("United States Minor Outlying Islands"),
    "WS": _("Samoa"),
}

# --- files -------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(environment.read("str", "STATIC_ROOT", str(VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = Path(environment.read("str", "MEDIA_ROOT", str(VAR / "media")))
#: What senders of enquiries enclose: outside the media folder, which the web server may serve.
ENQUIRY_FILES = Path(environment.read("str", "ENQUIRY_FILES", str(VAR / "enquiries")))
# So long after the last activity an enquiry is made anonymous.
ENQUIRY_RETENTION_DAYS = environment.days("ENQUIRY_RETENTION_DAYS", 730)
STORAGES = {
    "default": environment.media_storage("MEDIA_STORAGE_URL"),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "guizhou_portal.staticfiles.PortalStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600  # seconds, for files without a hash in their name
# Pictures of 15 MB and documents of 25 MB go to disk while they arrive.
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a conference with a long programme in three languages
FILE_UPLOAD_PERMISSIONS = 0o644

# --- security ----------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "guizhou_portal.views.csrf_failure"

# --- what operators see ------------------------------------------------------------------------

LOG_FORMAT = environment.choice("LOG_FORMAT", ["json", "text"], logs.usual_format(DEBUG))
ACCESS_LOG = environment.read("bool", "ACCESS_LOG", False)
# Statements that take longer are told in the log; 0: none.
SLOW_QUERY_MS = environment.milliseconds("SLOW_QUERY_MS", 0)
# Opens /metrics to whoever sends it; without it there is no such address.
METRICS_TOKEN = environment.token("METRICS_TOKEN")
# Faults are reported to a service like Sentry, and to these addresses.
SENTRY_DSN = environment.sentry_dsn("SENTRY_DSN")
ERROR_MAIL_TO = environment.addresses("ERROR_MAIL_TO")
ERROR_MAIL_STATE = VAR / "error-mails.json"
LOGGING = logs.configuration(LOG_FORMAT, ACCESS_LOG, mails=bool(ERROR_MAIL_TO))
