"""The portal's settings, with everything it writes in one drill's folder instead of var/."""

import os
from pathlib import Path

from guizhou_portal.settings import *  # noqa: F403
from guizhou_portal.settings import CACHES

VAR = Path(os.environ["DRILL_FOLDER"])
ENQUIRY_FILES = VAR / "enquiries"
CONTENT_VERSION_FILE = VAR / "content-version"
ERROR_MAIL_STATE = VAR / "error-mails.json"
CACHES["fact_sheets"]["LOCATION"] = str(VAR / "fact-sheets")
