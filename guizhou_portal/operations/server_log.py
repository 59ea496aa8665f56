"""gunicorn's own lines in the form of all others."""

from django.conf import settings
from gunicorn.glogging import Logger as GunicornLogger

from .logs import formatter


class Logger(GunicornLogger):
    """Its log of requests stays off: the portal writes its own (``ACCESS_LOG``)."""

    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter(settings.LOG_FORMAT))
