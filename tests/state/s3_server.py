"""moto's S3 on a free loopback port, which is the one line that this program prints.

One request at a time: moto checks a condition and writes in two steps, S3 in one. Listings have small
pages, so that every test reads more than one.
"""

from __future__ import annotations

import os

os.environ["MOTO_S3_DEFAULT_MAX_KEYS"] = "3"

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server


class Quiet(MotoRequestHandler):
    """Logs nothing."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


if __name__ == "__main__":
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, app, threaded=False, request_handler=Quiet)
    print(server.server_port, flush=True)
    server.serve_forever()
