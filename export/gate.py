"""The gate: limits for the figures of an exported graph, before it replaces another."""

from collections.abc import Mapping

Limits = Mapping[str, tuple[float, float]]  # by name, a figure and its maximum


class GateError(Exception):
    """An exported graph must not be used; the message has a line for each reason."""


def require(limits: Limits) -> None:
    """Raises GateError if a figure is above its maximum or NaN."""
    failures = [
        f"{name}: expected at most {maximum:g}, got {figure:g}"
        for name, (figure, maximum) in limits.items()
        if not figure <= maximum
    ]
    if failures:
        raise GateError("\n  ".join(["nothing written:", *failures]))
