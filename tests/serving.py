"""An emulator on loopback, in a thread of the test's own process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp

from procspec.providers.emulator.listening import bind, server_of, url_of


@contextmanager
def on_loopback(app: ASGIApp) -> Iterator[str]:
    """Serves an app on a free port; its URL."""
    server = server_of(app)
    with bind("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield url_of(listener)
        finally:
            server.should_exit = True
            thread.join()
