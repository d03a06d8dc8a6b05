"""Ports on the loopback address: whether one is free, and which is."""

import socket

from cli.problems import BadInputError

LOOPBACK = "127.0.0.1"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # a server that has just ended leaves connections in TIME_WAIT; they do not hinder the next
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require_free(variable: str, port: int, host: str = LOOPBACK) -> None:
    """Raise BadInputError naming the variable when the port is taken."""
    if not is_free(port, host):
        remedy = f"Stop the program that listens there, or set {variable} to a free port."
        raise BadInputError(variable, port, f"the port is in use on {host}", remedy)


def free_port() -> int:
    """Return a port that the system gives."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def free_port_from(wanted: int, taken: frozenset[int] = frozenset()) -> int:
    """Return the wanted port, or the next one that is free and not in `taken`."""
    return next(port for port in range(wanted, 65_536) if port not in taken and is_free(port))
