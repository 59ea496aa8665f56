"""Exit status 0 if the server process on this machine or in this container can serve pages.

Asks as a proxy would, by the site's own name. For the image's HEALTHCHECK, and by hand. With a
number of seconds it asks again until then: so long systemd takes a process for not started.
"""

import os
import sys
import time
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
    asked = everywhere.get(ADDRESS, ADDRESS), int(os.environ.get("PORT") or 8000)
    until = time.monotonic() + float(sys.argv[1] if len(sys.argv) > 1 else 0)
    while not (ready := is_ready(*asked)) and time.monotonic() < until:
        time.sleep(0.3)
    sys.exit(not ready)
