"""The portal's settings, with everything it writes in one drill's folder instead of var/."""

import os
from pathlib import Path

from guizhou_portal.settings import *  # noqa: F403
from guizhou_portal.settings import CACHES, DATABASES

VAR = Path(os.environ["DRILL_FOLDER"])
ENQUIRY_FILES = VAR / "enquiries"
CONTENT_VERSION_FILE = VAR / "content-version"
ERROR_MAIL_STATE = VAR / "error-mails.json"
CACHES["fact_sheets"]["LOCATION"] = str(VAR / "fact-sheets")
if "transaction_mode" in DATABASES["default"]["OPTIONS"]:
    # Seconds a save waits for somebody else's: 20 in earnest, which a drill cannot wait for.
    DATABASES["default"]["OPTIONS"]["timeout"] = 4
