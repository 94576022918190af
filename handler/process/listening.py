"""Taking a port, or saying which one cannot be had and what to do."""

import errno
import os
import socket


class PortRefusedError(RuntimeError):
    """A port that is asked for is taken, or not ours to take."""


def bind(host: str, port: int, purpose: str, option: str = "") -> socket.socket:
    """Take a port (0: a free one); the socket does not listen yet.

    Raises PortRefusedError, which names the purpose, and the option that chooses another port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's algorithm off, which would add 40 ms an answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        is_taken = error.errno == errno.EADDRINUSE
        reason = os.strerror(error.errno or 0)
        problem = "is taken by another program" if is_taken else f"cannot be had ({reason})"
        way_out = f"; choose another with {option}, or a free one with 0" if option else ""
        raise PortRefusedError(
            f"port {port} of {host}, for the {purpose}, {problem}{way_out}"
        ) from None
    return listener
