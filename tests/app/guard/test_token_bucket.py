"""How long a token bucket makes its users wait, and how many buckets are kept."""

from app.guard import token_bucket
from app.guard.token_bucket import ClientBuckets, TokenBucket


def test_a_bucket_is_overdrawn_and_fills_again() -> None:
    now = 0.0
    bucket = TokenBucket(rate=2.0, burst=3.0, clock=lambda: now)
    cases = [  # seconds, tokens, expected wait
        (0, 3, 0.0),  # the burst
        (0, 1, 0.5),  # one too many
        (0, 1, 1.0),
        (1, 0, 0.0),  # the debt is paid
        (100, 3, 0.0),  # no more than the burst is saved
        (100, 1, 0.5),
    ]
    for seconds, tokens, expected in cases:
        now = seconds
        assert bucket.spend(tokens) == expected


def test_a_client_keeps_its_bucket() -> None:
    buckets = ClientBuckets(rate=1.0, burst=1.0)
    assert buckets.of("a") is buckets.of("a")
    assert buckets.of("a") is not buckets.of("b")


def test_the_longest_unseen_client_is_forgotten_first() -> None:
    buckets = ClientBuckets(rate=1.0, burst=1.0)
    first, second = buckets.of("first"), buckets.of("second")
    for client in range(token_bucket.MAX_CLIENTS - 1):
        buckets.of("first")
        buckets.of(str(client))
    assert buckets.of("first") is first
    assert buckets.of("second") is not second
