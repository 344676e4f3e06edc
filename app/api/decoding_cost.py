"""Lets clients pay for the time of decoders as for reads, so that costly files have a price."""

from typing import Final

from app.api.rate_limiter import RateLimiter
from app.ink.files.decoding import Decoding

FREE_SHARE: Final = 0.5  # of a picture's time, of which the slowest formats take a tenth
READS_A_SECOND: Final = 10  # as an ordinary read takes 0.1 s of a core
MAX_DEBT_SECONDS: Final = 60.0  # until a client that owes much may read again


def charge(limiter: RateLimiter, client: str, decoding: Decoding) -> None:
    """Counts the time of a long decoding as further reads of its client, however it ended."""
    if decoding.spent_seconds > decoding.core_seconds * FREE_SHARE:
        limiter.charge(client, int(decoding.spent_seconds * READS_A_SECOND), MAX_DEBT_SECONDS)
