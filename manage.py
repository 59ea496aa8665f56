#!/usr/bin/env python3
"""Django's command line; a wrong setting ends in one sentence instead of a traceback."""

import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guizhou_portal.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Setting: {error}")


if __name__ == "__main__":
    main()
