"""The gate: figures that must stay within limits before an exported graph replaces another."""

from collections.abc import Mapping

Limits = Mapping[str, tuple[float, float]]  # by name, the figure and its maximum


class GateError(Exception):
    """An exported graph must not be used; the message says why, a line for each reason."""


def require(limits: Limits) -> None:
    """Raises GateError unless every figure is at most its maximum, which NaN never is."""
    failures = [
        f"{name}: expected at most {maximum:g}, got {figure:g}"
        for name, (figure, maximum) in limits.items()
        if not figure <= maximum
    ]
    if failures:
        raise GateError("\n  ".join(["nothing written:", *failures]))
