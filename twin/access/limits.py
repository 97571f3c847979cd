"""How fast a client may ask: a bucket of tokens that fills at a steady rate."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

_CLIENTS = 20_000  # buckets kept; whoever asked longest ago has a full one again
_SIXTY_FOUR = 64  # bits: the network that a provider gives one customer in IPv6


class Limits:
    """Buckets of all clients; of the process, so of several processes each has its own.

    Parameters
    ----------
    rate : float
        Requests per second.
    burst : int
        Requests at once.
    clock : callable
        Seconds that only go up.
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Take a token of a client.

        Returns
        -------
        float
            0 if there was one, or else the seconds until there will be.
        """
        now = self._clock()
        tokens, then = self._buckets.pop(client, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - then) * self._rate)
        taken = tokens >= 1
        self._buckets[client] = (tokens - 1 if taken else tokens, now)
        if len(self._buckets) > _CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - tokens) / self._rate


def client_of(address: str) -> str:
    """Who is behind an address: of IPv6 the network, in which one customer has as many as they like.

    >>> client_of("2001:db8::1") == client_of("2001:db8::2:3")
    True
    """
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address
    if number.version == 6 and number.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{address}/{_SIXTY_FOUR}", strict=False))
    return str(number)
