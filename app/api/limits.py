"""What one client may ask of the HTTP service, and the counting that holds it to that.

Every limit has an environment variable of the same name in capitals after DIGITS_, so `rate` is
DIGITS_RATE. The defaults suit two cores and 1 GB: beside 120 MB for the process, a photograph
of 16 million pixels takes 200 MB while it is read.
"""

import ipaddress
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Final

PREFIX: Final = "DIGITS_"
CLIENTS: Final = 10_000  # whose buckets are kept, some 2 MB; the longest unseen go first
NETWORK: Final = 64  # bits of an IPv6 address that are one household's


def _limit(default: int, meaning: str, least: int = 1) -> int:
    made: int = field(default=default, metadata={"meaning": meaning, "least": least})
    return made


@dataclass(frozen=True)
class Limits:
    """The limits of one server."""

    body_bytes: int = _limit(8 << 20, "bytes of a picture, a phone's JPEG has 2 to 8 million")
    ink_bytes: int = _limit(1 << 20, "bytes of strokes; as Python objects they take 50 times that")
    pixels: int = _limit(16_000_000, "of a picture; a quarter where transparent or of 16 bits")
    strokes: int = _limit(500, "in one drawing")
    points: int = _limit(20_000, "in one drawing; they are read in 0.1 s")
    rate: int = _limit(120, "reads a minute and client, in the long run; 0 for no limit", 0)
    burst: int = _limit(30, "reads a client may ask for at once before the rate holds")
    reads: int = _limit(2, "at the same time, a thread each; as many as there are cores")
    waiting: int = _limit(14, "requests that upload or wait beside those, half of all a client's")
    body_seconds: int = _limit(20, "for a client to send its body")
    proxies: int = _limit(0, "in front that each add to X-Forwarded-For; 0 believes no header", 0)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Limits":
        """The defaults and what the environment sets. Raises ValueError for what is no limit."""
        found = {}
        for one in fields(cls):
            name, least = PREFIX + one.name.upper(), one.metadata["least"]
            text = environment.get(name, str(one.default))
            if not (text.isascii() and text.isdigit() and len(text) < 13 and int(text) >= least):
                raise ValueError(f"{name}: expected a whole number from {least} on, came {text!r}")
            found[one.name] = int(text)
        return cls(**found)


class RateLimiter:
    """A token bucket a client: full at first, filled at the rate, a token a read.

    Not for several threads: the event loop alone asks. clock: seconds.
    """

    def __init__(self, rate: int, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate / 60, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, at seconds

    def take(self, client: str) -> int:
        """0 when the client may read now, else the seconds after which it may."""
        if not self._rate:
            return 0
        now = self._clock()
        tokens, then = self._buckets.pop(client, (float(self._burst), now))
        tokens = min(tokens + (now - then) * self._rate, self._burst)
        wait = 0 if tokens >= 1 else math.ceil((1 - tokens) / self._rate)
        self._buckets[client] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > CLIENTS:
            self._buckets.popitem(last=False)
        return wait


class InFlightLimiter:
    """How many requests are inside: uploading, waiting or being read. Half are one client's."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one(self, client: str) -> Iterator[bool]:
        """Holds a place meanwhile; False where none is free for this client."""
        full = self._taken.total() >= self._places
        if full or self._taken[client] >= max(self._places // 2, 1):
            yield False
            return
        self._taken[client] += 1
        try:
            yield True
        finally:
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]


@lru_cache(1_000)  # to take an address apart costs a twentieth of a reading
def client_key(peer: str, forwarded: str, proxies: int) -> str:
    """Who asks: the address that the outermost trusted proxy saw, an IPv6 one as its /64.

    peer: the address of the connection. forwarded: X-Forwarded-For, to which each proxy appended
    whom it saw; what stands further left came from the client and may be invented.
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    seen = hops[-min(proxies, len(hops))] if proxies and hops else peer
    try:
        address = ipaddress.ip_address(seen.strip("[]"))
    except ValueError:
        return peer
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed, NETWORK), strict=False))
