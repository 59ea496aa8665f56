"""Nothing that is not needed for an answer: no middleware, no database, no templates."""

SECRET_KEY = "only-for-the-benchmark-" + "x" * 40
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "tests.benchmarks.constant.urls"
USE_I18N = False
