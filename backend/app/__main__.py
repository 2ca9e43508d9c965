"""The process behind `./run demo | serve | dev | worker | ops`. Ctrl-C while it still imports ends it in words too.

Here and not in `app.cli`: of a package Python imports `__init__.py` first, and that one imports all commands.
"""

import os
import signal


def _leave(_signal: int, _frame: object) -> None:
    os.write(2, b"stopped by Ctrl-C\n")
    os._exit(130)


signal.signal(signal.SIGINT, _leave)
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])  # `./run` kept it from a start that can't answer it

from app.cli import app  # noqa: E402 – a second of imports, under the handler above

try:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    app()
finally:
    signal.signal(signal.SIGINT, _leave)
