"""Exit status 0 if the server process on this machine or in this container can serve pages.

Asks as a proxy would, by the site's own name. For the image's HEALTHCHECK, and by hand.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

HOST = (os.environ.get("ALLOWED_HOSTS") or "127.0.0.1").split(",")[0].strip()
ADDRESS = os.environ.get("BIND") or "127.0.0.1"


def is_ready(address, port, seconds=4):
    connection = HTTPConnection(address, port, timeout=seconds)
    try:
        connection.request("GET", "/readyz", headers={"Host": HOST})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (to ask, not to listen)
    port = int(os.environ.get("PORT") or 8000)
    sys.exit(not is_ready(everywhere.get(ADDRESS, ADDRESS), port))
