"""What a claiming process is called."""

import os
import platform
import secrets


def name_worker() -> str:
    """Return a name that no other worker has, and that tells an operator where to look."""
    return f"{platform.node()}-{os.getpid()}-{secrets.token_hex(2)}"
